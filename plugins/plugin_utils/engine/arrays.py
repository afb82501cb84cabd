# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance as arrays, made once.

The engine moves *units*: a guest, or all the guests of one affinity label, since they only move together.
Shapes: H hosts, U units, V guests, G groups, C classes (units with the same allowed hosts), D domains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.require import MissingPackage
from .instance import SCOPES, UNPLACED, Assignment, EngineGuest, EngineHost, Instance

try:
    import numpy as np
except ImportError as missing:
    raise MissingPackage("numpy") from missing

Array = Any


@dataclass(frozen=True)
class Arrays:
    """The compiled instance.

    host_cpu, host_memory      [H] room; 0 on an unavailable host
    available                  [H] bool
    domains                    [3, H] index of the host's domain in each scope of SCOPES
    unit_cpu, unit_memory      [U] what a unit takes
    unit_class, allowed        [U], [C, H] bool: hosts that may run the units of a class
    unit_movable, unit_cost    [U] bool, [U] sum of its guests' disruption
    unit_colour                [U] 0, or a tenant of its own: units of two colours share no host
    guest_unit                 [V] unit of each guest
    member_start, member_guest [U + 1], [V] guests of unit u: member_guest[member_start[u]:member_start[u + 1]]
    group_start, group_index   [U + 1], [*] groups of unit u, likewise
    group_scope                [G] index into SCOPES
    group_unit_start, group_unit  [G + 1], [*] units of group g, likewise
    """

    instance: Instance
    host_cpu: Array
    host_memory: Array
    available: Array
    domains: Array
    unit_cpu: Array
    unit_memory: Array
    unit_class: Array
    allowed: Array
    unit_movable: Array
    unit_cost: Array
    unit_colour: Array
    guest_unit: Array
    member_start: Array
    member_guest: Array
    group_start: Array
    group_index: Array
    group_scope: Array
    group_unit_start: Array
    group_unit: Array

    @property
    def hosts(self) -> int:
        """Number of hosts."""
        return len(self.host_cpu)

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.unit_cpu)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.group_scope)

    def unit_hosts(self, assignment: Sequence[int]) -> Array:
        """[U] host of each unit: where most of its guests' memory is (the first such host), or UNPLACED."""
        chosen = np.full(self.units, UNPLACED, dtype=np.int64)
        for unit in range(self.units):
            members = self.member_guest[self.member_start[unit] : self.member_start[unit + 1]]
            if len(members) == 1:
                chosen[unit] = assignment[members[0]]
            else:
                chosen[unit] = _majority(self.instance, members, assignment)
        return chosen

    def guest_hosts(self, unit_hosts: Array) -> Assignment:
        """The assignment in which each guest is on its unit's host."""
        return tuple(int(host) for host in np.asarray(unit_hosts)[self.guest_unit])


def compile(instance: Instance) -> Arrays:
    """The arrays of an instance."""
    hosts, guests = instance.hosts, instance.guests
    guest_unit, members = _units(guests)
    classes, allowed = _classes(instance, members)
    group_names, group_scope = _groups(guests)
    unit_groups = [sorted({group_names[guests[g].group] for g in unit if guests[g].group}) for unit in members]
    group_units: list[list[int]] = [[] for __ in group_scope]
    for unit, groups in enumerate(unit_groups):
        for group in groups:
            group_units[group].append(unit)
    colours = {tenant: index + 1 for index, tenant in enumerate(sorted(instance.rules.tenants_apart))}
    member_start, member_guest = _rows(members)
    group_start, group_index = _rows(unit_groups)
    group_unit_start, group_unit = _rows(group_units)
    return Arrays(
        instance=instance,
        host_cpu=_ints(host.cpu if host.available else 0 for host in hosts),
        host_memory=_ints(host.memory if host.available else 0 for host in hosts),
        available=np.array([host.available for host in hosts], dtype=bool),
        domains=_domains(hosts),
        unit_cpu=_ints(sum(guests[g].cpu for g in unit) for unit in members),
        unit_memory=_ints(sum(guests[g].memory for g in unit) for unit in members),
        unit_class=_ints(classes),
        allowed=allowed,
        unit_movable=np.array([all(guests[g].movable for g in unit) for unit in members], dtype=bool),
        unit_cost=_ints(sum(guests[g].disruption for g in unit) for unit in members),
        unit_colour=_ints(colours.get(guests[unit[0]].tenant, 0) for unit in members),
        guest_unit=_ints(guest_unit),
        member_start=member_start,
        member_guest=member_guest,
        group_start=group_start,
        group_index=group_index,
        group_scope=_ints(group_scope),
        group_unit_start=group_unit_start,
        group_unit=group_unit,
    )


