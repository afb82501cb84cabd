# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of flows: well formed, between what exists, and not through a wall that must stand."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

from . import zones
from .finding import Finding
from .flow import Flow
from .scope import Scope
from .words import known, listed

_SPECIAL = ("internet", "any")


def check_flows(scope: Scope) -> list[Finding]:
    """All findings about flows."""
    findings = []
    for i, flow in enumerate(scope.intent.flows):
        ends = _ends(scope, i, flow)
        findings += [*_ports(scope, i, flow), *ends]
        if not ends:
            findings += _walls(scope, i, flow)
    return findings


def _ports(scope: Scope, i: int, flow: Flow) -> list[Finding]:
    loc = scope.loc("flows", i, "ports")
    if flow.protocol == "icmp":
        if not flow.ports:
            return []
        problem = f"flow {flow.name} has ports {listed(flow.ports)}, and icmp has none"
        return [Finding(loc, problem, "remove them, or choose tcp or udp")]
    if not flow.ports:
        problem = f"flow {flow.name} opens no port, and {flow.protocol} needs one"
        return [Finding(loc, problem, 'add ports such as [443, "50000-59999"]')]
    findings = []
    for (__, one), (k, two) in combinations(enumerate(flow.ports), 2):
        first, second = _range(one), _range(two)
        if first[0] <= second[1] and second[0] <= first[1]:
            problem = f"flow {flow.name}: ports {one} and {two} overlap"
            findings.append(Finding(scope.loc("flows", i, "ports", k), problem, "remove one of them"))
    return findings


def _range(ports: int | str) -> tuple[int, int]:
    first, __, last = str(ports).partition("-")
    return int(first), int(last or first)


def _ends(scope: Scope, i: int, flow: Flow) -> list[Finding]:
    """Source and destination exist and differ."""
    findings = []
    known_zones, services = scope.zones(), scope.names("services")
    subnet = flow.subnet
    if subnet is not None and subnet.prefixlen < 8:
        problem = f"flow {flow.name} comes from {subnet}, which is larger than a /8"
        remedy = "write internet, any, a zone or a smaller subnet"
        findings.append(Finding(scope.loc("flows", i, "source"), problem, remedy))
    elif subnet is None and flow.source not in (*known_zones, *_SPECIAL):
        which = known(flow.source, [*_SPECIAL, *known_zones], "sources")
        problem = f"flow {flow.name} comes from the unknown zone '{flow.source}' {which}"
        remedy = "correct it, or add a segment with that zone"
        findings.append(Finding(scope.loc("flows", i, "source"), problem, remedy))
    if flow.destination not in (*known_zones, *services):
        which = known(flow.destination, [*services, *known_zones], "services and zones")
        problem = f"flow {flow.name} leads to '{flow.destination}', neither a service nor a zone {which}"
        findings.append(Finding(scope.loc("flows", i, "destination"), problem, "correct it"))
    elif flow.source == flow.destination and flow.destination not in services:
        problem = f"flow {flow.name} comes from {flow.source} and leads to it"
        findings.append(
            Finding(scope.loc("flows", i, "destination"), problem, "correct one of them or remove the flow")
        )
    return findings


def _walls(scope: Scope, i: int, flow: Flow) -> list[Finding]:
    """Refuse what no reason may open."""
    source = _source(scope, flow)
    for zone in _destinations(scope, flow):
        wall = _wall(scope, source, zone)
        if wall:
            where = zone if zone == flow.destination else f"{flow.destination} (zone {zone})"
            problem = f"flow {flow.name} opens {where} to {flow.source}, {wall[0]}"
            return [Finding(scope.loc("flows", i, "source"), problem, wall[1])]
    return []


def _source(scope: Scope, flow: Flow) -> str:
    """The zone of the source; a public subnet that is not the hospital's counts as internet."""
    subnet = flow.subnet
    if subnet is None:
        return scope.base_zone(flow.source)
    own: list[IPv4Network] = [scope.intent.supernet, *(s.supernet for s in scope.intent.sites if s.supernet)]
    return "internet" if subnet.is_global and not any(subnet.overlaps(net) for net in own) else str(subnet)


def _destinations(scope: Scope, flow: Flow) -> list[str]:
    """The zones that a flow leads into; a service leads into those of its guests."""
    service = scope.intent.service(flow.destination)
    if service is None:
        return [flow.destination]
    return list(dict.fromkeys(scope.zone_of(name) for name in scope.guest_segments(service)))


def _kinds(scope: Scope, zone: str) -> set[str]:
    """What a zone is: its name, and the zones where the catalogue would have put the guests that are in it."""
    base = scope.base_zone(zone)
    kinds = {base}
    for service in scope.intent.services:
        profile = scope.profile_of(service)
        if service.segment and profile and scope.zone_of(service.segment) == base:
            kinds |= {scope.zone_of(guest.segment) for guest in profile.guests}
    return kinds


def _wall(scope: Scope, source: str, zone: str) -> tuple[str, str] | None:
    """Why a zone must not be opened to a source, and what to do instead; None when it may."""
    kinds = _kinds(scope, zone)
    clinical = not kinds.isdisjoint(zones.CLINICAL)
    hosts = any(
        scope.zone_of(name) in kinds and scope.purpose_of(name) in zones.INFRASTRUCTURE_PURPOSES
        for name in scope.segment_names()
    )
    if source == "internet" and (clinical or kinds.isdisjoint(zones.PUBLIC)):
        return f"only {listed(zones.PUBLIC)} may be reached from the internet", "lead the flow to one of these"
    untrusted = {entry.zone for entry in scope.catalogue.segments.values() if entry.untrusted}
    if source in untrusted and (hosts or clinical):
        return "a zone of machines that nobody vouches for", "lead it to remote or external-dmz"
    if source in zones.EXPOSED and not kinds.isdisjoint((*zones.DATABASES, *zones.ARCHIVES)):
        return "a zone that the internet reaches", "lead it to integration, which asks on its behalf"
    if source == "any" and (hosts or not kinds.isdisjoint(zones.DATABASES)):
        who = "hosts" if hosts else "databases"
        return f"{who} answer only named zones", "name the zones that need it, one flow each"
    return None
