# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments: VLAN + subnet + purpose."""

from __future__ import annotations

from typing import Literal

from ..catalogue.entries import SegmentEntry
from .types import Address, DnsLabel, Field, Mtu, Part, SegmentName, Subnet, VlanId

OUTSIDE = "outside"
# Segments that nothing leaves: no gateway has a leg in them.
UNROUTED = ("cluster", "migration", "storage")
Purpose = Literal["management", "out_of_band", "cluster", "migration", "storage", "guests", "clients", "outside"]


class Segment(Part):
    """A network. VLAN id and subnets are assigned, and then kept, when they are not given."""

    name: SegmentName = Field(description="Short name; a guest segment has the bridge br-<name> on each host")
    purpose: Purpose = Field(
        description="What it carries. clients: people and devices, no guests and no NIC of a hypervisor. "
        "outside: the way to the router of the internet provider or wide area network"
    )
    vlan: VlanId | None = Field(None, description="VLAN id. Default: the catalogue's for this name, else a free one")
    subnet: Subnet | None = Field(None, description="Subnet, when the segment exists at one site. Default: assigned")
    subnets: dict[str, Subnet] = Field({}, description="Subnet for each site: {site: subnet}. Default: assigned")
    gateway: Address | None = Field(
        None, description="Gateway; needs 'subnet'. Default: the first address of the subnet"
    )
    router: Address | None = Field(
        None, description="Router to the internet and other sites; of a segment with the purpose outside only"
    )
    zone: DnsLabel | None = Field(
        None, description="Segments under one policy. Default: the catalogue's for this name, else the name"
    )
    mtu: Mtu = Field(1500, description="Largest packet in bytes")
    sites: tuple[str, ...] = Field((), description="Sites where it exists. Default: all")
    tenant: str | None = Field(None, description="Tenant that alone uses it")


def zone_of(segment: Segment, known: SegmentEntry | None) -> str:
    """Zone of a listed segment: its own word, else the catalogue's for that name, else the name.

    The way out is a zone of its own, whatever the name.
    """
    if segment.purpose == OUTSIDE:
        return OUTSIDE
    return segment.zone or (known.zone if known else segment.name)
