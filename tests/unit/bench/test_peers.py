# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the peers and how their answers are read; the peers themselves run in `make bench`."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from ansible_collections.medvirt.hospital.tests.bench.peers import ffd, hbal, proxlb, pve

OUTPUT = """Loaded 2 nodes, 3 instances
Initial score: 1.50000000
Trying to minimize the CV...
    1. vm0 a => b 0.75000000 a=fa:b
    2. vm1 a => b 0.25000000 a=fa:b
Cluster score improved from 1.50000000 to 0.25000000
"""


def cluster(assign: list[int]) -> dict[str, Any]:
    return {
        "name": "two",
        "hosts": [{"name": name, "mem": 4096, "cpu": 8, "zone": ""} for name in "ab"],
        "vms": [{"name": f"vm{i}", "cpu": 2, "mem": 1024, "group": "g" if i < 2 else None} for i in range(4)],
        "assign": assign,
    }


def test_moves_of_hbal_are_read_and_replayed() -> None:
    initial, moves = hbal.parse(OUTPUT)
    assert initial == 1.5
    assert moves == [("vm0", "a", "b", 0.75), ("vm1", "a", "b", 0.25)]
    order = hbal.numbered(cluster([0, 0, 0, 0]), moves)
    assert order == [(0, 1), (1, 1)]
    assert hbal.replay(cluster([0, 0, 0, 0]), order) == [1, 1, 0, 0]


def test_output_without_moves() -> None:
    assert hbal.parse("Cluster is already well balanced") == (None, [])


def test_scenario_for_proxlb_solver() -> None:
    scenario = proxlb.scenario(cluster([0, 1, 1, 1]), "global_smart", 5)
    assert scenario["nodes"]["a"] == {"cpu_total": 8, "memory_total_gb": 4.0}
    assert scenario["vms"]["vm1"] == {"node": "b", "cpu": 2, "memory_gb": 1.0, "tags": ["plb_anti_affinity_g"]}
    assert scenario["vms"]["vm2"]["tags"] == []


def test_first_fit_decreasing_opens_a_host_for_a_second_member() -> None:
    guests = cluster([0, 0, 0, 0])["vms"]
    assert ffd.first_fit(guests, memory=4096, cpu=8) == 2
    assert ffd.first_fit(guests[1:], memory=4096, cpu=8) == 1
    assert ffd.first_fit(guests[1:], memory=4096, cpu=4) == 2


def test_pve_does_the_best_single_migration_until_it_rests() -> None:
    """Four alike on one host of two: the first goes, then one that is not of its group."""
    assignment, order, status = pve.balance(cluster([0, 0, 0, 0]), 0.3, 0.1, time.perf_counter() + 60)
    assert (assignment, order, status) == ([1, 0, 1, 0], [(0, 1), (2, 1)], "at rest")


def test_pve_rests_below_its_threshold_and_below_its_margin() -> None:
    until = time.perf_counter() + 60
    assert pve.balance(cluster([0, 0, 0, 1]), 0.6, 0.1, until)[1] == []
    assert pve.balance(cluster([0, 1, 0, 1]), 0.0, 0.1, until)[1] == []


def test_imbalance_of_pve() -> None:
    assert math.isclose(pve.imbalance(np.array([1.0, 0.0])), 1.0)
    assert pve.imbalance(np.array([0.5, 0.5])) == 0
