# SPDX-License-Identifier: GPL-3.0-or-later
from itertools import chain, combinations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import UNPLACED
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.order import Limits, Move, Schedule, Wave, order
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import Placed, place
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.replay import faults
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import (
    absorbable,
    cluster,
    clusters,
    failures,
    guest,
    host,
    lawful,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

FAST = settings(max_examples=25, deadline=None, derandomize=True)
THREE = [host("h1"), host("h2"), host("h3")]


def indexes(instance, at):
    names = [h.name for h in instance.hosts]
    return tuple(names.index(at[g.name]) for g in instance.guests)


def names(instance, places):
    return {g.name: instance.hosts[p].name for g, p in zip(instance.guests, places, strict=True)}


@st.composite
def journeys(draw):
    """A cluster, and two good placements of it."""
    instance = draw(clusters(most_hosts=4, most_guests=6))
    ends = []
    for __ in range(2):
        current = {g.name: draw(st.sampled_from(instance.hosts)).name for g in instance.guests}
        answer = place(instance, current, work=1.0)
        assume(isinstance(answer, Placed))
        ends.append(indexes(instance, answer.hosts))
    return instance, *ends


@FAST
@given(journeys())
def test_every_instant_of_every_wave_keeps_rules_and_failures(journey):
    instance, before, after = journey
    schedule = order(instance, before, after)
    assert faults(instance, before, schedule) == ()
    assert schedule.tolerated == ()
    at = names(instance, before)
    for wave in schedule.waves:
        some = chain.from_iterable(combinations(wave.moves, n) for n in range(len(wave.moves) + 1))
        for done in ({m.guest: m.target for m in moves} for moves in some):
            state = {**at, **done}
            pair = {g.name for g in instance.guests if g.together}
            if pair & set(done) and not pair <= set(done):
                continue  # guests of one affinity label move one after the other
            assert lawful(instance, state)
            assert all(absorbable(instance, state, failed) for failed in failures(instance))
        at |= {move.guest: move.target for move in wave.moves}
    assert at == names(instance, schedule.final)
    if not schedule.blocked and not schedule.exchanged:
        assert schedule.final == after


@FAST
@given(journeys())
def test_the_same_input_gives_the_same_waves(journey):
    assert order(*journey) == order(*journey)
    instance, before, __ = journey
    assert order(instance, before, before).waves == ()


def test_waves_keep_the_limits():
    hosts = [host(f"h{i}") for i in range(8)]
    guests = [guest(f"g{i}") for i in range(8)]
    instance = cluster(hosts, guests)
    before = (0, 0, 0, 0, 1, 1, 1, 1)
    after = (2, 3, 4, 5, 6, 7, 2, 3)
    single = order(instance, before, after)
    assert [len(wave.moves) for wave in single.waves] == [2, 2, 2, 2]
    double = order(instance, before, after, Limits(per_host=2, parallel=3))
    assert max(len(wave.moves) for wave in double.waves) == 3
    assert faults(instance, before, double, Limits(per_host=2, parallel=3)) == ()
    assert any("moves at once" in fault for fault in faults(instance, before, double))


def test_two_large_guests_change_places_by_parking_one():
    instance = cluster(THREE, [guest("a", memory=70), guest("b", memory=60)], n_plus=0)
    schedule = order(instance, (0, 1), (1, 0))
    assert [(m.guest, m.source, m.target, m.parking) for m in schedule.moves] == [
        ("b", "h2", "h3", True),
        ("a", "h1", "h2", False),
        ("b", "h3", "h1", False),
    ]
    assert schedule.parking == 1
    assert schedule.final == (1, 0)


def test_without_room_to_park_the_guests_are_named_and_stay():
    instance = cluster(THREE[:2], [guest("a", memory=70), guest("b", memory=60)], n_plus=0)
    schedule = order(instance, (0, 1), (1, 0))
    assert schedule.waves == ()
    assert set(schedule.blocked) == {"a", "b"}
    assert schedule.final == (0, 1)


def test_equal_guests_do_not_change_places_where_that_is_a_deadlock():
    instance = cluster(THREE[:2], [guest("a", memory=70), guest("b", memory=70)], n_plus=0)
    schedule = order(instance, (0, 1), (1, 0))
    assert schedule.waves == ()
    assert not schedule.blocked
    assert schedule.exchanged == ("a", "b")


def test_in_a_full_cluster_a_guest_moves_alone():
    # While a moves, 60 more are taken: 150 in use, and a failure would leave 200 for 210.
    guests = [guest("a", memory=60), guest("b", memory=50), guest("c", memory=40)]
    instance = cluster(THREE, guests)
    schedule = order(instance, (0, 1, 1), (2, 1, 1))
    assert not schedule.blocked
    assert faults(instance, (0, 1, 1), schedule) == ()
    assert sum(wave.alone for wave in schedule.waves) == 1


def test_replicas_never_meet_on_the_way():
    instance = cluster(THREE, [guest("a", memory=20, group="g"), guest("b", memory=30, group="g")], n_plus=0)
    schedule = order(instance, (0, 1), (1, 0))
    assert schedule.final == (1, 0)
    assert faults(instance, (0, 1), schedule) == ()


def test_a_failure_that_was_not_absorbed_is_tolerated_and_named():
    instance = cluster(THREE[:2], [guest("a", memory=80), guest("b", memory=10), guest("c", memory=50)])
    schedule = order(instance, (0, 0, 1), (0, 1, 1))
    assert schedule.tolerated == ("h1", "h2")
    assert schedule.final == (0, 1, 1)


def test_guests_without_a_host_are_left_out():
    instance = cluster(THREE, [guest("a"), guest("b")])
    schedule = order(instance, (0, UNPLACED), (1, 2))
    assert [move.guest for move in schedule.moves] == ["a"]
    assert schedule.final == (1, UNPLACED)


def test_minutes_follow_memory_and_link():
    instance = cluster([host("h1", memory=99999), host("h2", memory=99999)], [guest("a", memory=10_000)], n_plus=0)
    limits = Limits(link_mbps=1000, dirty_factor=1.5, overhead_seconds=6.0)
    schedule = order(instance, (0,), (1,), limits)
    assert round(schedule.minutes, 3) == round((10_000 * 8.388608 * 1.5 / 1000 + 6) / 60, 3)


def test_replay_finds_each_fault():
    guests = [guest("a", memory=60, group="g"), guest("b", memory=60, group="g"), guest("c", cpu=90, tenant="t")]
    instance = cluster([*THREE, host("h4", available=False)], guests, tenants_apart=frozenset({"t"}))

    def found(*moves):
        wave = Wave(tuple(Move(*move) for move in moves), 1.0)
        return " ".join(faults(instance, (0, 1, 2), Schedule((wave,), (), 0, (), (), ())))

    meet = found(("a", "h1", "h2"))
    assert "a meets its replica b on h2" in meet
    assert "120 MiB on h2, which has 100 MiB" in meet
    assert "a is on h1, not on h3" in found(("a", "h3", "h2"))
    assert "h4 may not run a" in found(("a", "h1", "h4"))
    assert "meets another tenant" in found(("a", "h1", "h3"))
    assert "100 of CPU" not in found(("a", "h1", "h3"))


def test_replay_finds_a_failure_that_is_not_absorbed_during_a_wave():
    instance = cluster(THREE, [guest("a", memory=60), guest("b", memory=60)])
    wave = Wave((Move("a", "h1", "h3"),), 1.0)
    schedule = Schedule((wave,), (2, 1), 0, (), (), ())
    assert faults(instance, (0, 1), schedule) == ("wave 1: the failure of h2 is not absorbed",)
