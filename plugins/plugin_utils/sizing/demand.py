# SPDX-License-Identifier: GPL-3.0-or-later
"""Demand of a service as numbers: what the intent gives, the catalogue's defaults, and what follows from both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..catalogue.entries import Catalogue, DemandEntry
from .desktops import desktop_figures
from .imaging import image_figures
from .policies import PlanningPolicies
from .records import record_figures
from .telemedicine import telemedicine_figures

__all__ = ["PlanningPolicies", "resolve"]


def resolve(
    given_hospital: Mapping[str, Any],
    given_service: Mapping[str, Any],
    catalogue: Catalogue,
    policies: PlanningPolicies,
) -> dict[str, float]:
    """All figures of the vocabulary and all derived ones; a figure that nothing gives is absent.

    given: key of the vocabulary -> number, or mapping part -> number; the service's own words win over the hospital's.
    A key with parts appears summed under its own name and once for each part: studies_per_year.CT.
    """
    given = {**given_hospital, **given_service}
    demand: dict[str, float] = {}
    for name, entry in catalogue.demand.items():
        demand.update(_figure(name, entry, given.get(name), demand))
    for figures in (image_figures, desktop_figures, telemedicine_figures, record_figures):
        demand.update(figures(demand, catalogue, policies))
    return {name: _readable(value) for name, value in demand.items()}


def _readable(value: float) -> float:
    """Three decimals, and whole numbers without any."""
    return int(value) if value == int(value) else round(value, 3)


def _figure(name: str, entry: DemandEntry, given: Any, known: Mapping[str, float]) -> dict[str, float]:
    """A key's total and its parts; nothing when there is no figure for it."""
    if isinstance(given, Mapping):
        parts = {part: float(given.get(part, 0)) for part in {**entry.split, **given}}
        return {name: sum(parts.values()), **{f"{name}.{part}": value for part, value in parts.items()}}
    total = given if given is not None else _default(entry, known)
    if total is None:
        return {}
    return {name: total, **{f"{name}.{part}": total * percent / 100 for part, percent in entry.split.items()}}


def _default(entry: DemandEntry, known: Mapping[str, float]) -> float | None:
    if entry.value is None or entry.per is None:
        return entry.value
    return entry.value * known[entry.per] / entry.of if entry.per in known else None
