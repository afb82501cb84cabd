# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts needed: bounds hold, packings are valid, small ones are the best there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import EngineGuest, read_cluster
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.pack import Packing, pack
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.pack_kinds import by_size, kinds_of, lower_bound
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.pack_model import Search
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.pack_patterns import patterns
from ansible_collections.medvirt.hospital.tests.bench.generate import GIB, SIZES, generate
from hypothesis import given, settings
from hypothesis import strategies as st

MEMORY, CPU = 12, 8


def fits(guests: Sequence[EngineGuest], assignment: Sequence[int], memory: int, cpu: int) -> bool:
    """Are capacity, groups and labels kept?"""
    used: Counter[tuple[str, int]] = Counter()
    groups: Counter[tuple[str, int]] = Counter()
    labels: dict[str, set[int]] = {}
    for guest, host in zip(guests, assignment, strict=True):
        used["memory", host] += guest.memory
        used["cpu", host] += guest.cpu
        if guest.group:
            groups[guest.group, host] += 1
        if guest.together:
            labels.setdefault(guest.together, set()).add(host)
    room = {"memory": memory, "cpu": cpu}
    return (
        all(amount <= room[what] for (what, __), amount in used.items())
        and max(groups.values(), default=0) <= 1
        and all(len(hosts) == 1 for hosts in labels.values())
    )


def fewest_hosts(guests: Sequence[EngineGuest], memory: int, cpu: int) -> int:
    """By trying everything: each guest on each host in use, or on one more."""

    def search(assignment: list[int], hosts: int, best: int) -> int:
        if hosts >= best:
            return best
        if len(assignment) == len(guests):
            return hosts
        for host in range(hosts + 1):
            longer = [*assignment, host]
            if fits(guests[: len(longer)], longer, memory, cpu):
                best = search(longer, max(hosts, host + 1), best)
        return best

    return search([], 0, len(guests) + 1)


def guests_of(*sizes: tuple[int, int], group: str = "") -> list[EngineGuest]:
    return [EngineGuest(f"{group}{i}", cpu, memory, group=group) for i, (memory, cpu) in enumerate(sizes)]


@st.composite
def small_cases(draw: st.DrawFn) -> list[EngineGuest]:
    count = draw(st.integers(0, 7))
    return [
        EngineGuest(
            f"v{i}",
            cpu=draw(st.integers(0, CPU)),
            memory=draw(st.integers(0, MEMORY)),
            group=draw(st.sampled_from(["", "a", "b"])),
        )
        for i in range(count)
    ]


@given(small_cases())
@settings(max_examples=60, deadline=None)
def test_as_good_as_trying_everything(guests: list[EngineGuest]) -> None:
    packing = pack(guests, MEMORY, CPU)
    assert fits(guests, packing.assignment, MEMORY, CPU)
    assert packing.hosts == fewest_hosts(guests, MEMORY, CPU)
    assert packing.proved
    assert set(packing.assignment) <= set(range(packing.hosts))


@given(small_cases())
@settings(max_examples=40, deadline=None)
def test_bounds_are_never_above_the_best(guests: list[EngineGuest]) -> None:
    kinds = kinds_of(guests, MEMORY, CPU)
    best = fewest_hosts(guests, MEMORY, CPU)
    assert lower_bound(kinds, MEMORY, CPU) <= best
    assert patterns(kinds, (MEMORY, CPU), Search(10.0, timed=False))[0] <= best


@given(small_cases(), st.integers(0, MEMORY), st.integers(0, CPU))
@settings(max_examples=25, deadline=None)
def test_one_more_guest_never_needs_fewer_hosts(guests: list[EngineGuest], memory: int, cpu: int) -> None:
    more = [*guests, EngineGuest("more", cpu, memory)]
    assert pack(guests, MEMORY, CPU).hosts <= pack(more, MEMORY, CPU).hosts


@pytest.mark.parametrize(("size", "seed"), [("S", 1), ("S", 3), ("S2", 2), ("M", 1), ("L", 1)])
def test_hospital_like_clusters_are_packed_and_proved(size: str, seed: int) -> None:
    instance, __ = read_cluster(generate(size, SIZES[size], seed))
    packing = pack(instance.guests, 768 * GIB, 192)
    assert fits(instance.guests, packing.assignment, 768 * GIB, 192)
    assert packing.proved


