# SPDX-License-Identifier: GPL-3.0-or-later
"""The capacity curve over the horizon, as geometry of a picture of 400 x 220 units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from .source import PlanData
from .units import gib, percent

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 392, 22, 194
STEPS = (1, 2, 2.5, 5, 10)
# Part of the curve: what of a year's entry it is, from the bottom up.
AREAS = (("databases", "database_gib"), ("images", "image_gib"), ("other", "other_gib"))


@dataclass(frozen=True)
class Area:
    """A stacked area: its name, its path, its amount in the first and the last year."""

    name: str
    path: str
    first: str
    last: str


@dataclass(frozen=True)
class Year:
    """The strip of a year under the pointer."""

    x: float
    width: float
    tip: str


@dataclass(frozen=True)
class Curve:
    """`ticks_y` are (y, text), `ticks_x` (x, text); `limit` is what can be used, after copies and reserve."""

    site: str
    title: str
    areas: tuple[Area, ...]
    limit: str
    limit_y: float
    limit_text: str
    ticks_y: tuple[tuple[float, str], ...]
    ticks_x: tuple[tuple[float, str], ...]
    sentence: str
    full: bool
    years: tuple[Year, ...]
    rows: tuple[tuple[str, ...], ...]


def curves(data: PlanData) -> tuple[Curve, ...]:
    """One curve for each site that has one."""
    growth = data.plan.get("growth") or {}
    return tuple(_curve(site, data.site_title(site), years) for site, years in growth.items() if years)


def _curve(site: str, title: str, growth: Sequence[dict[str, float]]) -> Curve:
    years = [_year(entry) for entry in growth]
    top, step, unit = _scale(max(max(y["storage_gib"], y["usable_gib"]) for y in years))
    xs = [LEFT + (RIGHT - LEFT) * i / max(len(years) - 1, 1) for i in range(len(years))]

    def y_of(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / top, 2)

    areas, floor_line = [], [0.0] * len(years)
    for name, key in AREAS:
        ceiling = [below + year[key] for below, year in zip(floor_line, years, strict=True)]
        if any(year[key] for year in years):
            path = _path(xs, [y_of(v) for v in ceiling], [y_of(v) for v in floor_line])
            areas.append(Area(name, path, gib(years[0][key]), gib(years[-1][key])))
        floor_line = ceiling
    limit = [y_of(year["usable_gib"]) for year in years]
    full = next((int(y["year"]) for y in years if y["storage_gib"] > y["usable_gib"]), None)
    return Curve(
        site,
        title,
        tuple(areas),
        "M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in zip(xs, limit, strict=True)),
        limit[0],
        f"usable {gib(years[0]['usable_gib'])}",
        tuple((y_of(step * i), f"{step * i / unit[1]:g} {unit[0]}") for i in range(round(top / step) + 1)),
        tuple((round(x, 2), f"{int(y['year'])}" if y["year"] else "now") for x, y in zip(xs, years, strict=True)),
        _sentence(years, full),
        full is not None,
        _strips(years, xs),
        tuple(_row(year) for year in years),
    )


def _strips(years: Sequence[dict[str, float]], xs: Sequence[float]) -> tuple[Year, ...]:
    half = (RIGHT - LEFT) / max(len(xs) - 1, 1) / 2
    strips = []
    for year, x in zip(years, xs, strict=True):
        lines = [f"year {int(year['year'])}: {gib(year['storage_gib'])}"]
        lines += [f"{name} {gib(year[key])}" for name, key in reversed(AREAS) if year[key]]
        left, right = max(x - half, LEFT), min(x + half, RIGHT)
        strips.append(Year(round(left, 2), round(right - left, 2), "\n".join(lines)))
    return tuple(strips)


def _year(entry: dict[str, float]) -> dict[str, float]:
    parts = entry.get("image_gib", 0) + entry.get("database_gib", 0)
    return {"image_gib": 0, "database_gib": 0, **entry, "other_gib": max(entry["storage_gib"] - parts, 0)}


def _row(year: dict[str, float]) -> tuple[str, ...]:
    share = percent(year["storage_gib"], year["usable_gib"])
    keys = ("database_gib", "image_gib", "other_gib", "storage_gib", "usable_gib")
    return (f"{int(year['year'])}", *(gib(year[key]) for key in keys), f"{share:.0f} %")


def _sentence(years: Sequence[dict[str, float]], full: int | None) -> str:
    last = years[-1]
    if full == 0:
        return "More is planned than fits: add disks or hosts now."
    if full is not None:
        return f"Full in year {full}: more disks or hosts must be in place before."
    share = percent(last["storage_gib"], last["usable_gib"])
    return f"Enough to year {int(last['year'])}: then {share:.0f} % of what can be used is taken."


def _scale(highest: float) -> tuple[float, float, tuple[str, int]]:
    """(top of the axis, step, (unit, GiB per unit)) with about four steps."""
    unit = ("TiB", 1024) if highest >= 1024 else ("GiB", 1)
    wanted = max(highest, 1) / unit[1] / 4
    decade = 10 ** floor(log10(wanted))
    step = next(s * decade for s in STEPS if s * decade >= wanted) * unit[1]
    return step * ceil(max(highest, 1) / step), step, unit


def _path(xs: list[float], ceiling: list[float], ground: list[float]) -> str:
    forth = [f"{x:.2f} {y:.2f}" for x, y in zip(xs, ceiling, strict=True)]
    back = [f"{x:.2f} {y:.2f}" for x, y in zip(reversed(xs), reversed(ground), strict=True)]
    return "M" + " L".join(forth + back) + " Z"
