# SPDX-License-Identifier: GPL-3.0-or-later
"""Who stands where: loads, replicas per domain and tenants per host, changed one unit at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Array, Arrays
from .instance import Assignment

NOWHERE = -1
SOFT = 1 << 50


class State:
    """The mutable state of one cluster.

    cap, used     [H, 2] room, and what stands on a host, in (cpu, memory); a moving unit counts at both ends
    size          [U, 2]
    home, held    [U] host of a unit, its second host while it moves; else NOWHERE
    count         [G, H] units of a group in each domain
    colours       [K, H] units of each colour on a host
    order, rank   units, largest first; place of a host's name in the alphabet
    """

    def __init__(self, arrays: Arrays) -> None:
        """No unit is placed."""
        self.arrays = arrays
        self.cap = np.stack([arrays.host_cpu, arrays.host_memory], axis=1)
        if not arrays.instance.rules.cpu_hard:
            self.cap[:, 0] = SOFT
        self.size = np.stack([arrays.unit_cpu, arrays.unit_memory], axis=1)
        self.used = np.zeros_like(self.cap)
        self.home = np.full(arrays.units, NOWHERE, dtype=np.int64)
        self.held = np.full(arrays.units, NOWHERE, dtype=np.int64)
        self.count = np.zeros((arrays.groups, arrays.hosts), dtype=np.int64)
        self.colours = np.zeros((len(arrays.instance.rules.tenants_apart) + 1, arrays.hosts), dtype=np.int64)
        names = [host.name for host in arrays.instance.hosts]
        self.rank = np.empty(arrays.hosts, dtype=np.int64)
        self.rank[sorted(range(arrays.hosts), key=names.__getitem__)] = np.arange(arrays.hosts)
        self.order = size_order(arrays)

    def groups(self, unit: int) -> Array:
        """Groups of a unit."""
        return self.arrays.group_index[self.arrays.group_start[unit] : self.arrays.group_start[unit + 1]]

    def mates(self, unit: int) -> list[tuple[Array, int]]:
        """For each other unit of a group of the unit: (domain of each host in the group's scope, that unit)."""
        start, mates = self.arrays.group_unit_start, self.arrays.group_unit
        return [
            (self.arrays.domains[self.arrays.group_scope[group]], int(mate))
            for group in self.groups(unit)
            for mate in mates[start[group] : start[group + 1]]
            if mate != unit
        ]

    def fitting(self, unit: int) -> Array:
        """[H] bool: hosts that may take the unit as things stand, failures aside."""
        arrays = self.arrays
        good = arrays.allowed[arrays.unit_class[unit]] & (self.used + self.size[unit] <= self.cap).all(axis=1)
        for group in self.groups(unit):
            domain = arrays.domains[arrays.group_scope[group]]
            row = self.count[group].copy()
            for own in self._domains_of(unit, domain):
                row[own] -= 1
            good &= row[domain] == 0
        if len(self.colours) > 1:
            good &= self.colours.sum(axis=0) == self.colours[arrays.unit_colour[unit]]
        return good

    def book(self, unit: int, host: int) -> None:
        """Put the unit on a host: its home, or its second end when it has a home."""
        self._shift(unit, host, 1)
        if self.home[unit] == NOWHERE:
            self.home[unit] = host
        else:
            self.held[unit] = host

    def leave(self, unit: int, host: int) -> None:
        """Free one end of a unit; a second end that remains becomes its home."""
        if self.held[unit] != host:
            self.home[unit] = self.held[unit]
        self.held[unit] = NOWHERE
        self._shift(unit, host, -1)

    def seed(self, unit_hosts: Sequence[int] | Array, units: Sequence[int] | Array) -> None:
        """Put each of the units, in this order, on its host where rules and room allow it."""
        for unit in units:
            host = int(unit_hosts[unit])
            if host != NOWHERE and self.home[unit] == NOWHERE and self.fitting(unit)[host]:
                self.book(int(unit), host)

    def force(self, unit_hosts: Sequence[int] | Array) -> None:
        """Put all units on their hosts at once, whatever the rules say; none is placed yet."""
        arrays = self.arrays
        self.home = np.array(unit_hosts, dtype=np.int64)
        placed = np.flatnonzero(self.home != NOWHERE)
        np.add.at(self.used, self.home[placed], self.size[placed])
        np.add.at(self.colours, (arrays.unit_colour[placed], self.home[placed]), 1)
        unit = np.repeat(np.arange(arrays.units), np.diff(arrays.group_start))
        seen = self.home[unit] != NOWHERE
        unit, group = unit[seen], arrays.group_index[seen]
        np.add.at(self.count, (group, arrays.domains[arrays.group_scope[group], self.home[unit]]), 1)

    def lawful(self) -> bool:
        """Does every unit stand where the rules allow, with room, failures aside?"""
        placed = np.flatnonzero(self.home != NOWHERE)
        return bool(
            (self.used <= self.cap).all()
            and (self.count <= 1).all()
            and ((self.colours > 0).sum(axis=0) <= 1).all()
            and self.arrays.allowed[self.arrays.unit_class[placed], self.home[placed]].all()
        )

    def clear(self) -> None:
        """Place no unit."""
        for table in (self.used, self.count, self.colours):
            table[:] = 0
        self.home[:] = self.held[:] = NOWHERE

    def assignment(self) -> Assignment:
        """Host of each guest."""
        return self.arrays.guest_hosts(self.home)

    def _domains_of(self, unit: int, domain: Array) -> set[int]:
        return {int(domain[end]) for end in (self.home[unit], self.held[unit]) if end != NOWHERE}

    def _shift(self, unit: int, host: int, sign: int) -> None:
        """Count one end in or out; a domain that holds the other end, too, has counted the unit already."""
        self.used[host] += sign * self.size[unit]
        self.colours[self.arrays.unit_colour[unit], host] += sign
        for group in self.groups(unit):
            domain = self.arrays.domains[self.arrays.group_scope[group]]
            if int(domain[host]) not in self._domains_of(unit, domain):
                self.count[group, domain[host]] += sign


def size_order(arrays: Arrays) -> Array:
    """Units, largest first (share of the cluster in the scarcer resource), then by the name of their first guest."""
    share = arrays.unit_memory / max(1, int(arrays.host_memory.sum()))
    if arrays.instance.rules.cpu_hard:
        share = np.maximum(share, arrays.unit_cpu / max(1, int(arrays.host_cpu.sum())))
    guests, first = arrays.instance.guests, arrays.member_guest[arrays.member_start[:-1]]
    names = [guests[guest].name for guest in first]
    keys = (-share).tolist()
    return np.array(sorted(range(arrays.units), key=lambda u: (keys[u], names[u])), dtype=np.int64)
