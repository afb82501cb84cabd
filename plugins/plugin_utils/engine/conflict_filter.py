# SPDX-License-Identifier: GPL-3.0-or-later
"""A minimal conflicting set by deletion: what can go while no placement exists is not part of the conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .arrays import Arrays, compile
from .conflict import Conflict, Infeasible
from .conflict_checks import broken_bundles
from .conflict_relax import Requirement, relaxed, requirements
from .conflict_values import as_conflicts
from .failures import Scenario
from .instance import UNPLACED, EngineGuest, Instance
from .ledger import Ledger
from .ledger_steps import put_best
from .place_exact import exact_placement

CHECKS = 300
SHARE = 0.05  # of the work for one check


class _Search:
    """Is there a placement with only some of the requirements and guests? Within a limit of checks and work."""

    def __init__(self, instance: Instance, work: float) -> None:
        self.instance = instance
        self.work = work
        self.left = CHECKS
        self.spent = 0.0
        self.certain = True

    def impossible(self, kept: Sequence[Requirement], guests: Sequence[str]) -> bool:
        """Proved that there is none."""
        if self.left == 0 or self.spent > self.work:
            self.certain = False
            return False
        self.left -= 1
        instance = relaxed(self.instance, kept, guests)
        if any(broken_bundles(instance)):
            return True
        arrays = compile(instance)
        fails = failures_of(instance, kept)
        nowhere = np.full(arrays.units, UNPLACED)
        found = exact_placement(arrays, nowhere, fails, self.work * SHARE)
        self.spent += found.work
        self.certain = self.certain and found.status != "unknown"
        return found.status == "infeasible"


def explain(instance: Instance, *, proved: bool, work: float) -> Infeasible:
    """Why there is no placement. proved: it is known that there is none; else the search only ended."""
    if proved:
        found, minimal = reduce(instance, work)
        return Infeasible(instance.name, (found,), minimal)
    return Infeasible(instance.name, (stuck(instance),), False)


def reduce(instance: Instance, work: float) -> tuple[tuple[Conflict, ...], bool]:
    """(a conflicting set of an instance that has no placement, whether it is known to be minimal)."""
    search = _Search(instance, work)
    kept = requirements(instance)
    guests = [g.name for g in sorted(instance.guests, key=lambda g: (g.memory, g.cpu, g.name))]
    for kind in dict.fromkeys(r.kind for r in kept):
        without = [r for r in kept if r.kind != kind]
        if search.impossible(without, guests):
            kept = without
    guests = _shrink(guests, lambda some: search.impossible(kept, some))
    kept = [r for r in kept if _concerns(r, [g for g in instance.guests if g.name in set(guests)])]
    kept = _shrink(kept, lambda some: search.impossible(some, guests))
    return as_conflicts(instance, kept, sorted(guests)), search.certain


def stuck(instance: Instance) -> tuple[Conflict, ...]:
    """Where the greedy search got stuck: the guest that found no place, and what the roomiest host lacks for it."""
    arrays = compile(instance)
    ledger = Ledger(arrays)
    unit = next((int(u) for u in ledger.order if put_best(ledger, int(u)) == UNPLACED), int(ledger.order[0]))
    guests = _guests_of(arrays, unit)
    hosts = np.flatnonzero(arrays.allowed[arrays.unit_class[unit]])
    names = tuple(instance.hosts[h].name for h in hosts)
    fitting = bool(ledger.fitting(unit).any())
    free = (ledger.cap - ledger.used - (ledger.worst if fitting else 0))[hosts]
    lack = (ledger.size[unit] - free).max(axis=1)
    best = int(np.argmin(lack)) if len(hosts) else 0
    column = int(np.argmax(ledger.size[unit] - free[best])) if len(hosts) else 1
    offer = int(free[best][column]) if len(hosts) else 0
    numbers = {"resource": ("cpu", "memory")[column], "need": int(ledger.size[unit][column]), "offer": max(0, offer)}
    if fitting:
        worst = int(np.argmax(ledger.reserve[:, hosts[best]].sum(axis=1))) if ledger.fails else 0
        failed = tuple(instance.hosts[h].name for h in ledger.fails[worst].hosts)
        return (Conflict("n_plus", guests, names, failed=failed, **numbers),)
    return (Conflict("capacity", guests, names, **numbers),)


def failures_of(instance: Instance, kept: Iterable[Requirement]) -> tuple[Scenario, ...]:
    """The failures among the requirements."""
    index = {host.name: i for i, host in enumerate(instance.hosts)}
    return tuple(Scenario("+".join(r.key), tuple(index[name] for name in r.key)) for r in kept if r.kind == "n_plus")


def _shrink(things: list, impossible: Callable[[list], bool]) -> list:
    """Delete what can go, in halves, quarters … and at last one by one; the first things go first."""
    size = len(things)
    while size > 0:
        start = 0
        while start < len(things):
            without = things[:start] + things[start + size :]
            if impossible(without):
                things = without
            else:
                start += size
        size //= 2
    return things


def _concerns(requirement: Requirement, guests: Sequence[EngineGuest]) -> bool:
    """Has one of the guests to do with the requirement?"""
    kind, key = requirement.kind, requirement.key
    has = {
        "tenant": lambda g: True,
        "hosts": lambda g: g.name == key,
        "needs": lambda g: key in g.needs,
        "together": lambda g: g.together == key,
        "apart": lambda g: g.group == key,
    }
    return kind not in has or any(has[kind](guest) for guest in guests)


def _guests_of(arrays: Arrays, unit: int) -> tuple[str, ...]:
    members = arrays.member_guest[arrays.member_start[unit] : arrays.member_start[unit + 1]]
    return tuple(arrays.instance.guests[guest].name for guest in members)
