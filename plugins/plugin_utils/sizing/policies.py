# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a plan looks ahead, and how fast what is stored grows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanningPolicies:
    """Growth is compound, in percent a year; years are counted from today's demand."""

    horizon_years: int
    image_growth_percent: float
    database_growth_percent: float
    retention_years: float

    @property
    def database_growth_factor(self) -> float:
        """What a database is at the horizon, as a multiple of today's."""
        return growth_factor(self.database_growth_percent, self.horizon_years)

    def images_kept(self, years: float, keep_years: float | None = None) -> float:
        """Images on storage after so many years, as a multiple of the first year's intake."""
        keep = self.retention_years if keep_years is None else min(keep_years, self.retention_years)
        return kept(years, keep, self.image_growth_percent)


def growth_factor(percent: float, years: float) -> float:
    """(1 + percent / 100) to the power of years."""
    return (1 + percent / 100) ** years


def kept(years: float, keep_years: float, growth_percent: float) -> float:
    """Sum of the yearly intakes 1, 1+g, (1+g)^2 ... of the last keep_years of so many years."""
    left, year, total = min(years, keep_years), years - 1, 0.0
    while left > 0:
        part = min(1.0, left)
        total += part * growth_factor(growth_percent, year)
        left, year = left - part, year - 1
    return total
