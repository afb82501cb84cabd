# SPDX-License-Identifier: GPL-3.0-or-later
"""What every proof shares: a healthy lab before it, a whole lab after it, and no fencing but the one it expects."""

import pytest
from proof.cluster import Cluster, assert_healthy, now
from proof.dicom import Archive
from proof.lab import Lab
from proof.routing import Routing


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab()


@pytest.fixture(scope="session")
def cluster(lab) -> Cluster:
    return Cluster(lab)


@pytest.fixture(scope="session")
def guest() -> str:
    return "pacs1"


@pytest.fixture(scope="session")
def archive(lab, guest) -> Archive:
    return Archive.of_guest(lab.guests[guest], guest)


@pytest.fixture
def fenced() -> dict[str, int]:
    """How often each host is expected to be fenced by a proof, which fills it in; nothing means never."""
    return {}


@pytest.fixture(autouse=True)
def baseline(lab, cluster, fenced):
    """Begin healthy; mend all that the proof broke; refuse fencings that it did not ask for."""
    assert_healthy()
    begin = now()
    yield
    lab.mend()
    cluster.wait_until_whole()
    Routing(lab).wait_until_whole()
    cycles = lab.power_cycles(begin)
    assert cycles == {host: fenced.get(host, 0) for host in lab.hosts}, f"hosts were fenced unexpectedly: {cycles}"
