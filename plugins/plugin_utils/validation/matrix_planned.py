# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes that have to pass: every flow of the plan, from each of its sources to each of its destinations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from random import Random
from typing import Any

from .matrix_probe import INTERNET, INTERNET_SOURCE, INTERNET_TARGET, INTERNET_TTL, End, Probe, between, open_ports
from .matrix_rules import INTERNET as INTERNET_SUBNET
from .matrix_rules import Opening, port_ranges
from .matrix_site import Place, Site

PROBED = ("tcp", "udp", "icmp")


def planned(site: Site, flow: Mapping[str, Any], rng: Random, passes: bool = True) -> list[Probe]:
    """Return the probes of a flow. passes: whether it counts; an expired flow's probes must not pass."""
    if flow["protocol"] not in PROBED:
        return []
    openings = [Opening(first, last, flow["name"]) for first, last in port_ranges(flow["ports"])]
    probes = []
    for source in sources(site, flow):
        for target in targets(site, flow, source):
            if crosses(source, target) if source.label != target.label else neighbours(flow, source, target):
                ports = open_ports(openings, rng) if flow["protocol"] != "icmp" else ()
                probes.append(between(source, target, flow["protocol"], ports, planned=passes, flow=flow["name"]))
    return probes


def crosses(source: End, target: End) -> bool:
    """Whether packets can go from one segment to the other: both are routed, and not outside alike."""
    return source.place.routed and target.place.routed and source.place.key != target.place.key


def neighbours(flow: Mapping[str, Any], source: End, target: End) -> bool:
    """Whether a flow can be proved within a segment: with the probe's own address, towards somebody who answers."""
    return source.own and not target.own and bool(target.whom) and flow["protocol"] == "tcp"


def sources(site: Site, flow: Mapping[str, Any]) -> list[End]:
    """Where a flow's packets start at this site."""
    ends = []
    for subnet in map(IPv4Network, flow["source_subnets"]):
        if str(subnet) == INTERNET_SUBNET:
            ends += [End(INTERNET, site.outside, INTERNET_SOURCE, borrowed=True)] if site.outside else []
            continue
        ends += [
            End(place.key, place, address, borrowed=address != place.address)
            for place in site.places.values()
            if place.subnet.overlaps(subnet) and (address := _one_of(place, subnet))
        ]
        if site.outside and not any(subnet.overlaps(own) for own in site.hospital):
            ends.append(End(INTERNET, site.outside, str(next(iter(subnet.hosts()))), borrowed=True))
    return list(dict.fromkeys(ends))


def _one_of(place: Place, subnet: IPv4Network) -> str:
    """An address of the subnet within the segment, the probe's own if it can be."""
    network = IPv4Network(place.address)
    if network.subnet_of(subnet):
        return place.address
    common = subnet if subnet.subnet_of(place.subnet) else place.subnet
    return str(next(iter(common.hosts())))


def targets(site: Site, flow: Mapping[str, Any], source: End) -> list[End]:
    """Where a flow's packets end at this site, seen from one of its sources."""
    ends = [end for address in flow["destination_addresses"] for end in _address(site, address)]
    for subnet in map(IPv4Network, flow["destination_subnets"]):
        if str(subnet) == INTERNET_SUBNET:
            ends += [internet(site.outside)] if site.outside else []
            continue
        for place in site.places.values():
            if place.subnet.overlaps(subnet):
                ends += _subnet(place, subnet, source.label == place.key)
    return list(dict.fromkeys(ends))


def internet(outside: Place) -> End:
    """The internet as a destination."""
    return End(INTERNET, outside, INTERNET_TARGET, ttl=INTERNET_TTL)


def _address(site: Site, address: str) -> Iterator[End]:
    place = site.place_of(address)
    if place:
        yield End(place.key, place, address, whom=place.neighbours.get(address, ""))


def _subnet(place: Place, subnet: IPv4Network, within: bool) -> list[End]:
    """The probe's port; within its own segment, or when it is not in the subnet, everybody known there."""
    own = IPv4Network(place.address)
    if not within and own.subnet_of(subnet):
        return [End(place.key, place, place.address)]
    # Guests answer by their own rules; flows to them name their addresses.
    return [
        End(place.key, place, address, whom=name)
        for address, name in place.machines.items()
        if IPv4Network(address).subnet_of(subnet)
    ]
