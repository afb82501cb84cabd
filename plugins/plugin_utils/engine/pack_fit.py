# SPDX-License-Identifier: GPL-3.0-or-later
"""Packing unit by unit: first fit decreasing, and who goes where once it is known how many of each kind go where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .instance import UNPLACED, Assignment
from .pack_kinds import Counts, Kind


def hosts_used(assignment: Sequence[int]) -> int:
    """Hosts of an assignment that leaves out none."""
    return max(assignment, default=-1) + 1


def _by_memory(kind: Kind, room: tuple[int, int]) -> tuple[float, ...]:
    return (kind.memory, kind.cpu)


def _by_share(kind: Kind, room: tuple[int, int]) -> tuple[float, ...]:
    return (max(kind.memory * room[1], kind.cpu * room[0]), kind.memory)


ORDERS = (_by_memory, _by_share)


def first_fit_decreasing(
    kinds: Sequence[Kind], room: tuple[int, int], guests: int, by: Callable[..., tuple[float, ...]] = _by_memory
) -> Assignment:
    """Each unit, largest first, on the first host that has room (MiB, CPU) and no member of its groups."""
    left: list[list[int]] = []
    present: list[set[Any]] = []
    assignment = [UNPLACED] * guests
    for kind in sorted(kinds, key=lambda kind: by(kind, room), reverse=True):
        for group in kind.groups:
            marks = {*kind.apart, group}
            first = 0
            for unit in group:
                host = first
                while host < len(left) and (
                    left[host][0] < kind.memory or left[host][1] < kind.cpu or not marks.isdisjoint(present[host])
                ):
                    host += 1
                if host == len(left):
                    left.append(list(room))
                    present.append(set())
                left[host][0] -= kind.memory
                left[host][1] -= kind.cpu
                if len(group) > 1 or kind.apart:
                    present[host] |= marks
                first = host
                for guest in unit:
                    assignment[guest] = host
    return tuple(assignment)


def assignment_of(kinds: Sequence[Kind], counts: Counts, guests: int) -> Assignment:
    """Host of each guest: the largest groups first, each on the hosts with most places left for its kind."""
    assignment = [UNPLACED] * guests
    for k, kind in enumerate(kinds):
        places = [row[k] for row in counts]
        for group in kind.groups:
            chosen = sorted(range(len(places)), key=lambda host: -places[host])[: len(group)]
            for unit, host in zip(group, chosen, strict=True):
                places[host] -= 1
                for guest in unit:
                    assignment[guest] = host
    return tuple(assignment)
