# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across segments: VLAN ids, subnets, gateways, sites."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from .finding import Finding, Loc
from .scope import Scope
from .segment import Segment
from .words import known, listed, twice


def check_network(scope: Scope) -> list[Finding]:
    """All findings about segments and the sites' networks."""
    findings = [*_supernets(scope), *_vlans(scope), *_overlaps(scope)]
    for i, segment in enumerate(scope.intent.segments):
        findings += [*_references(scope, i, segment), *_shape(scope, i, segment), *_inside(scope, i, segment)]
    return findings


def _supernets(scope: Scope) -> list[Finding]:
    intent, findings = scope.intent, []
    given: list[tuple[Loc, IPv4Network]] = [
        (scope.loc("sites", i, "supernet"), s.supernet) for i, s in enumerate(intent.sites) if s.supernet
    ]
    for (__, one), (loc, two) in combinations(given, 2):
        if one.overlaps(two):
            problem = f"{two} overlaps {one}, the supernet of another site"
            findings.append(Finding(loc, problem, "give each site a supernet of its own, or leave both out"))
    if "supernet" in intent.model_fields_set:
        given.append((("supernet",), intent.supernet))
    for loc, supernet in given:
        if supernet.prefixlen > 24:
            problem = f"{supernet} is smaller than one /24 subnet"
            findings.append(Finding(loc, problem, "take at least a /24, better a /16"))
    return findings


def _vlans(scope: Scope) -> list[Finding]:
    findings = []
    for (__, one), (j, two) in combinations(enumerate(scope.intent.segments), 2):
        common = set(scope.intent.sites_of(one)) & set(scope.intent.sites_of(two))
        if one.vlan is not None and one.vlan == two.vlan and common:
            findings.append(
                Finding(
                    scope.loc("segments", j, "vlan"),
                    f"VLAN id {two.vlan} is used by segment {one.name} and by segment {two.name}",
                    "give one of them another id, or leave it out to have one assigned",
                )
            )
    return findings


def _given(scope: Scope) -> list[tuple[Loc, Segment, IPv4Network, str]]:
    """Every subnet that the intent gives: its place, segment, subnet and site ("" when that is not said)."""
    given = []
    for i, segment in enumerate(scope.intent.segments):
        if segment.subnet:
            sites = scope.intent.sites_of(segment)
            site = sites[0] if len(sites) == 1 else ""
            given.append((scope.loc("segments", i, "subnet"), segment, segment.subnet, site))
        for site, subnet in segment.subnets.items():
            given.append((scope.loc("segments", i, "subnets", site), segment, subnet, site))
    return given


def _overlaps(scope: Scope) -> list[Finding]:
    findings = []
    for (__, one, first, __), (loc, two, second, __) in combinations(_given(scope), 2):
        if first.overlaps(second):
            findings.append(
                Finding(
                    loc,
                    f"{second} of segment {two.name} overlaps {first} of segment {one.name}",
                    "give one of them another subnet, or leave it out to have one assigned",
                )
            )
    return findings


def _references(scope: Scope, i: int, segment: Segment) -> list[Finding]:
    """Sites and tenant of a segment."""
    findings = []
    sites, tenants = scope.names("sites"), scope.names("tenants")
    for j, site in enumerate(segment.sites):
        if site not in sites:
            problem = f"segment {segment.name} is at the unknown site '{site}' {known(site, sites)}"
            loc = scope.loc("segments", i, "sites", j)
            findings.append(Finding(loc, problem, "correct it or add the site to 'sites'"))
    places = ((site, scope.loc("segments", i, "sites", j)) for j, site in enumerate(segment.sites))
    findings += twice(places, f"segment {segment.name}: site")
    for site in segment.subnets:
        if site not in (segment.sites or sites):
            problem = f"segment {segment.name} is not at site {site} {known(site, segment.sites or sites)}"
            loc = scope.loc("segments", i, "subnets", site)
            findings.append(Finding(loc, problem, "correct the site or remove the subnet"))
    if segment.tenant and segment.tenant not in tenants:
        problem = f"segment {segment.name} has the unknown tenant '{segment.tenant}' {known(segment.tenant, tenants)}"
        loc = scope.loc("segments", i, "tenant")
        findings.append(Finding(loc, problem, "correct it or add the tenant to 'tenants'"))
    return findings


def _shape(scope: Scope, i: int, segment: Segment) -> list[Finding]:
    """One subnet serves one site; a gateway belongs to a subnet."""
    findings = []
    sites = scope.intent.sites_of(segment)
    if segment.subnet and segment.subnets:
        problem = f"segment {segment.name} has 'subnet' and 'subnets'"
        findings.append(Finding(scope.loc("segments", i, "subnet"), problem, "keep one of them"))
    elif segment.subnet and len(sites) > 1:
        problem = f"segment {segment.name} is at sites {listed(sites)}, one subnet serves one site"
        remedy = "give 'subnets' with one for each site, or name its one site in 'sites'"
        findings.append(Finding(scope.loc("segments", i, "subnet"), problem, remedy))
    if segment.gateway and not segment.subnet:
        problem = f"segment {segment.name} has a gateway but no subnet"
        findings.append(Finding(scope.loc("segments", i, "gateway"), problem, "give its 'subnet' too"))
    if segment.gateway and segment.subnet and not _usable(segment.gateway, segment.subnet):
        problem = f"{segment.gateway} is not an address of {segment.subnet}"
        findings.append(Finding(scope.loc("segments", i, "gateway"), problem, "correct the gateway"))
    return findings


def _usable(address: IPv4Address, subnet: IPv4Network) -> bool:
    return address in subnet and address not in (subnet.network_address, subnet.broadcast_address)


def _inside(scope: Scope, i: int, segment: Segment) -> list[Finding]:
    """Subnets lie inside the supernet of their site, and in no other site's."""
    findings = []
    own = {s.name: s.supernet for s in scope.intent.sites if s.supernet}
    for loc, one, subnet, site in _given(scope):
        if one is not segment:
            continue
        supernet = own.get(site, scope.intent.supernet)
        if not subnet.subnet_of(supernet):
            if site in own or "supernet" in scope.intent.model_fields_set:
                problem = f"{subnet} lies outside the supernet {supernet}"
                findings.append(Finding(loc, problem, "choose a subnet inside it or widen 'supernet'"))
        else:
            findings += [
                Finding(loc, f"{subnet} lies in {net}, the supernet of site {other}", "choose a subnet outside it")
                for other, net in own.items()
                if other != site and subnet.overlaps(net) and not supernet.subnet_of(net)
            ]
    return findings
