# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of a conflicting set: what is needed, and the most that can be had while the rest of the set holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import compile
from .conflict import Conflict
from .conflict_relax import Requirement, relaxed
from .exact_model import ExactModel
from .failures import Scenario
from .instance import UNPLACED, EngineGuest, Instance

WORK = 2.0


def as_conflicts(instance: Instance, kept: Sequence[Requirement], names: Sequence[str]) -> tuple[Conflict, ...]:
    """The requirements, as they concern the named guests, with need and offer."""
    guests = [g for g in instance.guests if g.name in set(names)]
    resources = [r.key for r in kept if r.kind == "capacity"]
    numbers = {resource: _most(instance, kept, names, str(resource)) for resource in resources}
    main = min(numbers, key=lambda r: numbers[r][1] - numbers[r][0], default="")
    return tuple(_conflict(instance, r, guests, numbers, str(main)) for r in sorted(kept, key=_place))


def _place(requirement: Requirement) -> tuple[bool, Requirement]:
    return requirement.kind != "n_plus", requirement


def _conflict(
    instance: Instance, requirement: Requirement, guests: Sequence[EngineGuest], numbers: dict, main: str
) -> Conflict:
    kind, key = requirement.kind, requirement.key
    up = [h for h in instance.hosts if h.available]
    if kind in ("capacity", "n_plus"):
        failed = key if kind == "n_plus" else ()
        resource = str(key) if kind == "capacity" else main
        need, offer = numbers.get(resource, (0, 0))
        hosts = tuple(h.name for h in up if h.name not in failed)
        return Conflict(kind, _names(guests), hosts, "", resource, need, offer, failed)
    if kind == "apart":
        mine = [g for g in guests if g.group == key]
        scope = max((g.scope for g in mine), key=("host", "rack", "site").index)
        usable = [h for h in up if any(g.needs <= h.features and (g.hosts is None or h.name in g.hosts) for g in mine)]
        places = {(h.site, h.rack, h.name)[: {"site": 1, "rack": 2, "host": 3}[scope]] for h in usable}
        return Conflict(
            kind, _names(mine), tuple(h.name for h in usable), str(key), scope + "s", len(mine), len(places)
        )
    if kind == "together":
        return Conflict(kind, _names([g for g in guests if g.together == key]), (), str(key))
    if kind == "needs":
        mine = [g for g in guests if key in g.needs]
        return Conflict(kind, _names(mine), tuple(h.name for h in up if key in h.features), str(key))
    if kind == "hosts":
        mine = [g for g in guests if g.name == key]
        return Conflict(kind, _names(mine), tuple(sorted(mine[0].hosts or ())))
    if kind == "tenant":
        return Conflict(kind, _names([g for g in guests if g.tenant == key]), (), str(key))
    return Conflict(kind, _names(guests), (str(key),))


def _names(guests: Sequence[EngineGuest]) -> tuple[str, ...]:
    return tuple(guest.name for guest in guests)


def _most(instance: Instance, kept: Sequence[Requirement], names: Sequence[str], resource: str) -> tuple[int, int]:
    """(what the guests need of a resource, the most of it that can be placed with all of the requirements)."""
    smaller = relaxed(instance, kept, names)
    arrays = compile(smaller)
    weight = arrays.unit_memory if resource == "memory" else arrays.unit_cpu
    model = ExactModel(arrays, np.full(arrays.units, UNPLACED), optional=True)
    index = {host.name: i for i, host in enumerate(instance.hosts)}
    for requirement in kept:
        if requirement.kind == "n_plus":
            model.absorb(Scenario("", tuple(index[name] for name in requirement.key)))
    model.most(weight)
    found = model.solve(WORK)
    return int(weight.sum()), found.value if found.hosts is not None else 0