@pytest.mark.parametrize("size", ["M", "L"])
def test_memory_and_cpu_together_need_more_than_each_alone(size: str) -> None:
    instance, __ = read_cluster(generate(size, SIZES[size], 1))
    room = (256 * GIB, 40)
    packing = pack(instance.guests, *room)
    assert fits(instance.guests, packing.assignment, *room)
    assert packing.proved
    assert packing.bound > lower_bound(kinds_of(instance.guests, *room), *room)


def test_the_same_input_gives_the_same_packing() -> None:
    instance, __ = read_cluster(generate("S2", SIZES["S2"], 4))
    assert pack(instance.guests, 768 * GIB, 192) == pack(instance.guests, 768 * GIB, 192)


TRAP = guests_of((6, 1), (5, 1), (4, 1), (4, 1), (3, 1), (2, 1))  # largest first: 6 5, 4 4 3, 2; better: 6 4 2, 5 4 3


def test_finds_what_first_fit_decreasing_misses() -> None:
    packing = pack(TRAP, 12, 8)
    assert packing.hosts == 2
    assert fits(TRAP, packing.assignment, 12, 8)


def test_without_time_the_first_answer_stands_and_is_not_called_proved() -> None:
    packing = pack(TRAP, 12, 8, work=0.0)
    assert (packing.hosts, packing.bound, packing.proved) == (3, 2, False)
    assert fits(TRAP, packing.assignment, 12, 8)


def test_members_of_a_group_each_need_a_host() -> None:
    guests = guests_of(*[(1, 1)] * 5, group="g")
    assert pack(guests, MEMORY, CPU).hosts == 5
    assert sorted(pack(guests, MEMORY, CPU).assignment) == [0, 1, 2, 3, 4]


def test_groups_of_one_shape_find_their_hosts() -> None:
    """Three groups of three on three hosts: each host must have one of each, although any three would fill it."""
    guests = [guest for name in "abc" for guest in guests_of(*[(4, 1)] * 3, group=name)]
    packing = pack(guests, 12, 8)
    assert packing.hosts == 3
    assert fits(guests, packing.assignment, 12, 8)


def test_groups_of_mixed_shapes_find_their_hosts() -> None:
    guests = guests_of((8, 1), (4, 1), group="a") + guests_of((8, 1), (4, 1), group="b")
    packing = pack(guests, 12, 8)
    assert packing.hosts == 2
    assert fits(guests, packing.assignment, 12, 8)
    assert pack(guests[:2], 12, 8).hosts == 2


def test_guests_of_one_label_share_a_host() -> None:
    together = [EngineGuest(f"t{i}", 1, 4, together="t") for i in range(3)]
    packing = pack([EngineGuest("large", 1, 8), *together], 12, 8)
    assert packing.hosts == 2
    assert len(set(packing.assignment[1:])) == 1


def test_no_guest_needs_no_host() -> None:
    assert pack([], MEMORY, CPU) == Packing(0, 0, ())


@pytest.mark.parametrize(
    ("guests", "words"),
    [
        (guests_of((13, 1)), "guest 0: memory 13, and a host offers 12; take larger hosts"),
        (guests_of((1, 9)), "guest 0: cpu 9, and a host offers 8; take larger hosts"),
        (
            [EngineGuest(name, 1, 1, group="g", together="t") for name in "xy"],
            "guests x, y: one affinity label and one anti-affinity group g; drop one",
        ),
    ],
)
def test_refuses_what_no_host_can_take(guests: list[EngineGuest], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pack(guests, MEMORY, CPU)


@pytest.mark.parametrize(
    ("sizes", "hosts"),
    [
        ([(6, 4)], 2),  # volume
        ([(7, 3)], 3),  # above a half: one each
        ([(7, 2), (4, 2), (6, 1)], 3),  # what is left beside the large ones is too small for the others
        ([(5, 6)], 3),  # above a third: two each
        ([(0, 9)], 0),
        ([], 0),
    ],
)
def test_bounds_by_size(sizes: list[tuple[int, int]], hosts: int) -> None:
    assert by_size(sizes, 12) == hosts


def test_interchangeable_guests_are_one_kind() -> None:
    guests = [
        *guests_of((4, 1), (4, 1), group="pure"),
        *guests_of((4, 1), (4, 1), (4, 1), group="larger"),
        *guests_of((4, 1), group="alone"),
        *guests_of((4, 1), (2, 1), group="mixed"),
    ]
    kinds = kinds_of(guests, MEMORY, CPU)
    pooled = next(kind for kind in kinds if not kind.apart)
    assert [len(group) for group in pooled.groups] == [3, 2, 1]
    assert pooled.spread_needed() == [3, 5, 6]
    assert [kind.apart for kind in kinds if kind.apart] == [("mixed",), ("mixed",)]
