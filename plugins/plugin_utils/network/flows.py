# SPDX-License-Identifier: GPL-3.0-or-later
"""Allowed traffic: what the platform needs, what services bring with them, and what the intent adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..catalogue.entries import FlowEntry
from ..model.flow import Flow
from ..model.modality import Modality
from .segments import Segment, Segments

INTERNET = "0.0.0.0/0"
# Where VRRP announces itself (RFC 5798, 5.1.1.2).
VRRP_GROUP = "224.0.0.18/32"
GATEWAYS = "gateways"
# Segments that 'any' means: where machines of the hospital are. The others have no business with a service.
ANY_PURPOSES = ("management", "guests", "clients")


@dataclass(frozen=True)
class Member:
    """A guest as flows see it.

    database: it starts no traffic for its service, but to databases; dicom: it opens associations to modalities
    """

    service: str
    service_type: str
    role: str
    tenant: str | None
    zone: str
    address: IPv4Address
    database: bool = False
    dicom: bool = False


@dataclass(frozen=True)
class Pair:
    """The gateways of a site. addresses: their own in all segments; sync: those over which they keep in step."""

    addresses: Sequence[IPv4Address]
    sync: Sequence[IPv4Address]


@dataclass
class Network:
    """What flows are made of. untrusted: zones that 'any' leaves out; pairs: by site, where there is one."""

    segments: Segments
    subnets: Mapping[str, IPv4Network]
    untrusted: frozenset[str]
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)

    def subnets_of(self, segments: Iterable[Segment]) -> list[str]:
        """Their subnets as text."""
        return [str(self.subnets[s.key]) for s in segments]

    def named(self, word: str, tenant: str | None, site: str | None = None) -> list[str]:
        """Subnets that a word means to a tenant: 'internet', 'any', 'purpose:<purpose>', a subnet or a zone."""
        if word == "internet":
            return [INTERNET]
        if "/" in word:
            return [word]
        if word == "any":
            return self.subnets_of(s for s in self.segments if self._anywhere(s, tenant))
        if word.startswith("purpose:"):
            purpose = word.removeprefix("purpose:")
            return self.subnets_of(s for s in self.segments if s.purpose == purpose and site in (None, s.site))
        return self.subnets_of(self.segments.in_zone(word, tenant))

    def _anywhere(self, segment: Segment, tenant: str | None) -> bool:
        return (
            segment.purpose in ANY_PURPOSES
            and segment.base_zone not in self.untrusted
            and (tenant is None or segment.tenant in (None, tenant))
        )

    def guests_of_type(self, service_type: str, tenant: str | None) -> list[Member]:
        """Guests of a type of service that a tenant may use; nobody's service sees all."""
        return [
            m for m in self.members if m.service_type == service_type and (tenant is None or m.tenant in (None, tenant))
        ]


def platform_flows(entries: Sequence[FlowEntry], sites: Sequence[str], net: Network) -> list[dict[str, Any]]:
    """What the platform itself needs. Traffic between hosts stays within a site, administration reaches all of them."""
    flows = []
    for number, site in enumerate(sites):
        for entry in entries:
            name = f"{site}-{entry.name}" if number else entry.name
            if entry.destination == GATEWAYS:
                if site in net.pairs:
                    flows.append(_gateway_flow(name, entry, net.pairs[site]))
                continue
            local = entry.destination.startswith("purpose:")
            if number and not local:
                continue
            sources = net.named(entry.source, None, site if local else None)
            targets = net.named(entry.destination, None, site)
            if sources and targets:
                flows.append(_flow(name, entry, entry.source, sources, entry.destination, subnets=targets))
    return flows


def _gateway_flow(name: str, entry: FlowEntry, pair: Pair) -> dict[str, Any]:
    """Between the two of a pair: VRRP in every segment, all else where they keep in step."""
    if entry.protocol == "vrrp":
        sources = [f"{address}/32" for address in pair.addresses]
        return _flow(name, entry, entry.source, sources, entry.destination, subnets=[VRRP_GROUP])
    sources, targets = [f"{address}/32" for address in pair.sync], [str(address) for address in pair.sync]
    return _flow(name, entry, entry.source, sources, entry.destination, addresses=targets)


