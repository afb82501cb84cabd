# SPDX-License-Identifier: GPL-3.0-or-later
"""What the packets showed that the plan does not say, each as one sentence. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .matrix_outcome import Packet
from .matrix_probe import INTERNET, Probe
from .matrix_site import Site

SHOWN_PORTS = 6
WITHOUT_PORTS = {"icmp": "ping", "ipv6": "IPv6"}
RULES = "`nft list table inet medvirt_gateway`"
NEIGHBOUR_RULES = "`nft list ruleset`"


def findings(site: Site, packets: Sequence[Packet], observed: Mapping[str, Any]) -> list[str]:
    """Return all sentences, the gravest first. observed: what the module network_probe has returned."""
    unsound = [packet for packet in packets if not packet.sound]
    still = _standstill(site, packets)
    return [
        *_leaks(site, observed),
        *still,
        *[_hole(site, group) for group in _grouped(p for p in unsound if not p.probe.planned)],
        *_unheard(site, observed),
        # One sentence for all, not a page of closed flows.
        *[
            _closed(site, group)
            for group in _grouped(p for p in unsound if p.probe.planned)
            if not still or group[0].probe.row == group[0].probe.column
        ],
    ]


def _grouped(packets: Iterable[Packet]) -> list[list[Packet]]:
    """Packets between the same ends, for the same reason, are one sentence."""
    groups: dict[tuple[Any, ...], list[Packet]] = {}
    for packet in packets:
        probe = packet.probe
        ends = (probe.row, probe.column, probe.source, probe.target, probe.via, probe.flow, packet.half, packet.heard)
        groups.setdefault(ends if probe.planned else ends[:6], []).append(packet)
    return list(groups.values())


def _leaks(site: Site, observed: Mapping[str, Any]) -> list[str]:
    """Segments that are one wire, and a run that did not hear everything."""
    said = [
        f"Segments {here} and {there} are one network: a broadcast from {here} was heard in {there}, past every "
        f"gateway; look at the VLANs of the switch ports of {site.places[here].interface} and "
        f"{site.places[there].interface}."
        for here, there in observed["joined"]
    ]
    strayed = sorted({segment for __, __port, segment in observed["strays"]})
    said += [
        f"In segment {segment} packets were heard that lead from and to other segments; "
        f"look at the VLANs of the switch port of {site.places[segment].interface} and for mirrored ports."
        for segment in strayed
    ]
    if observed["lost"]:
        said.append(
            f"The probe lost {observed['lost']} frames that came in too fast, so its silence proves nothing; "
            "run it again with a smaller probe_rate."
        )
    return said


def _standstill(site: Site, packets: Iterable[Packet]) -> list[str]:
    """Whether nothing at all passes."""
    crossing = [p for p in packets if p.probe.planned and p.probe.row != p.probe.column and p.proved]
    if not crossing or any(p.passed for p in crossing):
        return []
    who = f"the gateways {' and '.join(site.gateways)}" if site.gateways else "the site's firewall"
    return [f"Nothing passes between segments at {site.name}: {who} are down, or route nothing."]


def _unheard(site: Site, observed: Mapping[str, Any]) -> list[str]:
    """Segments out of which no packet could be handed to anybody."""
    return [
        f"In segment {place.key} {', '.join(place.hops)} did not answer the probe's port {place.interface}, so nothing "
        "is proved of what leaves it; look at the port's cable and VLAN, and at who should answer."
        for place in site.places.values()
        if place.hops and not any(observed["neighbours"][place.key].get(hop) for hop in place.hops)
    ]


def _hole(site: Site, group: Sequence[Packet]) -> str:
    probe = group[0].probe
    reached = f"From {_start(probe)} {_what(group)} reached {_end(site, probe)}"
    if probe.spoofed:
        return f"{reached} under the address {probe.source} of {probe.spoofed}: {_where(site)} must drop false sources."
    if probe.flow:
        return f"{reached}: flow {probe.flow} has expired; {_look(site, probe)}."
    return f"{reached}: no flow of the plan allows it; {_look(site, probe)}."


def _closed(site: Site, group: Sequence[Packet]) -> str:
    probe, packet = group[0].probe, group[0]
    path = f"from {_start(probe)} to {_end(site, probe)} on {_what(group)}"
    if packet.half:
        return (
            f"Flow {probe.flow} lets packets pass {path}, but no connection comes about: answers are lost on their way "
            f"back; {_look(site, probe)}."
        )
    heard = packet.heard or "no answer"
    hint = f" (or the router {site.router} keeps silent about packets that end there)" if probe.ttl else ""
    return f"Flow {probe.flow} does not pass {path}: {heard}{hint}; {_look(site, probe)}."


def _start(probe: Probe) -> str:
    if probe.row == INTERNET:
        return f"the internet ({probe.source})"
    return probe.row if probe.protocol == "ipv6" or probe.spoofed else f"{probe.row} ({probe.source})"


def _end(site: Site, probe: Probe) -> str:
    if probe.column == INTERNET:
        return "the internet"
    if probe.protocol == "ipv6":
        return f"{probe.whom} ({probe.via}) in {probe.column}" if probe.whom else probe.column
    own = site.places[probe.goal].address == probe.target
    who = "" if own else f"{probe.whom or 'a device'} in "
    return f"{who}{probe.column} ({probe.target})"


def _what(group: Sequence[Packet]) -> str:
    """Protocols and ports of a group: tcp 22, 80; udp 53; ping."""
    ports: dict[str, list[int]] = {}
    for packet in group:
        ports.setdefault(packet.probe.protocol, []).append(packet.port)
    return "; ".join(_ports(protocol, sorted(numbers)) for protocol, numbers in ports.items())


def _ports(protocol: str, ports: Sequence[int]) -> str:
    if protocol in WITHOUT_PORTS:
        return WITHOUT_PORTS[protocol]
    more = len(ports) - SHOWN_PORTS
    shown = ", ".join(map(str, ports[:SHOWN_PORTS]))
    return f"{protocol} {shown}" + (f" and {more} more" if more > 0 else "")


def _where(site: Site) -> str:
    return " and ".join(site.gateways) or "the site's firewall"


def _look(site: Site, probe: Probe) -> str:
    if probe.row == probe.column:
        machine = probe.whom if probe.whom in site.places[probe.goal].machines.values() else f"the host of {probe.whom}"
        machine = _where(site) if probe.via == site.places[probe.goal].gateway else machine
        return f"look at {NEIGHBOUR_RULES} on {machine}"
    return f"look at {RULES} on {_where(site)}" if site.gateways else "look at the rules of the site's firewall"
