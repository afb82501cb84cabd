# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two objectives measure, computed anew from an assignment (the search keeps the same figures up to date).

ganeti    sd(memory use) + sd(CPU ratio) + 2 * conflicts, as Ganeti with shared storage and without load figures
hospital  in this order: rules, failures that are not absorbed, unplaced guests; then Ganeti's balance plus a price
          for each move: what a move must gain, or it is not made
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Arrays

CONFLICT_WEIGHT = 2.0  # Ganeti's weight of an exclusion tag that is on a host twice [V: Ganeti Metrics.hs]
MOVE_GAIN = 0.004  # [E] times 1 / hosts: gain in balance that pays for one move of disruption 1 by 'hospital'
GIB_GAIN = 0.0001  # [E] times 1 / hosts: gain that pays for one GiB copied


@dataclass(frozen=True)
class Figures:
    """Figures of an assignment.

    balance        sd of memory use + sd of CPU ratio over the available hosts
    conflicts      guests beyond the first of their group in a domain
    max_memory, max_cpu   highest use of a host, as a share of its memory and its CPU
    unplaced       guests without a host
    violations     units on a host that the rules forbid them (class, tenant), and hosts above their hard limits
    """

    balance: float
    conflicts: int
    max_memory: float
    max_cpu: float
    unplaced: int
    violations: int

    @property
    def ganeti(self) -> float:
        """Ganeti's metric."""
        return self.balance + CONFLICT_WEIGHT * self.conflicts


def figures(arrays: Arrays, unit_hosts: Any) -> Figures:
    """The figures of a placement of units ([U])."""
    unit_hosts = np.asarray(unit_hosts)
    memory, cpu = loads(arrays, unit_hosts)
    up = arrays.available
    use = memory[up] / np.maximum(arrays.host_memory[up], 1)
    ratio = cpu[up] / np.maximum(arrays.host_cpu[up], 1)
    placed = unit_hosts >= 0
    strays = int((~arrays.allowed[arrays.unit_class[placed], unit_hosts[placed]]).sum())
    over = int((memory > arrays.host_memory).sum())
    if arrays.instance.rules.cpu_hard:
        over += int((cpu > arrays.host_cpu).sum())
    return Figures(
        balance=float(use.std() + ratio.std()) if up.any() else 0.0,
        conflicts=len(crowded(arrays, unit_hosts)),
        max_memory=float(use.max(initial=0.0)),
        max_cpu=float(ratio.max(initial=0.0)),
        unplaced=int((~placed).sum()),
        violations=strays + over + len(mixed(arrays, unit_hosts)),
    )


def loads(arrays: Arrays, unit_hosts: Any) -> tuple[Any, Any]:
    """Memory and CPU used on each host, [H] each."""
    placed = unit_hosts >= 0
    memory = np.zeros(arrays.hosts, dtype=np.int64)
    cpu = np.zeros(arrays.hosts, dtype=np.int64)
    np.add.at(memory, unit_hosts[placed], arrays.unit_memory[placed])
    np.add.at(cpu, unit_hosts[placed], arrays.unit_cpu[placed])
    return memory, cpu


def crowded(arrays: Arrays, unit_hosts: Sequence[int]) -> list[int]:
    """Units that share a domain with a member of their group that stands before them (immovable ones stand first)."""
    found = []
    for group, scope in enumerate(arrays.group_scope):
        units = arrays.group_unit[arrays.group_unit_start[group] : arrays.group_unit_start[group + 1]]
        taken: set[int] = set()
        for unit in sorted(units, key=lambda u: bool(arrays.unit_movable[u])):
            host = unit_hosts[unit]
            if host < 0:
                continue
            domain = int(arrays.domains[scope, host])
            if domain in taken:
                found.append(int(unit))
            taken.add(domain)
    return found


def mixed(arrays: Arrays, unit_hosts: Any) -> list[int]:
    """Units on a host where another tenant that must stand apart has more memory, or as much and came first."""
    if not arrays.unit_colour.any():
        return []
    found = []
    for host in range(arrays.hosts):
        units = np.flatnonzero(unit_hosts == host)
        memory: dict[int, int] = {}
        for unit in units:
            colour = int(arrays.unit_colour[unit])
            memory[colour] = memory.get(colour, 0) + int(arrays.unit_memory[unit])
        if len(memory) > 1:
            keeps = max(memory, key=lambda colour: memory[colour])
            found += [int(unit) for unit in units if arrays.unit_colour[unit] != keeps]
    return found


def misplaced(arrays: Arrays, unit_hosts: Any) -> Any:
    """[U] bool: the units that must move (or be placed) to keep the hard rules; of an overfull host the smallest
    units that bring it under its limits."""
    unit_hosts = np.asarray(unit_hosts)
    wrong = unit_hosts < 0
    placed = np.flatnonzero(~wrong)
    wrong[placed] = ~arrays.allowed[arrays.unit_class[placed], unit_hosts[placed]]
    wrong[crowded(arrays, unit_hosts)] = True
    wrong[mixed(arrays, unit_hosts)] = True
    wrong &= arrays.unit_movable | (unit_hosts < 0)
    limits = [(arrays.unit_memory, arrays.host_memory)]
    if arrays.instance.rules.cpu_hard:
        limits.append((arrays.unit_cpu, arrays.host_cpu))
    for sizes, room in limits:
        for host in range(arrays.hosts):
            here = np.flatnonzero((unit_hosts == host) & ~wrong)
            excess = int(sizes[here].sum() - room[host])
            movable = [int(u) for u in here if arrays.unit_movable[u]]
            while excess > 0 and movable:
                enough = [u for u in movable if sizes[u] >= excess]
                unit = (
                    min(enough, key=lambda u: (sizes[u], u)) if enough else max(movable, key=lambda u: (sizes[u], -u))
                )
                wrong[unit] = True
                movable.remove(unit)
                excess -= int(sizes[unit])
    return wrong
