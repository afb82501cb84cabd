# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable `hospital` of each host and guest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..catalogue.entries import Catalogue
from ..model.host import VOTERS, Host
from ..model.intent import Intent
from ..network.reach import Port
from ..network.segments import Segment
from ..sizing.hosts import Capacity
from .decisions import Decisions
from .services import PlannedGuest

FIRST_SCORE = 200
FAILOVER_SCORE = 100
GUEST_POOL = "guests"


def host_slice(intent: Intent, made: Decisions, host: Host) -> dict[str, Any]:
    """What roles need to know about one host."""
    profile = intent.profile_of(host)
    capacity = made.capacities.get(host.name, Capacity(0, 0))
    return {
        "kind": "host",
        "use": host.use,
        "site": host.site,
        "rack": host.rack,
        "cluster": host.site if host.use in VOTERS else None,
        "profile": host.profile,
        "node_id": made.node_ids[host.name],
        "cores": profile.cores,
        "memory_mib": profile.memory_mib,
        "features": list(profile.features),
        "maintenance": host.maintenance,
        "capacity": {"cpu_millicores": capacity.cpu_millicores, "memory_mib": capacity.memory_mib},
        "utilization": _utilization(made, host),
        "emulation_allowed": intent.policies.emulation_allowed,
        "addresses": {key: str(address) for key, address in made.host_addresses[host.name].items()},
        "nics": [_nic(made, host, port) for port in made.ports[host.name]],
        "trunks": [{"name": t.name, "nics": list(t.nics), "mode": t.mode} for t in profile.trunks],
        "disks": [disk.model_dump(mode="json") for disk in profile.disks] if host.use == "hypervisor" else [],
        "bmc": host.bmc.model_dump(mode="json") if host.bmc else None,
    }


def _utilization(made: Decisions, host: Host) -> dict[str, int]:
    """What the guests of its plan take of it."""
    placement = made.placements.get(host.site)
    guests = [g for g in made.guests if placement and placement.hosts.get(g.name) == host.name]
    return {
        "cpu_millicores": sum(made.cpu_needs[g.name] for g in guests),
        "memory_mib": sum(g.sizing.hv_memory_mib for g in guests),
        "guests": len(guests),
    }


def _nic(made: Decisions, host: Host, port: Port) -> dict[str, Any]:
    segment = port.segment
    key, vlan = segment.key, made.vlans[segment.key]
    address = made.host_addresses[host.name].get(key)
    return {
        "name": port.name or f"{port.trunk}.{vlan}",
        "segment": key,
        "address": str(address) if address else None,
        "prefix": made.subnets[key].prefixlen,
        "gateway": _next_router(made, host, segment),
        "bridge": segment.bridge(vlan) if host.use in VOTERS else None,
        "mtu": segment.mtu,
        "parent": port.trunk,
        "vlan": vlan if port.trunk else None,
    }


def _next_router(made: Decisions, host: Host, segment: Segment) -> str | None:
    """Where a host sends what leaves its segments: the way out of a gateway, the management's gateway of all others."""
    if host.use == "gateway":
        return str(segment.router) if segment.router else None
    return str(made.gateways[segment.key]) if segment.purpose == "management" else None


def guest_slice(
    intent: Intent, catalogue: Catalogue, made: Decisions, guest: PlannedGuest, recovery: int
) -> dict[str, Any]:
    """What roles need to know about one guest."""
    service, entry, sizing = guest.service, guest.entry, guest.sizing
    limits = catalogue.classes[entry.service_class]
    segment = made.segments[made.guest_segments[guest.name]]
    placement = made.placements[guest.site]
    return {
        "kind": "guest",
        "service": service.name,
        "type": service.type,
        "role": entry.role,
        "tier": service.tier,
        "class": entry.service_class,
        "site": guest.site,
        "cluster": guest.site,
        "tenant": service.tenant,
        "owner": service.intent.owner,
        "segment": segment.key,
        "image": entry.image,
        "bare": entry.image == catalogue.bare_image,
        "vcpus": sizing.vcpus,
        "memory_mib": sizing.memory_mib,
        "utilization": {"cpu": made.cpu_needs[guest.name], "hv_memory": sizing.hv_memory_mib},
        "nics": [
            {
                "segment": segment.key,
                "bridge": segment.bridge(made.vlans[segment.key]),
                "mac": made.guest_macs[guest.name],
                "address": str(made.guest_addresses[guest.name]),
                "prefix": made.subnets[segment.key].prefixlen,
                "gateway": str(made.gateways[segment.key]),
            }
        ],
        "volumes": _volumes(guest),
        "limits": {"cpu_shares": limits.cpu_shares, "iops": limits.iops},
        "needs": sorted({*entry.needs, *service.intent.placement.needs}),
        "placement": {
            "host": placement.hosts[guest.name],
            "preferences": _preferences(placement.hosts[guest.name], placement.failures, guest.name),
            "apart": guest.apart,
            "apart_from": guest.apart_from,
            "why": placement.why[guest.name],
        },
        "settings": _settings(guest),
        "checks": [asdict(check) for check in entry.checks],
        "recovery_order": recovery,
    }


def _volumes(guest: PlannedGuest) -> list[dict[str, Any]]:
    root = {
        "name": f"{guest.name}-root",
        "pool": GUEST_POOL,
        "capacity_gib": guest.sizing.root_gib,
        "purpose": "root",
    }
    data = [
        {
            "name": f"{guest.name}-{volume.purpose}",
            "pool": GUEST_POOL,
            "capacity_gib": volume.capacity_gib,
            "purpose": volume.purpose,
            **({"iops": volume.iops} if volume.iops else {}),
        }
        for volume in guest.sized.volumes
    ]
    return [root, *data]


def _preferences(host: str, failures: Any, guest: str) -> list[dict[str, Any]]:
    """First host 200, the host that N+1 promises 100: Pacemaker then does after a failure what the plan promised."""
    preferences = [{"host": host, "score": FIRST_SCORE}]
    target = failures.get(host, {}).get(guest)
    if target is not None:
        preferences.append({"host": target, "score": FAILOVER_SCORE})
    return preferences


def _settings(guest: PlannedGuest) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if guest.service.type == "pacs":
        settings["ae_title"] = guest.service.intent.title()
    return {**settings, **guest.entry.settings}
