# SPDX-License-Identifier: GPL-3.0-or-later
"""A site as its probe sees it: segments, the probe's ports, and who else has an address. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

# Nothing leaves these: no gateway has a leg in them.
UNROUTED = ("cluster", "migration", "storage")
MANAGED = ("hypervisor", "gateway")
OUTSIDE, MANAGEMENT = "outside", "management"


@dataclass(frozen=True)
class Place:
    """A segment of the site, and the probe's port in it.

    namespace: None for the management port, which is the probe's own; guests, machines: address -> name of who may be
    asked here; ipv6: the port's IPv6 address.
    """

    key: str
    subnet: IPv4Network
    gateway: str
    routed: bool
    outside: bool
    interface: str
    namespace: str | None
    address: str
    ipv6: str
    guests: Mapping[str, str] = field(default_factory=dict, compare=False)
    machines: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def hops(self) -> list[str]:
        """Who is handed what is to leave the segment: its gateway; where there is none, every machine in it."""
        return [self.gateway] if self.routed else list(self.machines)

    @property
    def neighbours(self) -> dict[str, str]:
        """Address -> name of all who should answer in the segment."""
        return {**({self.gateway: "the gateway"} if self.routed else {}), **self.machines, **self.guests}


@dataclass(frozen=True)
class Site:
    """hospital: all networks of the hospital, at all sites; what is in none of them is the internet."""

    name: str
    places: Mapping[str, Place]
    hospital: tuple[IPv4Network, ...]
    gateways: tuple[str, ...]
    router: str | None

    def place_of(self, address: str) -> Place | None:
        """The segment that an address belongs to."""
        found = IPv4Address(address)
        return next((place for place in self.places.values() if found in place.subnet), None)

    def inside(self, address: str) -> bool:
        """Whether an address is the hospital's."""
        found = IPv4Address(address)
        return any(found in network for network in self.hospital)

    @property
    def outside(self) -> Place | None:
        """The segment that leads to the internet."""
        return next((place for place in self.places.values() if place.outside), None)


def routed(plan: Mapping[str, Any], site: str) -> list[str]:
    """Keys of the segments of a site that something routes between: its gateways, else the site's own firewall."""
    pair = plan.get("gateways", {}).get(site)
    if pair:
        return list(pair["segments"])
    return [key for key, s in plan["segments"].items() if s["site"] == site and s["purpose"] not in UNROUTED]


def ipv6_of(vlan: int, node_id: int) -> str:
    """A port's unique local IPv6 address (RFC 4193); nobody else has one, so nothing may ever answer."""
    return f"fd00:0:0:{vlan:x}::{node_id:x}"


def site_of(
    plan: Mapping[str, Any],
    probe: Mapping[str, Any],
    machines: Mapping[str, Mapping[str, Any]],
    guests: Mapping[str, Mapping[str, Any]],
) -> Site:
    """Return the site of a probe.

    plan: hospital_plan; probe: its slice; machines, guests: {name: slice} of the whole hospital.
    """
    name = probe["site"]
    reached = routed(plan, name)
    places = {}
    for nic in probe["nics"]:
        segment = plan["segments"][nic["segment"]]
        places[nic["segment"]] = Place(
            nic["segment"],
            IPv4Network(segment["subnet"]),
            segment["gateway"],
            nic["segment"] in reached,
            segment["purpose"] == OUTSIDE,
            nic["name"],
            None if segment["purpose"] == MANAGEMENT else nic["segment"],
            nic["address"],
            ipv6_of(segment["vlan"], probe["node_id"]),
            _addresses(guests, nic["segment"]),
            _addresses({n: m for n, m in machines.items() if m["use"] in MANAGED}, nic["segment"]),
        )
    pair = plan.get("gateways", {}).get(name) or {}
    networks = [s["subnet"] for s in plan["segments"].values()]
    networks += [s["supernet"] for s in plan["sites"].values() if s.get("supernet")]
    hospital = tuple(sorted({IPv4Network(network) for network in networks}))
    return Site(name, places, hospital, tuple(pair.get("hosts", ())), pair.get("router"))


def _addresses(slices: Mapping[str, Mapping[str, Any]], segment: str) -> dict[str, str]:
    """Address -> name; a NIC that is a bridge's port has no address on its machine."""
    return {
        nic["address"]: name
        for name, content in slices.items()
        for nic in content["nics"]
        if nic["segment"] == segment and nic["address"] and (content["kind"] == "guest" or not nic.get("bridge"))
    }
