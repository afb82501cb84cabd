# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay the decisions out as an Ansible inventory. Nothing is decided here."""

from __future__ import annotations

from typing import Any

from ..catalogue.entries import Catalogue
from ..continuity.recovery import recovery_order
from ..model.intent import Intent
from ..network.flows import service_flows
from ..storage.ceph import MGRS, MONS, spread_daemons, storage_fsid
from .decide import Decisions
from .previous import Previous
from .slices import bridge_of, guest_slice, host_slice

FORMAT = 1


def inventory(intent: Intent, catalogue: Catalogue, last: Previous, made: Decisions) -> dict[str, Any]:
    """The whole file hosts.yml as data, without hashes."""
    waves = recovery_order({g.name: g.entry.recovery_stage for g in made.guests})
    order = {name: number for number, wave in enumerate(waves, start=1) for name in wave}
    storage = {site.name: _storage(intent, catalogue, last, site.name) for site in intent.sites}
    plan = {
        "format": FORMAT,
        "name": intent.hospital,
        "domain": intent.domain,
        "hashes": {},
        "intent_file": "",
        "segments": _segments(intent, made),
        "flows": _flows(intent, catalogue, made),
        "clusters": {site.name: _cluster(intent, site.name) for site in intent.sites},
        "storage": storage,
        "timing": made.timing,
        "n_plus": _n_plus(made),
        "recovery_order": waves,
        "tiers": {tier: catalogue.tiers[tier] for tier in sorted({s.tier for s in intent.services})},
        "waivers": [waiver.model_dump(mode="json") for waiver in intent.waivers],
    }
    management = intent.segments_for("management")[0]
    hosts = {
        host.name: {
            "ansible_host": str(made.host_addresses[host.name][management]),
            "hospital": host_slice(intent, made, host),
        }
        for host in intent.hosts
    }
    guests = {
        guest.name: {
            "ansible_host": str(made.guest_addresses[guest.name]),
            "hospital": guest_slice(intent, catalogue, made, guest, order[guest.name]),
        }
        for guest in made.guests
    }
    return {
        "all": {
            "vars": {"hospital_plan": plan},
            "children": {
                "kvm_hosts": {"hosts": hosts},
                "guests": {"hosts": guests},
                **{name: {"hosts": {h: {} for h in members}} for name, members in _groups(intent, made, storage)},
            },
        }
    }


def _segments(intent: Intent, made: Decisions) -> dict[str, Any]:
    return {
        s.name: {
            "vlan": made.vlans[s.name],
            "subnet": str(made.subnets[s.name]),
            "prefix": made.subnets[s.name].prefixlen,
            "gateway": str(made.gateways[s.name]),
            "purpose": s.purpose,
            "zone": s.zone or s.name,
            "bridge": bridge_of(intent, s.name),
            "mtu": s.mtu,
        }
        for s in intent.segments
    }


def _flows(intent: Intent, catalogue: Catalogue, made: Decisions) -> list[dict[str, Any]]:
    zone_of = {s.name: s.zone or s.name for s in intent.segments}
    zones: dict[str, list[str]] = {}
    for name, zone in zone_of.items():
        zones.setdefault(zone, []).append(str(made.subnets[name]))
    flows: list[dict[str, Any]] = []
    for service in intent.services:
        entries = catalogue.services[service.type].profiles[service.profile].flows
        addresses = [str(made.guest_addresses[g.name]) for g in made.guests if g.service.name == service.name]
        flows += service_flows(service.name, zone_of[service.segment], entries, addresses, zones)
    return flows


def _cluster(intent: Intent, site: str) -> dict[str, Any]:
    hosts = intent.hosts_of(site)
    enabled = all(host.bmc for host in hosts)
    waiver = None if enabled else intent.waiver("fencing")
    return {
        "site": site,
        "hosts": [host.name for host in hosts],
        "rings": list(intent.segments_for("cluster"))[:8],
        "migration": intent.segments_for("migration")[0],
        "fencing": {"enabled": enabled, "waiver": waiver.model_dump(mode="json") if waiver else None},
    }


def _storage(intent: Intent, catalogue: Catalogue, last: Previous, site: str) -> dict[str, Any]:
    racks = {host.name: host.rack for host in intent.hosts_of(site)}
    mons = spread_daemons(racks, last.mons.get(site, []), MONS)
    with_mon = {name: rack for name, rack in racks.items() if name in mons}
    return {
        "backend": "ceph",
        "fsid": storage_fsid(intent.hospital, intent.domain, site, last.fsids.get(site)),
        "public": intent.segments_for("storage")[0],
        "mons": mons,
        "mgrs": spread_daemons(with_mon, last.mgrs.get(site, []), MGRS),
        "osds": [
            {"host": host.name, "device": disk.device, "capacity_gib": disk.capacity_gib}
            for host in intent.hosts_of(site)
            for disk in intent.profile_of(host).disks
        ],
        "size": int(catalogue.defaults["ceph_size"]),
        "min_size": int(catalogue.defaults["ceph_min_size"]),
        "pools": [{"name": "guests", "purpose": "guests"}, {"name": "images", "purpose": "images"}],
    }


def _n_plus(made: Decisions) -> dict[str, Any]:
    failures = {host: dict(targets) for p in made.placements.values() for host, targets in p.failures.items()}
    return {"k": made.n_plus, "failures": failures, "headroom": made.headroom}


def _groups(intent: Intent, made: Decisions, storage: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Groups beside kvm_hosts and guests, with their members. Ansible's group names have no hyphens."""
    zone_of = {s.name: s.zone or s.name for s in intent.segments}
    groups: dict[str, list[str]] = {}

    def add(name: str, member: str) -> None:
        members = groups.setdefault(name.replace("-", "_"), [])
        if member not in members:
            members.append(member)

    for site in intent.sites:
        hosts = [h.name for h in intent.hosts_of(site.name)]
        for name in [*hosts, *(g.name for g in made.guests if g.site == site.name)]:
            add(f"site_{site.name}", name)
        for host in intent.hosts_of(site.name):
            add(f"rack_{site.name}_{host.rack}", host.name)
        for name in hosts:
            add(f"cluster_{site.name}", name)
    for guest in made.guests:
        add(f"service_{guest.service.name}", guest.name)
        add(f"guest_role_{guest.entry.role}", guest.name)
        add(f"zone_{zone_of[guest.service.segment]}", guest.name)
    for entry in storage.values():
        for group, members in (
            ("ceph_mons", entry["mons"]),
            ("ceph_mgrs", entry["mgrs"]),
            ("ceph_osds", [osd["host"] for osd in entry["osds"]]),
        ):
            for name in members:
                add(group, name)
    for site in intent.sites:
        add("image_builders", intent.hosts_of(site.name)[0].name)
    return list(groups.items())
