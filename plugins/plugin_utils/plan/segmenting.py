# SPDX-License-Identifier: GPL-3.0-or-later
"""Which segments the plan has, with VLAN ids, subnets and gateways."""

from __future__ import annotations

from ..catalogue.entries import Catalogue
from ..model.finding import Finding
from ..model.intent import Intent
from ..network.addresses import gateway_of
from ..network.segments import Wish
from ..network.vlans import NoSubnetLeft, assign_subnets, assign_vlans
from .decisions import Decisions
from .previous import Previous
from .services import PlannedGuest, PlannedService

NO_ZONE = ("internet", "any", "same")


def decide_segments(intent: Intent, last: Previous, catalogue: Catalogue, made: Decisions) -> None:
    """Add what guests, modalities and flows need, then number everything."""
    for service in made.services:
        for guest in service.guests:
            _guest_segment(guest, made)
    for service in made.services:
        _zones(service, made)
    for modality in intent.modalities:
        archive = next((s for s in made.services if s.name == modality.service), None)
        site = archive.site if archive else intent.sites[0].name
        if modality.segment not in {s.name for s in made.segments}:
            made.segments.need(Wish(modality.segment, site))
    for flow in intent.flows:
        made.segments.need_zone(str(flow.source), intent.sites[0].name, None)
        made.segments.need_zone(flow.destination, intent.sites[0].name, None)
    _number(intent, last, catalogue, made)


def _guest_segment(guest: PlannedGuest, made: Decisions) -> None:
    service = guest.service
    name = service.intent.segment
    known = made.segments.at(service.site, name) if name else None
    if name and known is None and name not in {s.name for s in made.segments}:
        known = made.segments.need(Wish(name, service.site))
    if name and known is None:
        made.findings.append(
            Finding(
                ("services", service.index, "segment"),
                f"service {service.name} is at site {service.site}, where segment {name} is not",
                "choose a segment of that site or add the site to the segment's 'sites'",
            )
        )
        return
    segment = known or made.segments.need(Wish(guest.entry.segment, service.site, service.tenant))
    made.guest_segments[guest.name] = segment.key


def _zones(service: PlannedService, made: Decisions) -> None:
    """Segments of the people and devices that the service's flows come from."""
    for flow in service.flows:
        if flow.source in NO_ZONE or ":" in flow.source:
            continue
        made.segments.need_zone(flow.source, service.site, service.tenant)


def _number(intent: Intent, last: Previous, catalogue: Catalogue, made: Decisions) -> None:
    segments = list(made.segments)
    table = {name: entry.vlan for name, entry in catalogue.segments.items()}
    vlans = assign_vlans({s.name: s.vlan for s in segments}, last.vlans, table)
    try:
        subnets = assign_subnets(
            {s.place: s.subnet for s in segments},
            {s.place: intent.supernet_of(s.site) for s in segments},
            last.subnets,
            {s.place: vlans[s.name] for s in segments},
        )
    except NoSubnetLeft as exc:
        made.findings.append(
            Finding(
                ("supernet",),
                f"{exc.supernet} has no /24 left for segment {exc.segment} of site {exc.site}",
                "widen it or give the segment a 'subnet'",
            )
        )
        return
    for segment in segments:
        made.vlans[segment.key] = vlans[segment.name]
        made.subnets[segment.key] = subnets[segment.place]
        made.gateways[segment.key] = segment.gateway or gateway_of(subnets[segment.place])