def service_flows(service: str, tenant: str | None, entries: Sequence[FlowEntry], net: Network) -> list[dict[str, Any]]:
    """Flows that a service brings. A flow one end of which is not in this plan is left out."""
    own = [m for m in net.members if m.service == service]
    roles = {m.role for m in own}
    flows = []
    for entry in entries:
        to_database = any(m.database for m in own if m.role == entry.destination)
        label, sources = _source(entry.source, own, tenant, net, to_database)
        if not sources:
            continue
        name = f"{service}-{entry.name}"
        if entry.destination and entry.destination not in roles:
            targets = net.named(entry.destination, tenant)
            if targets:
                flows.append(_flow(name, entry, label, sources, entry.destination, subnets=targets, service=service))
            continue
        guests = [m for m in own if entry.destination in ("", m.role)]
        zones = list(dict.fromkeys(m.zone for m in guests))
        for zone in zones:
            addresses = [str(m.address) for m in guests if m.zone == zone]
            suffix = f"-{zone}" if len(zones) > 1 else ""
            flows.append(_flow(name + suffix, entry, label, sources, zone, addresses=addresses, service=service))
    return flows


def _source(
    word: str, own: Sequence[Member], tenant: str | None, net: Network, to_database: bool
) -> tuple[str, list[str]]:
    """Label and subnets of a flow's source."""
    if word == "same" or word.startswith("service:"):
        of_type = word.removeprefix("service:")
        guests = own if word == "same" else net.guests_of_type(of_type, tenant)
        found = [m for m in guests if to_database or not m.database]
        label = ", ".join(dict.fromkeys(m.zone for m in found)) if word == "same" else word
        return label, [f"{m.address}/32" for m in found]
    return word, net.named(word, tenant)


def modality_flows(modalities: Sequence[Modality], net: Network) -> list[dict[str, Any]]:
    """What each modality is sent: retrieved studies and storage commitments leave from every node of the archive."""
    flows = []
    for modality in modalities:
        archive = [m for m in net.members if m.service == modality.service and m.dicom]
        answers = [word for word in ("move", "commit") if word in modality.operations]
        if archive and answers:
            reason = f"the archive opens associations to {modality.ae_title} ({', '.join(answers)})"
            entry = FlowEntry(f"{modality.service}-to-{modality.name}", "", "tcp", reason, (modality.port,))
            sources = [f"{m.address}/32" for m in archive]
            flows.append(
                _flow(
                    entry.name,
                    entry,
                    archive[0].zone,
                    sources,
                    modality.name,
                    addresses=[str(modality.address)],
                    service=modality.service,
                )
            )
    return flows


def intent_flows(flows: Sequence[Flow], net: Network) -> list[dict[str, Any]]:
    """Flows of the intent; the destination is a service, a zone or the internet."""
    planned = []
    for flow in flows:
        guests = [m for m in net.members if m.service == flow.destination]
        entry = FlowEntry(flow.name, flow.source, flow.protocol, flow.reason, tuple(flow.ports))
        made = _flow(
            flow.name,
            entry,
            flow.source,
            net.named(flow.source, None),
            guests[0].zone if guests else flow.destination,
            addresses=[str(m.address) for m in guests],
            subnets=[] if guests else net.named(flow.destination, None),
        )
        planned.append({**made, "owner": flow.owner, "expires": str(flow.expires) if flow.expires else None})
    return planned


def _flow(
    name: str,
    entry: FlowEntry,
    source: str,
    sources: list[str],
    destination: str,
    addresses: Sequence[str] = (),
    subnets: Sequence[str] = (),
    service: str | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "service": service,
        "source": source,
        "source_subnets": sources,
        "destination": destination,
        "destination_addresses": list(addresses),
        "destination_subnets": list(subnets),
        "protocol": entry.protocol,
        "ports": list(entry.ports),
        "reason": entry.reason,
        "owner": None,
        "expires": None,
    }
