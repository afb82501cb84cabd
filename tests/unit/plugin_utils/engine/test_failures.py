# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.failures import check_failures, fatal, scenarios
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
)
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.clusters import absorbable, clusters
from hypothesis import given, settings


def instance_of(memories, guests, **rules):
    hosts = tuple(EngineHost(f"h{i}", 64, memory, rack=f"r{i % 2}") for i, memory in enumerate(memories))
    return Instance("x", hosts, guests, Rules(**rules))


def test_scenarios():
    instance = instance_of([8, 8, 8], (), n_plus=2, racks=True)
    assert [s.name for s in scenarios(instance)] == ["h0+h1", "h0+h2", "h1+h2", "rack r1"]
    assert [s.name for s in scenarios(instance_of([8, 8], (), n_plus=1))] == ["h0", "h1"]
    assert scenarios(instance_of([8, 8], (), n_plus=0)) == ()


def test_surplus_replicas_stay_down():
    guests = tuple(EngineGuest(f"g{i}", 1, 4, group="g") for i in range(3))
    found = check_failures(compile(instance_of([8, 8, 8], guests)), (0, 1, 2))
    assert [failover.targets for failover in found] == [{0: -1}, {1: -1}, {2: -1}]


def test_exact_finds_what_packing_by_size_misses():
    # 5 + 2 + 2 and 3 + 3 + 3 fill two hosts of 9; largest first separates the threes or joins one with the 5
    sizes = (5, 3, 3, 3, 2, 2)
    guests = tuple(EngineGuest(f"g{i}", 1, size) for i, size in enumerate(sizes))
    arrays = compile(instance_of([18, 9, 9], guests))
    doubtful = check_failures(arrays, (0,) * 6, exact=False)[0]
    proved = check_failures(arrays, (0,) * 6)[0]
    assert (doubtful.targets, doubtful.proof) == (None, "unknown")
    assert proved.proof == "witness"
    assert sorted(sizes[g] for g, host in proved.targets.items() if host == proved.targets[0]) == [2, 2, 5]


def test_proof_of_a_fatal_failure():
    guests = (EngineGuest("a", 1, 6), EngineGuest("b", 1, 6))
    arrays = compile(instance_of([12, 8], guests))
    assert [(f.scenario.name, f.proof) for f in check_failures(arrays, (0, 0))] == [
        ("h0", "infeasible"),
        ("h1", "witness"),
    ]
    assert [scenario.name for scenario in fatal(arrays, (0, 0))] == ["h0"]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(clusters(most_guests=6, n_plus=(1, 2)))
def test_agrees_with_trying_everything(drawn):
    instance, assignment = drawn
    for found in check_failures(compile(instance), assignment):
        assert (found.targets is not None) == absorbable(instance, assignment, found.scenario.hosts)
