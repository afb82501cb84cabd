# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests as kinds of interchangeable ones, and lower bounds on the identical hosts that they need.

Terms: a *unit* is a guest, or all guests of one affinity label. Two units of one group share no host. A *kind* is a
shape (memory, CPU) whose units may be exchanged: those without a group and those of groups that are all of that shape.
Units of other groups make kinds of their own, as which of them share a host then depends on more than their shape.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import gcd

from .instance import EngineGuest

MOST_SHARES = 20  # k of the bound by shares; sizes below 1/20 of a host gain nothing

Unit = tuple[int, ...]  # guest indexes
Counts = list[list[int]]  # [H][K] units of each kind on each host


@dataclass(frozen=True)
class Kind:
    """Interchangeable units.

    groups  units of each group, largest group first; a unit without a group counts as a group of one
    apart   groups of mixed shapes: on one host there is at most one unit of all kinds that name the same one
    """

    memory: int
    cpu: int
    groups: tuple[tuple[Unit, ...], ...]
    apart: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of units."""
        return sum(len(group) for group in self.groups)

    def spread_needed(self) -> list[int]:
        """[groups] for j = 1..: units of the j largest groups; the hosts need as many, counting at most j on each.

        That this is also enough for all groups to find their hosts is the theorem of Gale and Ryser (1957) [M].
        """
        return list(accumulate(len(group) for group in self.groups))


def kinds_of(guests: Sequence[EngineGuest], host_memory: int, host_cpu: int) -> tuple[Kind, ...]:
    """The kinds, largest memory first. ValueError when a unit fits on no host, or must and must not share a host."""
    units = _units(guests)
    shape = {unit: (sum(guests[g].memory for g in unit), sum(guests[g].cpu for g in unit)) for unit in units}
    members: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        _refuse(guests, unit, shape[unit], (host_memory, host_cpu))
        for group in {guests[g].group for g in unit} - {""}:
            members[group].append(unit)
    named = {unit: sorted(g for g in {guests[g].group for g in unit} if len(members[g]) > 1) for unit in units}
    plain = {
        group
        for group, of_group in members.items()
        if len({shape[unit] for unit in of_group}) == 1 and all(named[unit] == [group] for unit in of_group)
    }
    pooled: dict[tuple[int, int], list[tuple[Unit, ...]]] = defaultdict(list)
    kinds = []
    for unit in units:
        if not named[unit]:
            pooled[shape[unit]].append((unit,))
        elif named[unit][0] not in plain:
            kinds.append(Kind(*shape[unit], ((unit,),), tuple(named[unit])))
        elif members[named[unit][0]][0] == unit:
            pooled[shape[unit]].append(tuple(members[named[unit][0]]))
    kinds += [Kind(*size, tuple(sorted(groups, key=len, reverse=True))) for size, groups in pooled.items()]
    return tuple(sorted(kinds, key=lambda kind: (-kind.memory, -kind.cpu, kind.apart)))


def lower_bound(kinds: Sequence[Kind], host_memory: int, host_cpu: int) -> int:
    """Hosts that are needed in any case: by volume, by large units (L2), by the members of one group."""
    members: dict[str, int] = defaultdict(int)
    for kind in kinds:
        for group in kind.apart:
            members[group] += kind.count
    return max(
        by_size([(kind.memory, kind.count) for kind in kinds], host_memory),
        by_size([(kind.cpu, kind.count) for kind in kinds], host_cpu),
        max((len(kind.groups[0]) for kind in kinds), default=0),
        max(members.values(), default=0),
    )


def by_size(sizes: Iterable[tuple[int, int]], room: int) -> int:
    """Lower bound on bins of one size for (size, count) pairs: the better of two well-known ones, and volume.

    Martello and Toth (1990), L2 [M]: for each limit, units above room - limit fill a bin alone, units above room / 2
    need a bin each, and what is left over in the latter takes the units from `limit` to room / 2.
    Fekete and Schepers (2001) [M]: for each k, a size counts as floor((k + 1) size / room) / k of a bin, or as
    size / room where (k + 1) size / room is whole; that sees, for instance, that only two sizes above a third fit.
    """
    pairs = [(size, count) for size, count in sizes if size > 0]
    if not pairs:
        return 0
    best = 0
    for k in range(1, MOST_SHARES + 1):
        shares = ((size * k if (k + 1) * size % room == 0 else (k + 1) * size // room * room, n) for size, n in pairs)
        best = max(best, -(-sum(share * count for share, count in shares) // (k * room)))
    for limit in {0, *(size for size, __ in pairs if 2 * size <= room)}:
        alone = sum(count for size, count in pairs if size > room - limit)
        large = [(size, count) for size, count in pairs if size <= room - limit and 2 * size > room]
        small = sum(size * count for size, count in pairs if limit <= size and 2 * size <= room)
        bins = sum(count for __, count in large)
        left_over = sum((room - size) * count for size, count in large)
        best = max(best, alone + bins + max(0, -(-(small - left_over) // room)))
    return best


def units_of_measure(kinds: Sequence[Kind]) -> tuple[int, int]:
    """The largest steps in which the memory and CPU of all kinds can be counted."""
    return gcd(*(kind.memory for kind in kinds)) or 1, gcd(*(kind.cpu for kind in kinds)) or 1


def _units(guests: Sequence[EngineGuest]) -> list[Unit]:
    labels: dict[str, list[int]] = {}
    units: list[list[int]] = []
    for index, guest in enumerate(guests):
        if guest.together and guest.together in labels:
            labels[guest.together].append(index)
            continue
        units.append([index])
        if guest.together:
            labels[guest.together] = units[-1]
    return [tuple(unit) for unit in units]


def _refuse(guests: Sequence[EngineGuest], unit: Unit, size: tuple[int, int], room: tuple[int, int]) -> None:
    names = ", ".join(guests[g].name for g in unit)
    for what, need, offer in (("memory", size[0], room[0]), ("cpu", size[1], room[1])):
        if need > offer:
            raise ValueError(f"guest {names}: {what} {need}, and a host offers {offer}; take larger hosts")
    groups = [guests[g].group for g in unit if guests[g].group]
    for group in groups:
        if groups.count(group) > 1:
            raise ValueError(f"guests {names}: one affinity label and one anti-affinity group {group}; drop one")
