# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise N+k as a table: whose failure sends which guest where, and what room is then left."""

from __future__ import annotations

from dataclasses import dataclass

from .source import PlanData
from .units import cores, mib, percent


@dataclass(frozen=True)
class Move:
    """Guests that go to one host; `target` is empty for those that stay down."""

    target: str
    guests: tuple[str, ...]


@dataclass(frozen=True)
class Failure:
    """`*_percent`: free share of what the site's other hosts offer after the failure."""

    host: str
    guests: int
    moves: tuple[Move, ...]
    cpu_text: str
    cpu_percent: float
    memory_text: str
    memory_percent: float

    @property
    def least(self) -> float:
        """Free share of the scarcer resource."""
        return min(self.cpu_percent, self.memory_percent)

    @property
    def least_text(self) -> str:
        """What is left of the scarcer resource."""
        return self.cpu_text if self.cpu_percent < self.memory_percent else self.memory_text


@dataclass(frozen=True)
class Promise:
    """`k` host failures of a site are absorbed; 0 where the plan promises none."""

    site: str
    title: str
    k: int
    failures: tuple[Failure, ...]


def promises(data: PlanData) -> tuple[Promise, ...]:
    """One for each site, in the order of the intent."""
    return tuple(
        Promise(
            site,
            data.site_title(site),
            data.plan["n_plus"]["k"].get(site, 0),
            tuple(_failure(data, name) for name, host in data.hypervisors().items() if host["site"] == site),
        )
        for site in data.sites()
    )


def _failure(data: PlanData, name: str) -> Failure:
    targets: dict[str, list[str]] = {}
    for guest, target in data.plan["n_plus"]["failures"].get(name, {}).items():
        targets.setdefault(target or "", []).append(guest)
    moves = [Move(target, tuple(guests)) for target, guests in sorted(targets.items(), key=lambda i: (i[0] == "", i))]
    room = data.plan["n_plus"]["headroom"].get(name, {"cpu_millicores": 0, "memory_mib": 0})
    site = data.hosts[name]["site"]
    others = [h for n, h in data.hypervisors().items() if n != name and h["site"] == site]
    cpu = sum(h["capacity"]["cpu_millicores"] for h in others)
    memory = sum(h["capacity"]["memory_mib"] for h in others)
    return Failure(
        name,
        sum(g["placement"]["host"] == name for g in data.guests.values()),
        tuple(moves),
        f"{cores(room['cpu_millicores'])} cores",
        percent(room["cpu_millicores"], cpu),
        mib(room["memory_mib"]),
        percent(room["memory_mib"], memory),
    )
