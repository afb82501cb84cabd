# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments: VLAN + subnet + purpose."""

from __future__ import annotations

from typing import Literal

from .types import Address, DnsLabel, Mtu, Part, SegmentName, Subnet, VlanId

Purpose = Literal["management", "out_of_band", "cluster", "migration", "storage", "guests"]


class Segment(Part):
    """A network. VLAN id and subnet are assigned, and then kept, when they are not given."""

    name: SegmentName
    purpose: Purpose
    vlan: VlanId | None = None
    subnet: Subnet | None = None
    gateway: Address | None = None
    zone: DnsLabel | None = None
    mtu: Mtu = 1500