def _units(guests: Sequence[EngineGuest]) -> tuple[list[int], list[list[int]]]:
    """Unit of each guest, guests of each unit, in the order of the guests."""
    labels: dict[str, int] = {}
    guest_unit: list[int] = []
    members: list[list[int]] = []
    for index, guest in enumerate(guests):
        unit = labels.get(guest.together, len(members)) if guest.together else len(members)
        if unit == len(members):
            members.append([])
            if guest.together:
                labels[guest.together] = unit
        members[unit].append(index)
        guest_unit.append(unit)
    return guest_unit, members


def _classes(instance: Instance, members: list[list[int]]) -> tuple[list[int], Array]:
    """Class of each unit, and which hosts each class may use ([C, H])."""
    seen: dict[Any, int] = {}
    rows: list[list[bool]] = []
    unit_class = []
    for unit in members:
        guests = [instance.guests[g] for g in unit]
        needs = frozenset().union(*(guest.needs for guest in guests))
        reach = frozenset(guest.hosts for guest in guests if guest.hosts is not None)
        if (needs, reach) not in seen:
            seen[needs, reach] = len(rows)
            rows.append(
                [
                    host.available and needs <= host.features and all(host.name in names for names in reach)
                    for host in instance.hosts
                ]
            )
        unit_class.append(seen[needs, reach])
    return unit_class, np.array(rows, dtype=bool).reshape(len(rows), len(instance.hosts))


def _groups(guests: Sequence[EngineGuest]) -> tuple[dict[str, int], list[int]]:
    """Index of each group, and its scope (the widest of its members')."""
    names: dict[str, int] = {}
    scopes: list[int] = []
    for guest in guests:
        if guest.group:
            group = names.setdefault(guest.group, len(names))
            scopes += [0] * (len(names) - len(scopes))
            scopes[group] = max(scopes[group], SCOPES.index(guest.scope))
    return names, scopes


def _domains(hosts: Sequence[EngineHost]) -> Array:
    """[3, H] domain of each host in each scope; a host without rack or site is a domain of its own."""
    rows = [list(range(len(hosts)))]
    for scope in SCOPES[1:]:
        names: dict[tuple[str, str], int] = {}
        named = [getattr(host, scope) for host in hosts]
        if scope == "rack":
            keys = [(h.site + "/" + n, "") if n else ("", h.name) for h, n in zip(hosts, named, strict=True)]
        else:
            keys = [(n, "") if n else ("", h.name) for h, n in zip(hosts, named, strict=True)]
        rows.append([names.setdefault(key, len(names)) for key in keys])
    return np.array(rows, dtype=np.int64).reshape(len(SCOPES), len(hosts))


def _majority(instance: Instance, members: Array, assignment: Sequence[int]) -> int:
    memory: dict[int, int] = {}
    for guest in members:
        if assignment[guest] != UNPLACED:
            memory[assignment[guest]] = memory.get(assignment[guest], 0) + instance.guests[guest].memory
            if not instance.guests[guest].movable:
                return assignment[guest]
    return max(memory, key=lambda host: (memory[host], -host)) if memory else UNPLACED


def _rows(lists: Iterable[Iterable[int]]) -> tuple[Array, Array]:
    """Lists of different length as start indexes and one flat array."""
    rows = [list(row) for row in lists]
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return start, _ints(value for row in rows for value in row)


def _ints(values: Iterable[int]) -> Array:
    return np.array(list(values), dtype=np.int64)
