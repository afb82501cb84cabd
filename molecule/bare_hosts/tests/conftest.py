# SPDX-License-Identifier: GPL-3.0-or-later
"""Three bare hosts for as long as these tests run; the lab is neither needed nor touched."""

import time

import pytest
from proof.bare import BareLab, machine


@pytest.fixture(autouse=True)
def baseline():
    """In place of the lab's."""


@pytest.fixture(scope="session")
def bare():
    begin, lab = time.monotonic(), BareLab()
    lab.remove()
    before = machine()
    try:
        lab.build()
        built = time.monotonic()
        print(f"\nThree bare hosts stood after {built - begin:.0f} s.")
        yield lab
    finally:
        lab.remove()
        print(f"\nAll was gone again after {time.monotonic() - begin:.0f} s.")
    assert machine() == before, "the bare hosts left something behind, or took something along that was not theirs"
