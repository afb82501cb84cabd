# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference path does what the real hbal did (golden/, written by tests/bench/oracle.py --write)."""

from __future__ import annotations

import json
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.ganeti import balance, score
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    read_cluster,
)

GOLDEN = sorted(Path(__file__).with_name("golden").glob("hbal_*.json"))


def two_hosts(*guests: EngineGuest) -> Instance:
    return Instance("two", (EngineHost("a", 4, 100), EngineHost("b", 4, 100)), guests)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_same_moves_as_hbal_in_the_same_order(path: Path) -> None:
    golden = json.loads(path.read_text())
    instance, assignment = read_cluster(golden["cluster"])
    done = balance(instance, assignment)
    moves = [
        [instance.guests[move.guest].name, instance.hosts[move.source].name, instance.hosts[move.target].name]
        for move in done.moves
    ]
    assert moves == [move[:3] for move in golden["moves"]]
    assert done.initial_score == pytest.approx(golden["initial_score"], abs=1e-7)
    assert [move.score for move in done.moves] == pytest.approx([move[3] for move in golden["moves"]], abs=1e-7)
    assert score(instance, done.assignment) == done.score


def test_score_is_the_spread_of_memory_and_of_vcpus_and_two_for_each_conflict() -> None:
    instance = two_hosts(EngineGuest("x", 4, 50, group="g"), EngineGuest("y", 0, 20, group="g"))
    assert score(instance, (0, 1)) == pytest.approx(0.15 + 0.5)
    assert score(instance, (0, 0)) == pytest.approx(0.35 + 0.5 + 2)


def test_score_counts_guests_on_an_unavailable_host_and_not_its_load() -> None:
    instance = two_hosts(EngineGuest("x", 1, 50), EngineGuest("y", 1, 50))
    three = Instance("three", (*instance.hosts, EngineHost("c", 4, 100, available=False)), instance.guests)
    assert score(three, (0, 2)) == pytest.approx(0.25 + 0.125 + 20)
    assert score(three, (0, 1)) == 0


def test_a_balanced_cluster_stays_as_it_is() -> None:
    instance = two_hosts(EngineGuest("x", 1, 50), EngineGuest("y", 1, 50))
    assert balance(instance, (0, 1)).moves == ()
    assert balance(instance, (0, 1)).score == 0


def test_below_the_limit_a_small_gain_is_no_reason_to_move() -> None:
    guests = tuple(EngineGuest(f"v{i}", 0, size) for i, size in enumerate((400, 390, 4)))
    instance = Instance("two", (EngineHost("a", 4, 1000), EngineHost("b", 4, 1000)), guests)
    assert score(instance, (0, 1, 0)) == pytest.approx(0.007)
    assert balance(instance, (0, 1, 0)).moves == ()
    assert len(balance(instance, (0, 1, 0), min_gain=0.001).moves) == 1


def test_what_cannot_move_stays_and_no_host_is_filled_to_the_last_mib() -> None:
    pinned = two_hosts(EngineGuest("x", 1, 50, movable=False), EngineGuest("y", 1, 50, movable=False))
    assert balance(pinned, (0, 0)).moves == ()
    overloaded = Instance("overloaded", (EngineHost("a", 1, 60), EngineHost("b", 9, 50)), (EngineGuest("x", 9, 50),))
    assert balance(overloaded, (0,)).moves == ()
    roomier = replace(overloaded, hosts=(overloaded.hosts[0], EngineHost("b", 9, 51)))
    assert len(balance(roomier, (0,)).moves) == 1


def test_at_most_so_many_moves() -> None:
    instance = two_hosts(*(EngineGuest(f"v{i}", 1, 10) for i in range(8)))
    done = balance(instance, (0,) * 8, max_moves=2)
    assert [move.guest for move in done.moves] == [0, 1]
    assert done.score == pytest.approx(sqrt(0.2**2) + 0.5)


def test_refuses_a_guest_without_host_and_an_overfull_host() -> None:
    instance = two_hosts(EngineGuest("x", 1, 60), EngineGuest("y", 1, 60))
    with pytest.raises(ValueError, match="guest y has no host"):
        balance(instance, (0, -1))
    with pytest.raises(ValueError, match="host a: its guests take 120 MiB and it has 100 MiB"):
        balance(instance, (0, 0))
