# SPDX-License-Identifier: GPL-3.0-or-later
"""Random clusters look as they should, and Ganeti's text format is written as Ganeti reads it."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.medvirt.hospital.tests.bench.generate import SIZES, Size, ganeti_text, generate


@pytest.mark.parametrize("size", ["S", "S2", "M", "ST", "S2T", "MT"])
def test_cluster_of_the_size_and_fill_that_was_asked_for(size: str) -> None:
    wanted = SIZES[size]
    data = generate(size, wanted, 1)
    used: Counter[int] = Counter()
    for guest, host in zip(data["vms"], data["assign"], strict=True):
        used[host] += guest["mem"]
    assert (len(data["hosts"]), len(data["vms"])) == (wanted.hosts, wanted.guests)
    assert sum(used.values()) / sum(host["mem"] for host in data["hosts"]) == pytest.approx(wanted.fill, abs=0.02)
    assert all(used[index] < host["mem"] for index, host in enumerate(data["hosts"]))
    assert len({host["mem"] for host in data["hosts"]}) == 2


def test_a_tenth_of_the_hosts_is_empty_and_some_groups_share_a_host() -> None:
    data = generate("M", SIZES["M"], 2)
    empty = set(range(60)) - set(data["assign"])
    assert empty == set(range(54, 60))
    members = Counter((guest["group"], host) for guest, host in zip(data["vms"], data["assign"], strict=True))
    shared = sum(count > 1 for (group, __), count in members.items() if group)
    assert 1 <= shared <= 10


def test_the_seed_decides() -> None:
    assert generate("S", SIZES["S"], 1) == generate("S", SIZES["S"], 1)
    assert generate("S", SIZES["S"], 1) != generate("S", SIZES["S"], 2)


def test_a_fill_level_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="fits on no host: lower the fill level"):
        generate("full", Size(6, 60, 1.0), 1)


def test_ganeti_text() -> None:
    data = {
        "name": "two",
        "hosts": [
            {"name": "a", "mem": 100, "cpu": 4, "zone": "z0"},
            {"name": "b", "mem": 200, "cpu": 8, "zone": "z1", "offline": True},
        ],
        "vms": [{"name": "v", "cpu": 2, "mem": 30, "group": "g"}, {"name": "w", "cpu": 1, "mem": 20, "group": None}],
        "assign": [0, 1],
    }
    sections = ganeti_text(data).split("\n\n")
    assert sections[0] == "group-01|uuid-01|preferred||"
    assert sections[1].splitlines() == [
        "a|100|0|70|1000000|1000000|4|M|uuid-01|1||N|1|0|1.0",
        "b|200|0|180|1000000|1000000|8|Y|uuid-01|1||N|1|0|1.0",
    ]
    assert sections[2].splitlines() == [
        "v|30|0|2|running|Y|a||ext|rep:g|1|-",
        "w|20|0|1|running|Y|b||ext||1|-",
    ]
    assert sections[3] == "htools:iextags:rep"
