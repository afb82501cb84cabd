# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.bounds import balance_bound
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.failures import fatal
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.improve import Wish
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.rebalance import rebalance
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.score import figures
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.clusters import (
    broken_rules,
    clusters,
    room_used,
)
from hypothesis import given, settings

WORK = 0.01


def skewed(hosts=4, guests=16, **rules):
    """All guests on the first two hosts."""
    return (
        Instance(
            "skewed",
            tuple(EngineHost(f"h{i}", 32, 64) for i in range(hosts)),
            tuple(EngineGuest(f"g{i:02}", 1 + i % 3, 2 + 2 * (i % 4)) for i in range(guests)),
            Rules(**rules),
        ),
        tuple(i % 2 for i in range(guests)),
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(clusters())
def test_breaks_no_rule_and_keeps_n_plus(drawn):
    instance, assignment = drawn
    plan = rebalance(instance, assignment, work=WORK)
    assert not broken_rules(instance, plan.after) - broken_rules(instance, assignment)
    assert set(plan.fatal_after) <= set(plan.fatal_before)
    assert set(plan.fatal_after) == {s.name for s in fatal(compile(instance), plan.after)}
    moved = {guest.name for guest, a, b in zip(instance.guests, assignment, plan.after, strict=True) if a != b}
    assert {move.guest for move in plan.moves} == moved
    assert not any(guest.name in moved for guest in instance.guests if not guest.movable)
    assert all(move.why for move in plan.moves)
    assert plan.lower_bound <= plan.value


@settings(max_examples=30, deadline=None, derandomize=True)
@given(clusters(n_plus=(1,)))
def test_same_plan_again_and_plan_of_the_plan_is_empty(drawn):
    instance, assignment = drawn
    plan = rebalance(instance, assignment, work=WORK)
    assert rebalance(instance, assignment, work=WORK) == plan
    if plan.status != "limited":
        assert rebalance(instance, plan.after, work=WORK).moves == ()


def test_noise_moves_little():
    instance, assignment = skewed(hosts=5, guests=40)
    plan = rebalance(instance, assignment, work=WORK)
    for turn in range(5):
        noisy = tuple(
            replace(
                guest,
                cpu=guest.cpu * 100 + (7 * i + turn) % 11 - 5,
                memory=guest.memory * 100 + (5 * i + turn) % 11 - 5,
            )
            for i, guest in enumerate(instance.guests)
        )
        hosts = tuple(replace(host, cpu=host.cpu * 100, memory=host.memory * 100) for host in instance.hosts)
        again = rebalance(Instance("noisy", hosts, noisy, instance.rules), plan.after, work=WORK)
        assert len(again.moves) <= 0.1 * len(plan.moves)


def test_budget():
    instance, assignment = skewed(n_plus=0)
    free = rebalance(instance, assignment, work=WORK)
    few = rebalance(instance, assignment, max_moves=3, work=WORK)
    light = rebalance(instance, assignment, max_gib=9 / 1024, work=WORK)
    minute = rebalance(instance, assignment, max_minutes=0.0, work=WORK)
    assert len(free.moves) > len(few.moves) == 3
    assert 0 < light.gib <= 9 / 1024
    assert minute.moves == ()
    assert free.after_figures.balance < few.after_figures.balance < few.before_figures.balance


def test_fewest_moves_against_every_plan():
    instance, assignment = skewed(hosts=3, guests=7, n_plus=0)
    plan = rebalance(instance, assignment, minimise="moves", peaks=(0.25, 0.2), work=0.1)
    best = min(
        sum(a != b for a, b in zip(assignment, other, strict=True))
        for other in product(range(3), repeat=7)
        if all(m <= 16 and c <= 6 for m, c in (room_used(instance, other, host) for host in range(3)))
    )
    assert (len(plan.moves), plan.lower_bound, plan.status) == (best, best, "optimal")
    assert plan.after_figures.max_memory <= 0.25


def test_balance_against_every_plan():
    instance, assignment = skewed(hosts=3, guests=7, n_plus=0, cpu_hard=False)
    arrays = compile(instance)
    near = [
        other
        for other in product(range(3), repeat=7)
        if sum(a != b for a, b in zip(assignment, other, strict=True)) <= 3
    ]
    best = min(figures(arrays, other).balance for other in near)
    plan = rebalance(instance, assignment, objective="ganeti", max_moves=3, work=WORK)
    assert plan.after_figures.balance == pytest.approx(best)
    assert (
        balance_bound(arrays, arrays.unit_hosts(assignment), Wish(budget=(3, None)), arrays.unit_hosts(plan.after))
        <= best
    )


def test_hard_rules_first():
    instance, assignment = skewed(hosts=4, guests=8)
    hosts = (replace(instance.hosts[0], available=False), *instance.hosts[1:])
    guests = (*instance.guests[:-2], *(replace(guest, group="twins") for guest in instance.guests[-2:]))
    broken = Instance("broken", hosts, guests, instance.rules)
    plan = rebalance(broken, (*assignment[:-2], 1, 1), work=WORK)
    assert not broken_rules(broken, plan.after)
    why = {move.guest: move.why for move in plan.moves}
    assert why["g00"] == "h0 is not available"
    assert why["g07"].startswith("parts it from g06 of its group")


def test_a_fatal_failure_is_mended():
    hosts = tuple(EngineHost(f"h{i}", 32, 16) for i in range(3))
    guests = tuple(EngineGuest(f"g{i}", 1, 8) for i in range(3))
    # h0 is full; of its two guests only one fits beside g2 ... and h2 is empty: all failures can be absorbed
    plan = rebalance(Instance("x", hosts, (*guests, EngineGuest("g3", 1, 12)), Rules()), (0, 0, 1, 2), work=WORK)
    assert len(plan.fatal_before) > 0
    assert set(plan.fatal_after) <= set(plan.fatal_before)


def test_places_a_guest_without_host():
    instance, assignment = skewed(hosts=3, guests=6)
    plan = rebalance(instance, (-1, *assignment[1:]), work=WORK)
    placed = next(move for move in plan.moves if move.guest == "g00")
    assert placed.source == ""
    assert placed.why.startswith("it has no host")


def test_refused():
    instance, assignment = skewed()
    with pytest.raises(ValueError, match="minimise is 'moves', which needs peaks"):
        rebalance(instance, assignment, minimise="moves")
    with pytest.raises(ValueError, match="objective is 'x', it may be hospital or ganeti"):
        rebalance(instance, assignment, objective="x")


PROGRAM = """
import sys
{block}
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import *
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.rebalance import rebalance
hosts = tuple(EngineHost("h%d" % i, 32, 64, rack="r%d" % (i % 2)) for i in range(4))
guests = tuple(EngineGuest("g%d" % i, 1 + i % 3, 2 + 2 * (i % 4), "abc "[i % 4].strip()) for i in range(12))
print(rebalance(Instance("x", hosts, guests, Rules(racks=True)), (0, 1, 2, 3, 1, 0) * 2, work=0.003))
"""


def test_the_same_plan_without_numba():
    root = Path(__file__).resolve().parents[4]
    environment = os.environ | {"PYTHONPATH": str(root / ".venv")}
    printed = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(block=block)],
            env=environment,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for block in ("", "sys.modules['numba'] = None")
    ]
    assert "RebalancePlan(moves=(Move(" in printed[0]
    assert printed[0] == printed[1]
