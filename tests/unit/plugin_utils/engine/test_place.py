# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine import ledger as ledger_module
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.conflict import Infeasible
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import Placed, place
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import (
    cluster,
    clusters,
    failures,
    good,
    guest,
    host,
    lawful,
    placements,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

FAST = settings(max_examples=20, deadline=None, derandomize=True)
THREE = [host("h1"), host("h2"), host("h3")]


def wishes_of(placed):
    return {name: target for table in placed.failures.values() for name, target in table.items()}


def placed(instance, current=None, wishes=None):
    answer = place(instance, current or {}, wishes or {})
    assert isinstance(answer, Placed), answer.words()
    return answer


@FAST
@given(clusters())
def test_a_placement_breaks_no_rule_and_there_is_one_when_enumeration_finds_one(instance):
    answer = place(instance, {})
    if isinstance(answer, Placed):
        assert good(instance, answer.hosts)
    else:
        assert answer.exhaustive
        assert next(placements(instance), None) is None


@FAST
@given(clusters(), st.data())
def test_known_guests_move_as_little_as_possible(instance, data):
    current = {g.name: data.draw(st.sampled_from(instance.hosts)).name for g in instance.guests}
    pair = [g.name for g in instance.guests if g.together == "pair"]
    if pair:
        current |= dict.fromkeys(pair, current[pair[0]])
    answer = place(instance, current)
    assume(isinstance(answer, Placed))
    moved = sum(answer.hosts[name] != where for name, where in current.items())
    least = min(sum(at[name] != where for name, where in current.items()) for at in placements(instance))
    assert answer.value == moved
    assert answer.lower_bound <= least
    if answer.status == "optimal":
        assert moved == least


@FAST
@given(clusters())
def test_the_failure_tables_hold(instance):
    answer = place(instance, {})
    assume(isinstance(answer, Placed) and instance.rules.n_plus > 0)
    for name, table in answer.failures.items():
        assert set(table) == {g for g, where in answer.hosts.items() if where == name}
        after = {g: table.get(g, where) for g, where in answer.hosts.items()}
        up = {g: where for g, where in after.items() if where is not None}
        assert lawful(instance, up)
        assert name not in up.values()


@FAST
@given(clusters())
def test_placing_again_changes_nothing_and_is_the_same_to_the_byte(instance):
    first = place(instance, {})
    assert repr(first) == repr(place(instance, {}))
    assume(isinstance(first, Placed))
    again = placed(instance, first.hosts, wishes_of(first))
    assert again.hosts == first.hosts
    assert again.failures == first.failures
    assert again.value == 0


@FAST
@given(clusters(most_hosts=3, groups=("",)), st.sampled_from((60, 100)), st.sampled_from(("r1", "r3", "")))
def test_one_more_host_never_makes_a_plan_infeasible(instance, memory, rack):
    # Without replicas: one that may rest for want of hosts must run once there is one more, a stronger promise.
    assume(isinstance(place(instance, {}), Placed))
    more = replace(instance, hosts=(*instance.hosts, host("h9", memory, memory, rack=rack)))
    assert isinstance(place(more, {}), Placed)


@FAST
@given(clusters())
def test_plain_python_gives_the_same_answer(instance):
    compiled = place(instance, {})
    original = ledger_module.find_targets
    ledger_module.find_targets = getattr(original, "py_func", original)
    try:
        assert place(instance, {}) == compiled
    finally:
        ledger_module.find_targets = original


def test_new_guests_spread_and_known_ones_stay():
    guests = [guest(f"g{i}") for i in range(6)]
    spread = placed(cluster(THREE, guests))
    assert sorted(list(spread.hosts.values()).count(h.name) for h in THREE) == [2, 2, 2]
    crowded = {g.name: "h1" for g in guests[:5]}
    answer = placed(cluster(THREE, guests), crowded)
    assert {g: answer.hosts[g] for g in crowded} == crowded
    assert answer.why["g0"] == "stays where the last plan had it"
    assert answer.why["g5"].startswith("new: the host that keeps N+1")
    assert (answer.value, answer.status) == (0, "optimal")


def test_a_wish_for_a_failover_target_is_kept():
    guests = [guest("g0")]
    for target in ("h2", "h3"):
        answer = placed(cluster(THREE, guests), {"g0": "h1"}, {"g0": target})
        assert answer.failures["h1"] == {"g0": target}


def test_hosts_under_maintenance_are_emptied_and_the_reason_is_given():
    hosts = [host("h1", available=False), *THREE[1:]]
    answer = placed(cluster(hosts, [guest("g0"), guest("g1")]), {"g0": "h1", "g1": "h2"})
    assert answer.hosts["g0"] != "h1"
    assert answer.hosts["g1"] == "h2"
    assert answer.why["g0"] == "its last host h1 is under maintenance"
    assert answer.value == answer.lower_bound == 1


def test_a_known_guest_moves_to_let_a_new_one_in():
    hosts = [host("h1", memory=100), host("h2", memory=100)]
    guests = [guest("a", memory=40), guest("b", memory=40), guest("c", memory=100)]
    answer = placed(cluster(hosts, guests, n_plus=0), {"a": "h1", "b": "h2"})
    assert answer.hosts["a"] == answer.hosts["b"] != answer.hosts["c"]
    assert answer.value == 1


def test_two_failures_and_racks_are_absorbed():
    hosts = [host(f"h{i}", rack=f"r{i // 2}") for i in range(6)]
    guests = [guest(f"g{i}", memory=25) for i in range(8)]
    instance = cluster(hosts, guests, n_plus=2, racks=True)
    answer = placed(instance)
    assert good(instance, answer.hosts)
    assert len(failures(instance)) == 6 + 15 + 3


def test_an_infeasible_plan_stays_infeasible_for_a_known_placement():
    instance = cluster([host("h1"), host("h2")], [guest("a", memory=80), guest("b", memory=80)])
    assert isinstance(place(instance, {"a": "h1", "b": "h2"}), Infeasible)
