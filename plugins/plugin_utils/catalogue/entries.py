# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the catalogue: what the project knows about services, classes, tiers, segments and demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """value x demand[per] / of, rounded up to a multiple of `step`, then kept within `min` and `max`."""

    value: float
    per: str
    of: float = 1
    min: int = 0
    max: int | None = None
    step: int = 1


Amount = int | Quantity


@dataclass(frozen=True)
class VolumeEntry:
    """A volume beside the root volume.

    growth: 'images' or 'records' (fill up from initial_gib to capacity_gib at the horizon), 'databases'
    (capacity_gib is today's figure and grows by a percentage each year) or 'none'.
    keep_years: the demand that says how long images stay on it; empty: the whole retention.
    consumers: the roles that share it; only for shared volumes of a profile.
    """

    purpose: str
    capacity_gib: Amount
    source: str
    iops: Amount | None = None
    growth: str = "none"
    initial_gib: Amount = 0
    keep_years: str = ""
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """What answers when a guest is well."""

    name: str
    protocol: str
    port: int


@dataclass(frozen=True)
class GuestEntry:
    """A kind of guest of a service profile; `count` of them form one replica group.

    sizing: vcpus or native_cores, memory_mib, root_gib, perhaps iops. needs: features that its host must have.
    apart: 'host' or 'rack', what replicas never share; 'none', they may share a host.
    image: Catalogue.bare_image or a golden image's recipe.
    """

    role: str
    title: str
    count: Amount
    service_class: str
    image: str
    segment: str
    recovery_stage: int
    sizing: dict[str, Amount]
    volumes: tuple[VolumeEntry, ...] = ()
    needs: tuple[str, ...] = ()
    apart: str = "host"
    checks: tuple[Check, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FlowEntry:
    """Allowed traffic.

    source: a zone, 'any', 'internet', 'same' (the service's own guests), 'service:<type>' (guests of that type),
    'purpose:<purpose>' (segments of that purpose) or 'gateways' (the two of a site, to each other).
    destination: a role of the service, empty (all its guests), a zone, 'any', 'purpose:<purpose>' or 'gateways'.
    ports: numbers, or ranges as text; none for protocols without ports.
    """

    name: str
    source: str
    protocol: str
    reason: str
    ports: tuple[int | str, ...] = ()
    destination: str = ""

    @property
    def port(self) -> int | str:
        """The first port."""
        return self.ports[0]


@dataclass(frozen=True)
class Profile:
    """One way to build a service."""

    guests: tuple[GuestEntry, ...]
    flows: tuple[FlowEntry, ...]
    shared_volumes: tuple[VolumeEntry, ...] = ()


@dataclass(frozen=True)
class Guarantee:
    """Something that a cluster must give; `remedy` says which key brings it."""

    name: str
    title: str
    remedy: str


@dataclass(frozen=True)
class SuitabilityEntry:
    """What a service asks of the platform, for the verdict whether to virtualise it.

    guarantees: what its cluster must give; physical: reasons to keep it on a machine of its own; advice: sentences
    that people should read, without consequence; figures: by which a measured load is judged.
    """

    guarantees: tuple[Guarantee, ...] = ()
    physical: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceType:
    """A type of service and its profiles. depends_on: types whose guests come up first, when they are planned."""

    title: str
    tier: str
    default_profile: str
    profiles: dict[str, Profile]
    depends_on: tuple[str, ...] = ()
    suitability: SuitabilityEntry = SuitabilityEntry()


@dataclass(frozen=True)
class ServiceClass:
    """How guests of a class share a host. vcpu_ratio: vCPUs per physical core."""

    vcpu_ratio: int
    overhead_percent: int
    cpu_shares: int
    iops: int


@dataclass(frozen=True)
class SegmentEntry:
    """A segment that a plan takes when it is needed and the intent does not list it.

    untrusted: its zone is not among those that a flow from 'any' means.
    """

    vlan: int
    purpose: str
    zone: str
    title: str
    mtu: int = 1500
    untrusted: bool = False


@dataclass(frozen=True)
class Prohibition:
    """Traffic that no flow of an intent opens without a waiver.

    sources, destinations, but: zones, 'purpose:<purpose>', 'internet', 'any', or '*' for everything; but: destinations
    that stay allowed. ports: only these; empty: all.
    """

    name: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    because: str
    remedy: str
    but: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class DemandEntry:
    """A key of the vocabulary of demand. Its default is value x demand[per] / of; without a value it has none.

    split: parts by name in percent; then the intent may give a mapping part -> number instead of the sum.
    """

    title: str
    unit: str
    source: str
    value: float | None = None
    per: str | None = None
    of: float = 1
    split: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ModalityImages:
    """What a study of a modality takes, uncompressed, and by how much lossless compression shrinks it."""

    title: str
    mb_per_study: float
    lossless_ratio: float


@dataclass(frozen=True)
class Catalogue:
    """All of it. `defaults` are the planning figures by name."""

    services: dict[str, ServiceType]
    classes: dict[str, ServiceClass]
    tiers: dict[str, dict[str, Any]]
    segments: dict[str, SegmentEntry]
    demand: dict[str, DemandEntry]
    modalities: dict[str, ModalityImages]
    flows: tuple[FlowEntry, ...]
    prohibited: tuple[Prohibition, ...]
    defaults: dict[str, float]
    sha256: str
    bare_image: str = "debian"

    @property
    def vlans(self) -> dict[str, int]:
        """Segment -> default VLAN id."""
        return {name: entry.vlan for name, entry in self.segments.items()}
