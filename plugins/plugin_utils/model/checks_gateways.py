# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of gateways, probes and the way out of a site."""

from __future__ import annotations

from collections.abc import Sequence

from .finding import Finding
from .host import Host
from .scope import Scope
from .segment import OUTSIDE, Segment
from .words import listed

PAIR = 2


def check_gateways(scope: Scope) -> list[Finding]:
    """Numbers of gateways and probes, what they may have, and the segments that lead out."""
    findings = [*_maintenance(scope), *_outside_once(scope)]
    for i, segment in enumerate(scope.intent.segments):
        findings += _router(scope, i, segment)
    for site in scope.intent.sites if scope.whole("hosts") else ():
        findings += [*_pair(scope, site.name), *_probe(scope, site.name)]
    return findings


def _pair(scope: Scope, site: str) -> list[Finding]:
    pair = scope.intent.gateways_of(site)
    if not pair:
        return []
    if len(pair) == 1:
        problem = f"site {site} has 1 gateway ({pair[0].name}), when it fails nothing passes between its segments"
        remedy = "add a second one, or remove it where the site's core firewall is an appliance"
        return [Finding(_loc(scope, pair[0]), problem, remedy)]
    if len(pair) > PAIR:
        problem = f"site {site} has {len(pair)} gateways ({_names(pair)}), one routes and one stands by"
        return [Finding(_loc(scope, pair[PAIR]), problem, "remove all but two")]
    if scope.intent.policies.survive_rack and pair[0].rack == pair[1].rack:
        problem = f"both gateways of site {site} ({_names(pair)}) stand in rack {pair[0].rack}, which may fail as one"
        remedy = "put one of them into another rack, or leave policies.survive_rack out"
        return [Finding((*_loc(scope, pair[1])[:-1], "rack"), problem, remedy)]
    return []


def _probe(scope: Scope, site: str) -> list[Finding]:
    probes = scope.intent.probes_of(site)
    if len(probes) < PAIR:
        return []
    problem = f"site {site} has {len(probes)} probes ({_names(probes)}), one is in every segment already"
    return [Finding(_loc(scope, probes[1]), problem, "keep one of them")]


def _maintenance(scope: Scope) -> list[Finding]:
    """It keeps guests away, and these machines have none."""
    return [
        Finding(
            scope.loc("hosts", i, "maintenance"),
            f"{host.use} {host.name} is in maintenance, which keeps guests away, and a {host.use} runs none",
            "remove 'maintenance'",
        )
        for i, host in enumerate(scope.intent.hosts)
        if host.maintenance and host.use in ("gateway", "probe")
    ]


def _loc(scope: Scope, host: Host) -> tuple[object, ...]:
    return scope.loc("hosts", scope.intent.hosts.index(host), "use")


def _names(hosts: Sequence[Host]) -> str:
    return listed(host.name for host in hosts)


def _outside_once(scope: Scope) -> list[Finding]:
    """One way out for each site."""
    findings = []
    first: dict[str, str] = {}
    for i, segment in enumerate(scope.intent.segments):
        for site in scope.intent.sites_of(segment) if segment.purpose == OUTSIDE else ():
            other = first.setdefault(site, segment.name)
            if other != segment.name:
                problem = f"segments {other} and {segment.name} of site {site} have the purpose outside"
                findings.append(Finding(scope.loc("segments", i, "purpose"), problem, "keep one for each site"))
    return findings


def _router(scope: Scope, i: int, segment: Segment) -> list[Finding]:
    """What lies beyond the way out, at one site."""
    sites, loc = scope.intent.sites_of(segment), scope.loc("segments", i, "router")
    if segment.purpose != OUTSIDE:
        if segment.router is None:
            return []
        problem = f"segment {segment.name} has the purpose {segment.purpose} and a router"
        return [Finding(loc, problem, "remove it; 'gateway' is the address that the segment's machines use")]
    findings = []
    if segment.router is None:
        problem = f"segment {segment.name} leads out of the site and does not say to which router"
        findings.append(Finding(loc, problem, "add 'router', the address of the provider's router in its subnet"))
    if len(sites) > 1:
        problem = f"segment {segment.name} is at sites {listed(sites)}, a router is at one"
        remedy = "name its one site in 'sites', and list a segment of another name for each other site"
        findings.append(Finding(scope.loc("segments", i, "sites"), problem, remedy))
    if segment.zone not in (None, OUTSIDE):
        problem = f"segment {segment.name} leads out of the site, which is the zone outside, not {segment.zone}"
        findings.append(Finding(scope.loc("segments", i, "zone"), problem, "remove 'zone'"))
    if segment.tenant:
        problem = f"segment {segment.name} leads out of the site, tenant {segment.tenant} can't have it alone"
        findings.append(Finding(scope.loc("segments", i, "tenant"), problem, "remove 'tenant'"))
    return findings
