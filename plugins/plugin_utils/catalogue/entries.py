# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the catalogue: what the project knows about services, classes and tiers. No third-party package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class GuestEntry:
    """A kind of guest of a service profile; `count` of them form one replica group."""

    role: str
    count: int
    service_class: str
    image: str
    recovery_stage: int
    sizing: dict[str, int]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FlowEntry:
    """Allowed traffic from a zone to the service's guests."""

    name: str
    source: str
    protocol: str
    port: int
    reason: str


@dataclass(frozen=True)
class Profile:
    """One way to build a service."""

    guests: tuple[GuestEntry, ...]
    flows: tuple[FlowEntry, ...]


@dataclass(frozen=True)
class ServiceType:
    """A type of service and its profiles."""

    title: str
    profiles: dict[str, Profile]


@dataclass(frozen=True)
class ServiceClass:
    """How guests of a class share a host. vcpu_ratio: vCPUs per physical core."""

    vcpu_ratio: int
    overhead_percent: int
    cpu_shares: int
    iops: int


@dataclass(frozen=True)
class Catalogue:
    """All of it. `defaults` are the planning defaults by name."""

    version: int
    services: dict[str, ServiceType]
    classes: dict[str, ServiceClass]
    tiers: dict[str, dict[str, Any]]
    vlans: dict[str, int]
    defaults: dict[str, float]
    sha256: str
