# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of hospital_plan that say what there is: sites, segments, services, tenants, growth, hardware."""

from __future__ import annotations

from typing import Any

from ..catalogue.entries import Catalogue
from ..model.intent import Intent
from ..model.segment import OUTSIDE
from ..sizing.curve import capacity_curve
from ..sizing.demand import resolve
from ..sizing.expand import SizedVolume
from ..sizing.suitability import SiteFacts, judge
from .decisions import Decisions
from .services import PlannedService, planning_policies
from .tenants import service_gib, used_by


def sites(intent: Intent) -> dict[str, Any]:
    """Sites with their racks."""
    return {
        site.name: {
            "title": site.title or site.name,
            "racks": list(site.racks),
            "supernet": str(intent.supernet_of(site.name)),
        }
        for site in intent.sites
    }


def demand(intent: Intent, catalogue: Catalogue) -> dict[str, Any]:
    """What the hospital as a whole needs, with everything that follows from it."""
    return _plain(resolve(intent.demand, {}, catalogue, planning_policies(intent, catalogue)))


def _plain(figures: dict[str, float]) -> dict[str, Any]:
    """120.0 -> 120, 0.12345 -> 0.123: figures for people, and the same text on every machine."""
    return {key: int(value) if value == int(value) else round(value, 3) for key, value in figures.items()}


def segments(made: Decisions) -> dict[str, Any]:
    """Segments by key."""
    return {
        s.key: {
            "name": s.name,
            "site": s.site,
            "vlan": made.vlans[s.key],
            "subnet": str(made.subnets[s.key]),
            "prefix": made.subnets[s.key].prefixlen,
            "gateway": str(made.gateways[s.key]),
            "router": str(s.router) if s.router else None,
            "purpose": s.purpose,
            "zone": s.zone,
            "tenant": s.tenant,
            "bridge": s.bridge(made.vlans[s.key]),
            "mtu": s.mtu,
            "title": s.title,
        }
        for s in made.segments
    }


def gateways(intent: Intent, made: Decisions) -> dict[str, Any]:
    """The pair of routers of each site that has one; the first is the preferred one."""
    return {site.name: _pair(intent, made, site.name) for site in intent.sites if intent.gateways_of(site.name)}


def _pair(intent: Intent, made: Decisions, site: str) -> dict[str, Any]:
    outside = next(iter(made.segments.of(site, OUTSIDE)), None)
    return {
        "hosts": [host.name for host in intent.gateways_of(site)],
        "sync": made.segments.of(site, "management")[0].key,
        "outside": outside.key if outside else None,
        "router": str(outside.router) if outside else None,
        "segments": [segment.key for segment in made.segments.routed(site)],
    }


def services(intent: Intent, catalogue: Catalogue, made: Decisions) -> dict[str, Any]:
    """Services by name."""
    return {service.name: _service(intent, catalogue, made, service) for service in made.services}


def _service(intent: Intent, catalogue: Catalogue, made: Decisions, service: PlannedService) -> dict[str, Any]:
    keys = list(dict.fromkeys(made.guest_segments[g.name] for g in service.guests))
    verdict = judge(service.entry, site_facts(intent, made, service.site), service.profile)
    return {
        "type": service.type,
        "profile": service.profile_name,
        "title": service.entry.title,
        "tier": service.tier,
        "site": service.site,
        "tenant": service.tenant,
        "owner": service.intent.owner,
        "zones": list(dict.fromkeys(made.segments[key].zone for key in keys)),
        "segments": keys,
        "guests": [guest.name for guest in service.guests],
        "depends_on": _depends_on(service, made),
        "volumes_gib": service_gib(service),
        "shared_volumes": [
            {"purpose": v.purpose, "capacity_gib": v.capacity_gib} for v in service.expanded.shared_volumes
        ],
        "demand": _plain(service.demand),
        "suitability": {"verdict": verdict.verdict, "reasons": list(verdict.reasons)},
        "bare": all(guest.entry.image == catalogue.bare_image for guest in service.guests),
    }


def _depends_on(service: PlannedService, made: Decisions) -> list[str]:
    """Services of the types it depends on that a guest of this tenant may use."""
    return [
        other.name
        for other in made.services
        if other.name != service.name
        and other.type in service.entry.depends_on
        and other.tenant in (None, service.tenant)
    ]


def site_facts(intent: Intent, made: Decisions, site: str) -> SiteFacts:
    """What a site guarantees to a service."""
    hosts = intent.hypervisors_of(site)
    return SiteFacts(
        hosts=len(hosts),
        n_plus=made.n_plus[site],
        fencing=all(host.bmc for host in intent.voters_of(site)),
        shared_storage=any(intent.profile_of(host).disks for host in hosts),
        features=frozenset(f for host in hosts for f in intent.profile_of(host).features),
    )


def modalities(intent: Intent) -> list[dict[str, Any]]:
    """The registry of modalities."""
    return [modality.model_dump(mode="json") for modality in intent.modalities]


def tenants(intent: Intent, made: Decisions) -> dict[str, Any]:
    """Tenants with quota and use."""
    return {
        tenant.name: {
            "title": tenant.title or tenant.name,
            "quota": tenant.quota.model_dump(),
            "used": used_by(tenant.name, made),
        }
        for tenant in intent.tenants
    }


def growth(intent: Intent, catalogue: Catalogue, made: Decisions) -> dict[str, Any]:
    """Storage of each site, year by year."""
    policies = planning_policies(intent, catalogue)
    curves = {}
    for site in intent.sites:
        here = [s for s in made.services if s.site == site.name]
        volumes = [v for s in here for v in _volumes(s)]
        roots = sum(g.sizing.root_gib for s in here for g in s.guests)
        usable = int(made.storage[site.name].usable_gib)
        curves[site.name] = [{**row, "usable_gib": usable} for row in capacity_curve(volumes, policies, roots)]
    return curves


def _volumes(service: PlannedService) -> list[SizedVolume]:
    """The volumes of a service that may grow."""
    return [*(v for g in service.guests for v in g.sized.volumes), *service.expanded.shared_volumes]


def hardware(intent: Intent) -> dict[str, Any]:
    """Bill of hardware by host profile."""
    return {
        profile.name: {
            "count": sum(1 for host in intent.hosts if host.profile == profile.name),
            "cores": profile.cores,
            "memory_mib": profile.memory_mib,
            "disks_gib": [disk.capacity_gib for disk in profile.disks],
            "nics": len(profile.nics) + sum(len(trunk.nics) for trunk in profile.trunks),
            "features": list(profile.features),
            "power_watts": profile.power_watts,
            "rack_units": profile.rack_units,
        }
        for profile in intent.host_profiles
    }
