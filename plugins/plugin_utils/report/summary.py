# SPDX-License-Identifier: GPL-3.0-or-later
"""Key figures: what a reader must know when nothing else is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .failures import promises
from .hosts import others_of
from .source import Entry, PlanData
from .units import cores, gib, mib, minutes, number, percent, plural


@dataclass(frozen=True)
class Figure:
    """A large figure with a note; `share` in percent draws a bar."""

    label: str
    value: str
    note: str
    share: float | None = None


@dataclass(frozen=True)
class TierRow:
    tier: str
    title: str
    services: int
    guests: int
    rto: str
    rpo: str


def figures_of(data: PlanData) -> tuple[Figure, ...]:
    """The figures of the summary, in reading order."""
    return (_hosts(data), _guests(data), _promise(data), _failover(data), *_loads(data), _beds(data))


def _hosts(data: PlanData) -> Figure:
    racks = len({(host["site"], host["rack"]) for host in data.hosts.values()})
    others = others_of(Counter(host["use"] for host in data.hosts.values()))
    note = f"{plural(len(data.sites()), 'site')}, {plural(racks, 'rack')}"
    note += "".join(f", {plural(*other)}" for other in others)
    return Figure("Hypervisors", number(len(data.hypervisors())), note)


def _guests(data: PlanData) -> Figure:
    bare = sum(bool(guest.get("bare")) for guest in data.guests.values())
    note = f"{plural(len(data.plan['services']), 'service')}{f', {bare} guests built bare' if bare else ''}"
    return Figure("Guests", number(len(data.guests)), note)


def _promise(data: PlanData) -> Figure:
    found = promises(data)
    ks = [f"N+{promise.k}" for promise in found]
    tight = min((failure for promise in found for failure in promise.failures), key=lambda failure: failure.least)
    note = f"tightest without {tight.host}: {tight.least_text} left"
    return Figure("Failures absorbed", " / ".join(ks if len(set(ks)) > 1 else ks[:1]), note)


def _failover(data: PlanData) -> Figure:
    seconds = data.plan["timing"]["worst_case"]["sum_seconds"]
    return Figure("Longest failover", f"{number(seconds)} s", "from the power cut to the guest answering")


def _loads(data: PlanData) -> list[Figure]:
    hosts = list(data.hypervisors().values())
    cpu = _pair(hosts, "cpu_millicores")
    memory = _pair(hosts, "memory_mib")
    stores = data.plan["storage"].values()
    storage = (sum(s["planned_gib"] for s in stores), sum(s["usable_gib"] for s in stores))
    return [
        _load("CPU planned", *cpu, f"{cores(cpu[0])} of {cores(cpu[1])} cores"),
        _load("Memory planned", *memory, f"{mib(memory[0])} of {mib(memory[1])}"),
        _load("Storage planned", *storage, f"{gib(storage[0])} of {gib(storage[1])}"),
    ]


def _pair(hosts: list[Entry], key: str) -> tuple[int, int]:
    return sum(h["utilization"][key] for h in hosts), sum(h["capacity"][key] for h in hosts)


def _load(label: str, used: float, room: float, note: str) -> Figure:
    share = percent(used, room)
    return Figure(label, f"{number(share)} %", note, share)


def _beds(data: PlanData) -> Figure:
    beds = (data.plan.get("demand") or {}).get("beds")
    modalities = plural(len(data.plan.get("modalities") or []), "modality", "modalities")
    flows = plural(len(data.plan["flows"]), "allowed flow")
    if beds is None:
        return Figure("Segments", number(len(data.plan["segments"])), f"{flows}, {modalities}")
    return Figure("Beds", number(beds), f"{modalities}, {flows}")


def tiers_of(data: PlanData) -> tuple[TierRow, ...]:
    """The tiers that the plan uses, strictest first."""
    used = [tier for tier in data.plan["tiers"] if any(guest["tier"] == tier for guest in data.guests.values())]
    return tuple(_tier(data, tier, data.plan["tiers"][tier]) for tier in used)


def _tier(data: PlanData, tier: str, entry: Entry) -> TierRow:
    return TierRow(
        tier,
        entry["title"],
        sum(service["tier"] == tier for service in data.plan["services"].values()),
        sum(guest["tier"] == tier for guest in data.guests.values()),
        f"{minutes(entry['rto_local_minutes'])} / {minutes(entry['rto_site_minutes'])}",
        f"{minutes(entry['rpo_local_minutes'])} / {minutes(entry['rpo_site_minutes'])}",
    )
