# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites, racks and hosts with their guests and loads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .source import Entry, PlanData
from .units import cores, gib, mib, number, percent

_PLURALS = {"witness": "witnesses", "gateway": "gateways", "probe": "probes"}


@dataclass(frozen=True)
class Part:
    """A guest's share of its host's capacity; `tip` says it in words."""

    guest: str
    tier: str
    percent: float
    tip: str


@dataclass(frozen=True)
class Load:
    """One resource of a host. `percent` of the capacity that is left after the host's reserve."""

    label: str
    text: str
    percent: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Tile:
    """A guest in the drawing; `target` is the host to which it goes when this one fails."""

    name: str
    tier: str
    target: str
    tip: str


@dataclass(frozen=True)
class HostCard:
    """A host in the drawing; only a hypervisor has loads and guests."""

    name: str
    profile: str
    use: str
    maintenance: bool
    features: tuple[str, ...]
    size: str
    loads: tuple[Load, ...]
    guests: tuple[Tile, ...]


@dataclass(frozen=True)
class Rack:
    name: str
    hosts: tuple[HostCard, ...]


@dataclass(frozen=True)
class Site:
    """A site with totals over its hypervisors; `load` are (label, text, percent).

    others: (number, word, its plural) of the machines that are none.
    """

    name: str
    title: str
    racks: tuple[Rack, ...]
    hypervisors: int
    others: tuple[tuple[int, str, str], ...]
    guests: int
    load: tuple[tuple[str, str, float], ...]


def sites_of(data: PlanData) -> tuple[Site, ...]:
    """All sites in the order of the intent, the home site first."""
    return tuple(_site(data, name) for name in data.sites())


def site_load(data: PlanData, site: str) -> tuple[tuple[str, str, float], ...]:
    """CPU, memory and storage of a site: what is planned of what there is."""
    hosts = [host for host in data.hypervisors().values() if host["site"] == site]
    cpu, cpu_room = _sum(hosts, "utilization", "cpu_millicores"), _sum(hosts, "capacity", "cpu_millicores")
    memory, memory_room = _sum(hosts, "utilization", "memory_mib"), _sum(hosts, "capacity", "memory_mib")
    rows = [
        ("CPU", f"{cores(cpu)} of {cores(cpu_room)} cores", percent(cpu, cpu_room)),
        ("Memory", f"{mib(memory)} of {mib(memory_room)}", percent(memory, memory_room)),
    ]
    storage = data.plan["storage"].get(site)
    if storage:
        planned, usable = storage["planned_gib"], storage["usable_gib"]
        text = f"{gib(planned)} of {gib(usable)}"
        rows.append(("Storage", text, percent(planned, usable)))
    return tuple(rows)


def _sum(hosts: list[Entry], part: str, key: str) -> int:
    return sum(host[part][key] for host in hosts)


def _site(data: PlanData, name: str) -> Site:
    hosts, guests = data.hosts_of(name), data.guests_of(name)
    listed = list(dict.fromkeys([*data.sites()[name]["racks"], *(host["rack"] for host in hosts.values())]))
    cards = {host: _card(data, host, entry) for host, entry in hosts.items()}
    racks = tuple(Rack(rack, tuple(cards[h] for h, entry in hosts.items() if entry["rack"] == rack)) for rack in listed)
    uses = Counter(host["use"] for host in hosts.values())
    title = data.site_title(name)
    return Site(name, title, racks, uses["hypervisor"], others_of(uses), len(guests), site_load(data, name))


def others_of(uses: Counter[str]) -> tuple[tuple[int, str, str], ...]:
    """(number, word, its plural) of each use but hypervisor."""
    return tuple((uses[use], use, plural) for use, plural in _PLURALS.items() if uses[use])


def _card(data: PlanData, name: str, host: Entry) -> HostCard:
    here = [(n, g) for n, g in data.guests.items() if g["placement"]["host"] == name]
    guests = dict(sorted(here, key=lambda item: item[1]["tier"]))
    hypervisor = host["use"] == "hypervisor"
    tiles = tuple(Tile(n, g["tier"], data.target_of(n) or "", _tip(data, n, g)) for n, g in guests.items())
    return HostCard(
        name,
        host["profile"],
        host["use"],
        host["maintenance"],
        tuple(host["features"]),
        f"{host['cores']} cores, {mib(host['memory_mib'])}",
        (_cpu(host, guests), _memory(host, guests)) if hypervisor else (),
        tiles,
    )


def _cpu(host: Entry, guests: dict[str, Entry]) -> Load:
    used, room = host["utilization"]["cpu_millicores"], host["capacity"]["cpu_millicores"]
    parts = tuple(
        _part(n, g, g["utilization"]["cpu"], room, f"{cores(g['utilization']['cpu'])} cores") for n, g in guests.items()
    )
    return Load("CPU", f"{cores(used)} of {cores(room)} cores", percent(used, room), parts)


def _memory(host: Entry, guests: dict[str, Entry]) -> Load:
    used, room = host["utilization"]["memory_mib"], host["capacity"]["memory_mib"]
    parts = tuple(
        _part(n, g, g["utilization"]["hv_memory"], room, mib(g["utilization"]["hv_memory"])) for n, g in guests.items()
    )
    return Load("Memory", f"{mib(used)} of {mib(room)}", percent(used, room), parts)


def _part(name: str, guest: Entry, used: int, room: int, text: str) -> Part:
    share = percent(used, room)
    return Part(name, guest["tier"], share, f"{name}: {text}, {number(share, 1)} %")


def _tip(data: PlanData, name: str, guest: Entry) -> str:
    """One line per fact, for the tooltip."""
    target = data.target_of(name)
    lines = [
        f"{name}, tier {guest['tier']}",
        f"{guest['service']} / {guest['role']}",
        f"{guest['vcpus']} vCPU, {mib(guest['memory_mib'])}",
        f"{guest['nics'][0]['address']} on {guest['segment']}" if guest["nics"] else "no network",
        f"if the host fails: {'to ' + target if target else 'stays down'}",
    ]
    return "\n".join(lines)
