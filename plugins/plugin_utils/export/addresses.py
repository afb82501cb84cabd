# SPDX-License-Identifier: GPL-3.0-or-later
"""Every address of the plan, and the VLANs that they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from ..report.source import PlanData
from .table import Table


@dataclass(frozen=True)
class Address:
    """An address with the machine that has it; `main`: the one that its plain name means."""

    address: IPv4Address
    segment: str
    kind: str
    machine: str
    interface: str
    mac: str
    main: bool


def addresses_of(data: PlanData) -> tuple[Address, ...]:
    """All of them in numeric order."""
    return tuple(sorted(_all(data), key=lambda a: (a.address, a.kind, a.machine)))


def _all(data: PlanData) -> Iterator[Address]:
    segments = data.plan["segments"]
    for key, segment in segments.items():
        if segment["gateway"]:
            yield Address(IPv4Address(segment["gateway"]), key, "gateway", f"gw-{key}", "", "", True)
        if segment.get("router"):
            yield Address(IPv4Address(segment["router"]), key, "router", f"router-{key}", "", "", True)
    for name, host in data.hosts.items():
        for nic in host["nics"]:
            if nic["address"]:
                main = segments[nic["segment"]]["purpose"] == "management"
                yield Address(IPv4Address(nic["address"]), nic["segment"], "host", name, nic["name"], "", main)
        if host.get("bmc"):
            address = IPv4Address(host["bmc"]["address"])
            yield Address(address, data.bmc_segment(host), "bmc", f"{name}-bmc", "", "", True)
    for name, guest in data.guests.items():
        for number, nic in enumerate(guest["nics"]):
            if nic["address"]:
                yield Address(
                    IPv4Address(nic["address"]),
                    nic["segment"],
                    "guest",
                    name,
                    nic["bridge"] or "",
                    nic["mac"],
                    not number,
                )
    for modality in data.plan.get("modalities") or []:
        address = IPv4Address(modality["address"])
        yield Address(address, modality["segment"], "modality", modality["name"], "", "", True)


def address_plan(data: PlanData) -> Table:
    """One row for each address."""
    segments = data.plan["segments"]
    rows = tuple(
        (
            str(a.address),
            segments[a.segment]["subnet"] if a.segment in segments else "",
            a.segment,
            segments[a.segment]["vlan"] if a.segment in segments else "",
            a.kind,
            a.machine,
            a.interface,
            a.mac,
        )
        for a in addresses_of(data)
    )
    heads = ("address", "subnet", "segment", "vlan", "kind", "name", "interface", "mac")
    return Table(
        "addresses", "address plan", "Every address that the plan gives or knows, in numeric order.", heads, rows
    )


def vlan_plan(data: PlanData) -> Table:
    """One row for each segment."""
    order = list(data.sites())
    rows = tuple(
        (
            s["site"],
            s["vlan"],
            key,
            s.get("title") or "",
            s["purpose"],
            s["zone"],
            s["subnet"],
            s["gateway"] or "",
            s["mtu"],
            s.get("tenant") or "",
        )
        for key, s in sorted(data.plan["segments"].items(), key=lambda i: (order.index(i[1]["site"]), i[1]["vlan"]))
    )
    heads = ("site", "vlan", "segment", "title", "purpose", "zone", "subnet", "gateway", "mtu", "tenant")
    lead = "One row for each segment. A VLAN id means the same in all of a site; between sites the routers decide."
    return Table("vlans", "VLANs and subnets", lead, heads, rows)
