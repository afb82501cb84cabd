# SPDX-License-Identifier: GPL-3.0-or-later
"""Two small guests more in the lab for as long as these tests run."""

import re
import time

import pytest
from proof.lab import playbook
from proof.wider import Wider, everything


@pytest.fixture(scope="module")
def wider(lab, cluster):
    """The lab with room and guests to move; afterwards it is as before, which site.yml confirms."""
    before, begin, built = everything(lab, cluster), time.monotonic(), Wider()
    try:
        built.build()
        print(f"\n{' and '.join(built.guests)} answered after {time.monotonic() - begin:.0f} s.")
        yield built
    finally:
        built.remove(lab, cluster)
    assert everything(lab, cluster) == before, "the guests left something behind"
    again = playbook("site")
    assert again.returncode == 0, again.stdout[-3000:]
    assert re.findall(r"changed=([1-9]\d*)", again.stdout) == [], again.stdout[-1500:]
    print(f"\nAll was as before after {time.monotonic() - begin:.0f} s.")
