# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of flows: well formed, between what exists, and nothing that the catalogue prohibits."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

from .finding import Finding
from .flow import Flow
from .prohibited import port_range, prohibition
from .scope import Scope
from .words import known, listed

INTERNET = "internet"
_SPECIAL = (INTERNET, "any")


def check_flows(scope: Scope) -> list[Finding]:
    """All findings about flows."""
    findings = []
    for i, flow in enumerate(scope.intent.flows):
        ends = _ends(scope, i, flow)
        findings += [*_ports(scope, i, flow), *ends]
        if not ends:
            findings += _walls(scope, i, flow)
    return findings + _waivers(scope)


def _waivers(scope: Scope) -> list[Finding]:
    """A waiver of the rule flow names one, the others name none."""
    findings, names = [], scope.names("flows")
    for i, waiver in enumerate(scope.intent.waivers):
        loc = scope.loc("waivers", i, "flow")
        if waiver.rule != "flow" and waiver.flow:
            problem = f"the waiver for the rule {waiver.rule} names the flow {waiver.flow}"
            findings.append(Finding(loc, problem, "remove 'flow', or choose the rule flow"))
        elif waiver.rule == "flow" and waiver.flow is None:
            findings.append(Finding(loc, "the waiver for the rule flow names no flow", "add 'flow', its name"))
        elif waiver.flow and waiver.flow not in names:
            problem = f"the waiver names the unknown flow '{waiver.flow}' {known(waiver.flow, names)}"
            findings.append(Finding(loc, problem, "correct it or remove the waiver"))
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
        first, second = port_range(one), port_range(two)
        if first[0] <= second[1] and second[0] <= first[1]:
            problem = f"flow {flow.name}: ports {one} and {two} overlap"
            findings.append(Finding(scope.loc("flows", i, "ports", k), problem, "remove one of them"))
    return findings


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
    if flow.destination not in (*known_zones, *services, INTERNET):
        which = known(flow.destination, [*services, *known_zones, INTERNET], "destinations")
        problem = f"flow {flow.name} leads to '{flow.destination}', neither a service, a zone nor internet {which}"
        findings.append(Finding(scope.loc("flows", i, "destination"), problem, "correct it"))
    elif flow.source == flow.destination and flow.destination not in services:
        problem = f"flow {flow.name} comes from {flow.source} and leads to it"
        findings.append(
            Finding(scope.loc("flows", i, "destination"), problem, "correct one of them or remove the flow")
        )
    return findings


def _walls(scope: Scope, i: int, flow: Flow) -> list[Finding]:
    """Refuse what only a waiver opens."""
    if scope.intent.waiver("flow", flow.name):
        return []
    source = _source(scope, flow)
    for zone in _destinations(scope, flow):
        wall = prohibition(scope.catalogue.prohibited, _words(scope, source), _words(scope, zone), flow.ports)
        if wall:
            where = zone if zone == flow.destination else f"{flow.destination} (zone {zone})"
            problem = f"flow {flow.name} opens {where} to {flow.source}, {wall.because}"
            remedy = f"{wall.remedy}, or add a waiver for the rule flow"
            return [Finding(scope.loc("flows", i, "source"), problem, remedy)]
    return []


def _source(scope: Scope, flow: Flow) -> str:
    """The zone of the source; a public subnet that is not the hospital's counts as internet."""
    subnet = flow.subnet
    if subnet is None:
        return flow.source
    own: list[IPv4Network] = [scope.intent.supernet, *(s.supernet for s in scope.intent.sites if s.supernet)]
    return INTERNET if subnet.is_global and not any(subnet.overlaps(net) for net in own) else str(subnet)


def _destinations(scope: Scope, flow: Flow) -> list[str]:
    """The zones that a flow leads into; a service leads into those of its guests."""
    service = scope.intent.service(flow.destination)
    if service is None:
        return [flow.destination]
    return list(dict.fromkeys(scope.zone_of(name) for name in scope.guest_segments(service)))


def _words(scope: Scope, zone: str) -> set[str]:
    """What a zone is: its name without its tenant's, the zones where the catalogue would have put the guests that are
    in it, and the purposes of its segments."""
    base = scope.base_zone(zone)
    kinds = {base}
    for service in scope.intent.services:
        profile = scope.profile_of(service)
        if service.segment and profile and scope.zone_of(service.segment) == base:
            kinds |= {scope.zone_of(guest.segment) for guest in profile.guests}
    return kinds | {f"purpose:{scope.purpose_of(n)}" for n in scope.segment_names() if scope.zone_of(n) in kinds}
