# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of demand a service understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ..catalogue.entries import Catalogue, Profile, Quantity
from ..sizing.demand import PlanningPolicies, resolve

# A hospital where every figure is there and none is at a limit.
_POLICIES = PlanningPolicies(horizon_years=5, image_growth_percent=20, database_growth_percent=10, retention_years=20)
_BEDS = 300
_UNSAID = 12


def understood(profile: Profile, catalogue: Catalogue) -> list[str]:
    """Keys of the vocabulary that some size of a profile depends on: those whose change changes a figure it uses."""
    used = {quantity.per for quantity in _quantities(profile)}
    given = {name: _UNSAID for name, entry in catalogue.demand.items() if not entry.value} | {"beds": _BEDS}
    before = resolve(given, {}, catalogue, _POLICIES)
    keys = []
    for key in catalogue.demand:
        after = resolve(given, {key: 2 * before[key]}, catalogue, _POLICIES)
        if any(after.get(name) != before.get(name) for name in used):
            keys.append(key)
    return keys


def _quantities(entry: Any) -> Iterator[Quantity]:
    """Every quantity inside an entry of the catalogue."""
    if isinstance(entry, Quantity):
        yield entry
    elif is_dataclass(entry):
        for field in fields(entry):
            yield from _quantities(getattr(entry, field.name))
    elif isinstance(entry, Mapping):
        for value in entry.values():
            yield from _quantities(value)
    elif isinstance(entry, tuple):
        for value in entry:
            yield from _quantities(value)
