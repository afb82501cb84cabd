# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable `hospital` of each host and guest."""

from __future__ import annotations

from typing import Any

from ..catalogue.entries import Catalogue
from ..model.host import Host
from ..model.intent import Intent
from .decide import Decisions, PlannedGuest

FIRST_SCORE = 200
FAILOVER_SCORE = 100
GUEST_POOL = "guests"


def bridge_of(intent: Intent, segment: str) -> str | None:
    """Name of the bridge that carries guests on a segment."""
    purpose = next(s.purpose for s in intent.segments if s.name == segment)
    return f"br-{segment}" if purpose == "guests" else None


def host_slice(intent: Intent, made: Decisions, host: Host) -> dict[str, Any]:
    """What roles need to know about one host."""
    profile = intent.profile_of(host)
    addresses = made.host_addresses[host.name]
    capacity = made.capacities[host.name]
    mtus = {s.name: s.mtu for s in intent.segments}
    management = intent.segments_for("management")[0]
    return {
        "kind": "host",
        "site": host.site,
        "rack": host.rack,
        "cluster": host.site,
        "node_id": made.node_ids[host.name],
        "cores": profile.cores,
        "memory_mib": profile.memory_mib,
        "capacity": {"vcpus": capacity.vcpus, "memory_mib": capacity.memory_mib},
        "emulation_allowed": intent.policies.emulation_allowed,
        "addresses": {segment: str(address) for segment, address in addresses.items()},
        "nics": [
            {
                "name": nic.name,
                "segment": nic.segment,
                "address": str(addresses[nic.segment]),
                "prefix": made.subnets[nic.segment].prefixlen,
                "gateway": str(made.gateways[nic.segment]) if nic.segment == management else None,
                "bridge": bridge_of(intent, nic.segment),
                "mtu": mtus[nic.segment],
            }
            for nic in profile.nics
        ],
        "disks": [disk.model_dump(mode="json") for disk in profile.disks],
        "bmc": _bmc(host),
    }


def _bmc(host: Host) -> dict[str, Any] | None:
    if host.bmc is None:
        return None
    bmc = host.bmc
    return {
        "protocol": bmc.protocol,
        "address": str(bmc.address),
        "port": bmc.port,
        "system": bmc.system,
        "user": bmc.user,
        "verify_tls": bmc.verify_tls,
    }


def guest_slice(
    intent: Intent, catalogue: Catalogue, made: Decisions, guest: PlannedGuest, recovery: int
) -> dict[str, Any]:
    """What roles need to know about one guest."""
    service, entry, sizing = guest.service, guest.entry, guest.sizing
    limits = catalogue.classes[entry.service_class]
    subnet = made.subnets[service.segment]
    placement = made.placements[guest.site]
    return {
        "kind": "guest",
        "service": service.name,
        "role": entry.role,
        "tier": service.tier,
        "class": entry.service_class,
        "site": guest.site,
        "cluster": guest.site,
        "segment": service.segment,
        "image": entry.image,
        "vcpus": sizing.vcpus,
        "memory_mib": sizing.memory_mib,
        "utilization": {"cpu": sizing.vcpus, "hv_memory": sizing.hv_memory_mib},
        "nics": [
            {
                "segment": service.segment,
                "bridge": bridge_of(intent, service.segment),
                "mac": made.guest_macs[guest.name],
                "address": str(made.guest_addresses[guest.name]),
                "prefix": subnet.prefixlen,
                "gateway": str(made.gateways[service.segment]),
            }
        ],
        "volumes": [
            {
                "name": f"{guest.name}-root",
                "pool": GUEST_POOL,
                "capacity_gib": sizing.root_gib,
                "purpose": "root",
            }
        ],
        "limits": {"cpu_shares": limits.cpu_shares, "iops": limits.iops},
        "placement": {
            "host": placement.hosts[guest.name],
            "preferences": _preferences(placement.hosts[guest.name], placement.failures, guest.name),
            "apart_from": _apart_from(made, guest),
            "why": placement.why[guest.name],
        },
        "settings": _settings(guest),
        "recovery_order": recovery,
    }


def _preferences(host: str, failures: Any, guest: str) -> list[dict[str, Any]]:
    """First host 200, the host that N+1 promises 100: Pacemaker then does after a failure what the plan promised."""
    preferences = [{"host": host, "score": FIRST_SCORE}]
    target = failures.get(host, {}).get(guest)
    if target is not None:
        preferences.append({"host": target, "score": FAILOVER_SCORE})
    return preferences


def _apart_from(made: Decisions, guest: PlannedGuest) -> list[str]:
    """The replicas that must never share its host."""
    same = (guest.service.name, guest.entry.role)
    return [g.name for g in made.guests if g is not guest and (g.service.name, g.entry.role) == same]


def _settings(guest: PlannedGuest) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if guest.service.type == "pacs":
        settings["ae_title"] = guest.service.title()
    return {**settings, **guest.entry.settings}
