# SPDX-License-Identifier: GPL-3.0-or-later
"""Can gateways and probes do what they are for? They need a port in every segment, and a router to go out by."""

from __future__ import annotations

from ..model.finding import Finding
from ..model.host import Host
from ..model.intent import Intent
from ..model.segment import OUTSIDE, UNROUTED
from ..model.words import listed
from ..network.segments import Segment
from .decisions import Decisions


def decide_gateways(intent: Intent, made: Decisions) -> None:
    """Findings about gateways, probes and the way out; a warning where one rack takes both gateways."""
    for index, host in enumerate(intent.hosts):
        made.findings += _reach(index, host, made)
    for site in intent.sites:
        for segment in made.segments.of(site.name, OUTSIDE):
            made.findings += _router(segment, made)
        pair = intent.gateways_of(site.name)
        if len({host.rack for host in pair}) < len(pair) and len(site.racks) > 1:
            names = listed(host.name for host in pair)
            made.warnings.append(f"both gateways of site {site.name} ({names}) stand in rack {pair[0].rack}")


def _reach(index: int, host: Host, made: Decisions) -> list[Finding]:
    if host.use not in ("gateway", "probe"):
        return []
    reached = {port.segment.key for port in made.ports[host.name]}
    wanted = [s for s in made.segments if s.site == host.site and (host.use == "probe" or s.purpose not in UNROUTED)]
    missing = [segment.name for segment in wanted if segment.key not in reached]
    if not missing:
        return []
    every = "every segment" if host.use == "probe" else "every routed segment"
    problem = f"{host.use} {host.name} has no port on {listed(missing)}, it needs one in {every} of site {host.site}"
    remedy = f"add them to profile {host.profile}: 'nics', or a trunk with segments: all"
    return [Finding(("hosts", index, "profile"), problem, remedy)]


def _router(segment: Segment, made: Decisions) -> list[Finding]:
    """The router is in the subnet, and nobody else has its address."""
    subnet, router = made.subnets[segment.key], segment.router
    if router is None:
        return []
    loc = ("segments", segment.index, "router")
    if router not in subnet or router in (subnet.network_address, subnet.broadcast_address):
        return [Finding(loc, f"{router} is not an address of {subnet}, segment {segment.key}", "correct the router")]
    users = {host: addresses.get(segment.key) for host, addresses in made.host_addresses.items()}
    users["the segment's gateway"] = made.gateways[segment.key]
    return [
        Finding(loc, f"{router}, the router beyond segment {segment.key}, is also the address of {user}", "correct it")
        for user, address in users.items()
        if address == router
    ]
