# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, flows and segments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Network

from .source import Entry, PlanData
from .units import addresses


@dataclass(frozen=True)
class Flow:
    """An allowed way; `ports` is 'tcp 443, 8042' or 'icmp'; `outside`: it lets in who is not in the hospital."""

    name: str
    source: str
    sources: tuple[str, ...]
    destination: str
    destinations: tuple[str, ...]
    ports: str
    service: str
    reason: str
    owner: str
    expires: str
    outside: bool
    source_zones: tuple[str, ...]
    destination_zones: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What one zone may do in another; `level` is the colour: 0 nothing, 1 one flow, 2 up to three, 3 more."""

    source: str
    destination: str
    flows: int
    level: int
    tip: str


@dataclass(frozen=True)
class Matrix:
    """Rows are sources, columns destinations."""

    destinations: tuple[str, ...]
    rows: tuple[tuple[str, bool, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class Segment:
    key: str
    site: str
    title: str
    vlan: int
    subnet: str
    gateway: str
    purpose: str
    zone: str
    tenant: str
    mtu: int
    members: int


def flows_of(data: PlanData) -> tuple[Flow, ...]:
    """All flows in the plan's order."""
    return tuple(_flow(data, entry) for entry in data.plan["flows"])


def ports_text(flow: Entry) -> str:
    """Protocol and ports."""
    return f"{flow['protocol']} {', '.join(str(port) for port in flow.get('ports') or [])}".strip()


def _flow(data: PlanData, entry: Entry) -> Flow:
    source, destination = entry["source"], entry["destination"]
    return Flow(
        entry["name"],
        _label(source),
        addresses(entry["source_subnets"]),
        _label(destination),
        addresses([*(entry.get("destination_addresses") or ()), *(entry.get("destination_subnets") or ())]),
        ports_text(entry),
        entry.get("service") or "",
        entry["reason"],
        entry.get("owner") or "",
        str(entry.get("expires") or ""),
        source == "internet" or _foreign(data, source),
        _zones(data, source),
        _zones(data, destination),
    )


def _label(word: str) -> str:
    """'service:his' -> 'service his', 'purpose:out_of_band' -> 'out of band network'."""
    kind, __, name = word.partition(":")
    if kind == "purpose":
        return f"{name.replace('_', ' ')} network"
    return word.replace(":", " ")


def _zones(data: PlanData, word: str) -> tuple[str, ...]:
    """The zones that one end of a flow stands for; a word that stands for none is its own."""
    kind, __, name = word.partition(":")
    segments = data.plan["segments"]
    found: list[str] = []
    if kind == "service":
        found = [zone for s in data.plan["services"].values() if s["type"] == name for zone in s["zones"]]
    elif kind == "purpose":
        found = [s["zone"] for s in segments.values() if s["purpose"] == name]
    else:
        modalities = {m["name"]: m["segment"] for m in data.plan.get("modalities") or []}
        ends = word.split(", ")
        found = [segments[modalities[end]]["zone"] if modalities.get(end) in segments else end for end in ends]
    return tuple(dict.fromkeys(found)) or (word,)


def _foreign(data: PlanData, word: str) -> bool:
    """Whether a word is a subnet that is in none of the sites'."""
    if "/" not in word:
        return False
    own = [IPv4Network(site["supernet"]) for site in data.sites().values() if site.get("supernet")]
    return not any(IPv4Network(word).subnet_of(net) for net in own)


def matrix(flows: tuple[Flow, ...]) -> Matrix:
    """Sources outside first, then zones by name; only zones that take part."""
    between: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        for source in flow.source_zones:
            for destination in flow.destination_zones:
                between.setdefault((source, destination), []).append(flow)
    outside = {zone for flow in flows if flow.outside for zone in flow.source_zones}
    sources = sorted({source for source, __ in between}, key=lambda zone: (zone not in outside, zone != "any", zone))
    destinations = tuple(sorted({destination for __, destination in between}, key=lambda zone: (zone != "any", zone)))
    rows = tuple(
        (source, source in outside, tuple(_cell(source, zone, between) for zone in destinations)) for source in sources
    )
    return Matrix(destinations, rows)


def _cell(source: str, destination: str, between: dict[tuple[str, str], list[Flow]]) -> Cell:
    found = between.get((source, destination), [])
    lines = [f"{source} to {destination}", *(f"{flow.ports}  {flow.name}" for flow in found)]
    level = sum(len(found) > least for least in (0, 1, 3))
    return Cell(source, destination, len(found), level, "\n".join(lines))


def segments_of(data: PlanData) -> tuple[Segment, ...]:
    """All segments by site and VLAN; `members` counts the addresses of hosts, guests and modalities on each."""
    members = Counter(data.addressed_segments())
    order = list(data.sites())
    return tuple(
        Segment(
            key,
            s["site"],
            s.get("title") or "",
            s["vlan"],
            s["subnet"],
            s["gateway"],
            s["purpose"].replace("_", " "),
            s["zone"],
            s.get("tenant") or "",
            s["mtu"],
            members[key],
        )
        for key, s in sorted(data.plan["segments"].items(), key=lambda i: (order.index(i[1]["site"]), i[1]["vlan"]))
    )
