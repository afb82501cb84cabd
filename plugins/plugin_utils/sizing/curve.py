# SPDX-License-Identifier: GPL-3.0-or-later
"""What is stored year by year, up to the horizon."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .expand import SizedVolume
from .policies import PlanningPolicies, growth_factor

DIGITS = 6
DATABASES = ("databases", "records")


def capacity_curve(
    volumes: Sequence[SizedVolume], policies: PlanningPolicies, fixed_gib: int = 0
) -> list[dict[str, int]]:
    """Rows from today (year 0) to the horizon: year, storage_gib (all of it), image_gib, database_gib.

    fixed_gib: root volumes and whatever else does not grow. database_gib includes records. In the last row each volume
    has its planned capacity.
    """
    return [_row(year, volumes, policies, fixed_gib) for year in range(policies.horizon_years + 1)]


def stored_gib(volume: SizedVolume, year: int, policies: PlanningPolicies) -> float:
    """What is on a volume after so many years."""
    horizon = policies.horizon_years
    if volume.growth == "databases":
        return volume.capacity_gib / growth_factor(policies.database_growth_percent, horizon - year)
    if volume.growth == "images":
        share = policies.images_kept(year, volume.keep_years) / policies.images_kept(horizon, volume.keep_years)
    elif volume.growth == "records":
        share = year / horizon
    else:
        return volume.capacity_gib
    return volume.initial_gib + (volume.capacity_gib - volume.initial_gib) * share


def _row(year: int, volumes: Sequence[SizedVolume], policies: PlanningPolicies, fixed_gib: int) -> dict[str, int]:
    stored = [(volume.growth, stored_gib(volume, year, policies)) for volume in volumes]
    return {
        "year": year,
        "storage_gib": _whole(fixed_gib + sum(gib for __, gib in stored)),
        "image_gib": _whole(sum(gib for growth, gib in stored if growth == "images")),
        "database_gib": _whole(sum(gib for growth, gib in stored if growth in DATABASES)),
    }


def _whole(gib: float) -> int:
    return math.ceil(round(gib, DIGITS))
