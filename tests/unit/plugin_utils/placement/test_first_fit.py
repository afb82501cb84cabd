# SPDX-License-Identifier: GPL-3.0-or-later
"""Placement: every answer is checked by an independent reading of the promise, small ones by brute force."""

import itertools

from ansible_collections.medvirt.hospital.plugins.plugin_utils.placement.first_fit import place
from ansible_collections.medvirt.hospital.plugins.plugin_utils.placement.types import (
    Cluster,
    GuestNeed,
    HostRoom,
    Infeasible,
    Placement,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def cluster(*rooms, n_plus=1):
    return Cluster("c", tuple(HostRoom(f"h{i}", *room) for i, room in enumerate(rooms, start=1)), n_plus)


def guest(name, vcpus, memory, group="", hosts=None):
    return GuestNeed(name, "svc", vcpus, memory, group, hosts)


def assert_holds(room, guests, hosts):
    """Nothing over capacity, replicas apart, segments respected. hosts: guest -> host or None (down)."""
    for host in room.hosts:
        here = [g for g in guests if hosts[g.name] == host.name]
        assert sum(g.vcpus for g in here) <= host.vcpus
        assert sum(g.memory_mib for g in here) <= host.memory_mib
        groups = [g.group for g in here if g.group]
        assert len(groups) == len(set(groups))
        assert all(g.hosts is None or host.name in g.hosts for g in here)


def assert_promise(room, guests, answer):
    assert_holds(room, guests, answer.hosts)
    for failed in [h.name for h in room.hosts] if room.n_plus else []:
        after = {**answer.hosts, **answer.failures[failed]}
        assert failed not in after.values()
        assert set(answer.failures[failed]) == {g for g, h in answer.hosts.items() if h == failed}
        assert_holds(room, guests, after)
        for name in [n for n, h in after.items() if h is None]:
            one = next(g for g in guests if g.name == name)
            siblings = {after[g.name] for g in guests if g.group == one.group and g is not one}
            assert {h.name for h in room.hosts} - {failed} <= siblings | (
                {h.name for h in room.hosts} - (one.hosts or {h.name for h in room.hosts})
            )


def feasible(room, guests):
    """Brute force over all placements and all failover targets, anti-affinity left out."""
    names = [h.name for h in room.hosts]

    def fits(assignment):
        return all(
            sum(g.vcpus for g, n in zip(guests, assignment, strict=True) if n == h.name) <= h.vcpus
            and sum(g.memory_mib for g, n in zip(guests, assignment, strict=True) if n == h.name) <= h.memory_mib
            for h in room.hosts
        )

    def survives(assignment, failed):
        options = [[n for n in names if n != failed] if at == failed else [at] for at in assignment]
        return any(fits(after) for after in itertools.product(*options))

    return any(
        fits(a) and all(survives(a, failed) for failed in names) for a in itertools.product(names, repeat=len(guests))
    )


numbers = st.integers(1, 8)
small_cluster = st.lists(st.tuples(st.integers(2, 12), st.integers(2, 12)), min_size=2, max_size=3)
small_guests = st.lists(st.tuples(numbers, numbers), max_size=4)


@settings(max_examples=150, deadline=None)
@given(small_cluster, small_guests)
def test_agrees_with_brute_force(rooms, sizes):
    room = cluster(*rooms)
    guests = tuple(guest(f"g{i}", *size) for i, size in enumerate(sizes))
    answer = place(room, guests, {})
    assert isinstance(answer, Placement) == feasible(room, guests)


@st.composite
def instances(draw):
    rooms = draw(st.lists(st.tuples(st.integers(4, 32), st.integers(4, 32)), min_size=3, max_size=6))
    room = cluster(*rooms)
    names = [h.name for h in room.hosts]
    guests = tuple(
        guest(
            f"g{i}",
            draw(numbers),
            draw(numbers),
            draw(st.sampled_from(["", "", "a", "b"])),
            draw(st.none() | st.frozensets(st.sampled_from(names), min_size=1)),
        )
        for i in range(draw(st.integers(0, 8)))
    )
    previous = {g.name: draw(st.sampled_from([*names, "gone"])) for g in guests if draw(st.booleans())}
    return room, guests, previous


@settings(max_examples=200, deadline=None)
@given(instances())
def test_never_over_capacity_and_every_single_failure_absorbed(instance):
    room, guests, previous = instance
    answer = place(room, guests, previous)
    if isinstance(answer, Placement):
        assert_promise(room, guests, answer)
        again = place(room, guests, answer.hosts, {g: t for ts in answer.failures.values() for g, t in ts.items()})
        assert again.hosts == answer.hosts
        assert again.failures == answer.failures
    else:
        assert answer.shortfall > 0
        assert answer.guest in {g.name for g in guests}


def test_guests_stay_where_they_are():
    room = cluster((8, 8), (8, 8), (8, 8))
    guests = (guest("a", 2, 2), guest("b", 1, 1))
    answer = place(room, guests, {"a": "h3", "b": "h2"})
    assert answer.hosts == {"a": "h3", "b": "h2"}
    assert answer.why["a"] == "stays where the last plan had it"


def test_new_guest_takes_what_is_left():
    room = cluster((4, 4), (4, 4), (4, 4))
    answer = place(room, (guest("big", 4, 4), guest("old", 1, 1)), {"old": "h1"})
    assert answer.hosts["old"] == "h1"
    assert answer.hosts["big"] == "h2"


def test_failover_target_stays():
    room = cluster((4, 4), (4, 4), (4, 4))
    answer = place(room, (guest("a", 1, 1),), {"a": "h1"}, {"a": "h3"})
    assert answer.failures["h1"] == {"a": "h3"}


def test_replicas_apart_and_down_when_no_host_is_left():
    room = cluster((8, 8), (8, 8), (8, 8))
    guests = tuple(guest(f"r{i}", 1, 1, group="r") for i in range(3))
    answer = place(room, guests, {})
    assert sorted(answer.hosts.values()) == ["h1", "h2", "h3"]
    assert answer.failures["h1"] == {"r0": None}
    too_many = place(room, (*guests, guest("r3", 1, 1, group="r")), {})
    assert isinstance(too_many, Infeasible) and too_many.resource == "hosts" and too_many.shortfall == 1


def test_n_plus_zero_fills_to_the_brim():
    room = cluster((2, 2), (2, 2), n_plus=0)
    guests = (guest("a", 2, 2), guest("b", 2, 2))
    assert place(room, guests, {}).failures == {}
    refused = place(Cluster("c", room.hosts, 1), guests, {})
    assert (refused.failed, refused.resource, refused.shortfall) == ("h1", "vcpus", 2)


def test_guest_without_a_host_on_its_segment():
    refused = place(cluster((4, 4), (4, 4), (4, 4)), (guest("a", 1, 1, hosts=frozenset()),), {})
    assert refused.resource == "segment"
    alone = place(cluster((4, 4), (4, 4), (4, 4)), (guest("a", 1, 1, hosts=frozenset({"h2"})),), {})
    assert alone.resource == "segment" and alone.failed == "h2"


def test_a_hundred_guests_in_reasonable_time():
    room = cluster(*[(64, 512)] * 8)
    guests = tuple(guest(f"g{i:03}", 1 + i % 4, 4 + i % 13) for i in range(100))
    answer = place(room, guests, {})
    assert_promise(room, guests, answer)
