# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the planner decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..engine.place import Placed
from ..model.finding import Finding
from ..network.reach import Port
from ..network.segments import Segments
from ..sizing.hosts import Capacity
from ..storage.ceph import StorageRoom
from .services import PlannedGuest, PlannedService


@dataclass
class Decisions:
    """Decisions by name; what could not be decided is in `findings`, what is worth a word in `warnings`.

    Segments are named by their key, guests and hosts by their name, storage and n_plus by site.
    """

    segments: Segments
    services: list[PlannedService] = field(default_factory=list)
    guest_segments: dict[str, str] = field(default_factory=dict)
    vlans: dict[str, int] = field(default_factory=dict)
    subnets: dict[str, IPv4Network] = field(default_factory=dict)
    gateways: dict[str, IPv4Address] = field(default_factory=dict)
    ports: dict[str, list[Port]] = field(default_factory=dict)
    node_ids: dict[str, int] = field(default_factory=dict)
    host_addresses: dict[str, dict[str, IPv4Address]] = field(default_factory=dict)
    guest_addresses: dict[str, IPv4Address] = field(default_factory=dict)
    guest_macs: dict[str, str] = field(default_factory=dict)
    flows: list[dict[str, Any]] = field(default_factory=list)
    capacities: dict[str, Capacity] = field(default_factory=dict)
    cpu_needs: dict[str, int] = field(default_factory=dict)
    placements: dict[str, Placed] = field(default_factory=dict)
    headroom: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_plus: dict[str, int] = field(default_factory=dict)
    storage: dict[str, StorageRoom] = field(default_factory=dict)
    timing: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def guests(self) -> list[PlannedGuest]:
        """All guests, in the order of the services."""
        return [guest for service in self.services for guest in service.guests]
