# SPDX-License-Identifier: GPL-3.0-or-later
"""What people need on the day: failover time, recovery, power, hardware, waivers."""

from __future__ import annotations

from dataclasses import dataclass

from .source import PlanData
from .units import gib, mib, number, percent, plural

PHASES = (
    ("detect", "silence until the host counts as lost"),
    ("fence", "the baseboard controller confirms that it is off"),
    ("storage", "its locks and storage daemons are written off"),
    ("start", "the guest boots and its agent answers"),
)


@dataclass(frozen=True)
class Phase:
    name: str
    what: str
    seconds: float
    percent: float


@dataclass(frozen=True)
class Timing:
    """Longest time of a failover by phases."""

    seconds: float
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Step:
    """A step of powering the hospital up or down."""

    number: int
    what: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Hardware:
    """Machines of one profile; totals over all of them."""

    profile: str
    count: int
    cores: str
    memory: str
    disks: str
    nics: str
    power: str
    rack_units: str


@dataclass(frozen=True)
class Waiver:
    rule: str
    reason: str
    owner: str
    until: str


def timing_of(data: PlanData) -> Timing:
    worst = data.plan["timing"]["worst_case"]
    total = worst["sum_seconds"]
    phases = tuple(
        Phase(name, what, worst[f"{name}_seconds"], percent(worst[f"{name}_seconds"], total)) for name, what in PHASES
    )
    return Timing(total, phases)


def waves_of(data: PlanData) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Waves of (guest, tier): a wave starts when the one before it answers."""
    return tuple(
        tuple((guest, data.guests[guest]["tier"] if guest in data.guests else "") for guest in wave)
        for wave in data.plan["recovery_order"]
        if wave
    )


def steps_of(data: PlanData, key: str) -> tuple[Step, ...]:
    """key: power_up or power_down."""
    return tuple(Step(s["step"], s["what"], tuple(s["members"])) for s in data.plan.get(key) or [])


def hardware_of(data: PlanData) -> tuple[Hardware, ...]:
    """A row for each profile; amounts are for all machines of the profile."""
    rows = []
    for profile, entry in (data.plan.get("hardware") or {}).items():
        count = entry["count"]
        disks = entry["disks_gib"]
        watts, units = entry.get("power_watts"), entry.get("rack_units")
        rows.append(
            Hardware(
                profile,
                count,
                f"{number(entry['cores'] * count)} ({entry['cores']} each)",
                f"{mib(entry['memory_mib'] * count)} ({mib(entry['memory_mib'])} each)",
                f"{gib(sum(disks) * count)} ({plural(len(disks), 'disk')} each)" if disks else "",
                f"{number(entry['nics'] * count)} ({entry['nics']} each)",
                f"{number(watts * count)} W" if watts else "not given",
                f"{number(units * count)} U" if units else "not given",
            )
        )
    return tuple(rows)


def waivers_of(data: PlanData) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(f"{w['rule']} {w.get('flow', '')}".strip(), w["reason"], w["owner"], str(w["until"]))
        for w in data.plan.get("waivers") or []
    )
