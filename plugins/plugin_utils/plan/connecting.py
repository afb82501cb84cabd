# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may talk to whom."""

from __future__ import annotations

from ..catalogue.entries import Catalogue
from ..model.finding import Finding
from ..model.intent import Intent
from ..network.flows import Member, Network, Pair, intent_flows, modality_flows, platform_flows, service_flows
from .decisions import Decisions
from .flow_findings import prohibited_subnets, ways_out
from .services import PlannedGuest

DATABASE = "critical_db"


def decide_flows(intent: Intent, catalogue: Catalogue, made: Decisions) -> None:
    """Flows of the platform, of services, of modalities, then of the intent; names are unique."""
    untrusted = frozenset(entry.zone for entry in catalogue.segments.values() if entry.untrusted)
    net = Network(made.segments, made.subnets, untrusted, _pairs(intent, made))
    for guest in made.guests:
        if guest.name in made.guest_addresses:
            net.members.append(_member(guest, made))
    made.flows += platform_flows(catalogue.flows, [site.name for site in intent.sites], net)
    for service in made.services:
        made.flows += service_flows(service.name, service.tenant, service.flows, net)
    made.flows += modality_flows(intent.modalities, net)
    own = {flow["name"] for flow in made.flows}
    for index, flow in enumerate(intent.flows):
        if flow.name in own:
            made.findings.append(
                Finding(
                    ("flows", index, "name"),
                    f"{flow.name} is the name of a flow that the plan has already",
                    "rename it",
                )
            )
    planned = intent_flows(intent.flows, net)
    made.findings += prohibited_subnets(intent, catalogue, made, planned)
    made.flows += planned
    made.findings += ways_out(intent, made)


def _pairs(intent: Intent, made: Decisions) -> dict[str, Pair]:
    pairs = {}
    for site in intent.sites:
        own = [made.host_addresses[host.name] for host in intent.gateways_of(site.name)]
        if own:
            sync = made.segments.of(site.name, "management")[0].key
            pairs[site.name] = Pair(
                [address for addresses in own for address in addresses.values()],
                [addresses[sync] for addresses in own if sync in addresses],
            )
    return pairs


def _member(guest: PlannedGuest, made: Decisions) -> Member:
    service = guest.service
    return Member(
        service.name,
        service.type,
        guest.entry.role,
        service.tenant,
        made.segments[made.guest_segments[guest.name]].zone,
        made.guest_addresses[guest.name],
        database=guest.entry.service_class == DATABASE,
        dicom="dicom_port" in guest.entry.settings,
    )
