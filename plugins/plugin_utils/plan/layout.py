# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay the decisions out as an Ansible inventory. Nothing is decided here."""

from __future__ import annotations

from typing import Any

from ..catalogue.entries import Catalogue
from ..continuity.power import SiteMachines, power_down, power_up, waves_of
from ..continuity.recovery import recovery_order
from ..model.intent import Intent
from ..storage.ceph import MGRS, MONS, spread_daemons, storage_fsid
from .decisions import Decisions
from .overview import demand, gateways, growth, hardware, modalities, segments, services, sites, tenants
from .previous import Previous
from .slices import guest_slice, host_slice

FORMAT = 2
GROUPS = {"hypervisor": "kvm_hosts", "witness": "witnesses", "gateway": "gateways", "probe": "probes"}
# What the group `machines` holds: all that site.yml builds.
MACHINES = ("hypervisor", "gateway", "probe")


def inventory(intent: Intent, catalogue: Catalogue, last: Previous, made: Decisions) -> dict[str, Any]:
    """The whole file hosts.yml as data, without hashes."""
    waves = recovery_order({g.name: g.entry.recovery_stage for g in made.guests})
    storage = {site.name: _storage(intent, last, made, site.name) for site in intent.sites}
    machines = [_machines(intent, made, storage, waves, site.name) for site in intent.sites]
    plan = {
        "format": FORMAT,
        "name": intent.hospital,
        "domain": intent.domain,
        "hashes": {},
        "intent_file": "",
        "sites": sites(intent),
        "demand": demand(intent, catalogue),
        "segments": segments(made),
        "flows": made.flows,
        "gateways": gateways(intent, made),
        "clusters": {site.name: _cluster(intent, made, site.name) for site in intent.sites},
        "storage": storage,
        "services": services(intent, catalogue, made),
        "modalities": modalities(intent),
        "tenants": tenants(intent, made),
        "growth": growth(intent, catalogue, made),
        "timing": made.timing,
        "n_plus": _n_plus(made),
        "recovery_order": waves,
        "power_up": power_up(machines),
        "power_down": power_down(machines),
        "hardware": hardware(intent),
        "tiers": {tier: catalogue.tiers[tier] for tier in sorted({s.tier for s in made.services})},
        "waivers": [waiver.model_dump(mode="json", exclude_none=True) for waiver in intent.waivers],
    }
    return {"all": {"vars": {"hospital_plan": plan}, "children": _children(intent, catalogue, made, storage, waves)}}


def _children(
    intent: Intent, catalogue: Catalogue, made: Decisions, storage: dict[str, Any], waves: list[list[str]]
) -> dict[str, Any]:
    order = {name: number for number, wave in enumerate(waves, start=1) for name in wave}
    hosts: dict[str, Any] = {use: {} for use in GROUPS}
    for host in intent.hosts:
        management = made.segments.of(host.site, "management")[0].key
        hosts[host.use][host.name] = {
            "ansible_host": str(made.host_addresses[host.name][management]),
            "hospital": host_slice(intent, made, host),
        }
    guests = {
        guest.name: {
            "ansible_host": str(made.guest_addresses[guest.name]),
            "hospital": guest_slice(intent, catalogue, made, guest, order[guest.name]),
        }
        for guest in made.guests
    }
    groups = _groups(intent, catalogue, made, storage)
    return {
        **{GROUPS[use]: {"hosts": members} for use, members in hosts.items() if members},
        "machines": {"children": {GROUPS[use]: {} for use, members in hosts.items() if members and use in MACHINES}},
        "guests": {"hosts": guests},
        **{name: {"hosts": {member: {} for member in members}} for name, members in groups.items()},
    }


def _cluster(intent: Intent, made: Decisions, site: str) -> dict[str, Any]:
    enabled = all(host.bmc for host in intent.voters_of(site))
    waiver = None if enabled else intent.waiver("fencing")
    return {
        "site": site,
        "hosts": [host.name for host in intent.hypervisors_of(site)],
        "witnesses": [host.name for host in intent.witnesses_of(site)],
        "rings": [s.key for s in made.segments.of(site, "cluster")][:8],
        "migration": made.segments.of(site, "migration")[0].key,
        "fencing": {
            "enabled": enabled,
            "waiver": waiver.model_dump(mode="json", exclude_none=True) if waiver else None,
        },
    }


def _storage(intent: Intent, last: Previous, made: Decisions, site: str) -> dict[str, Any]:
    racks = {host.name: host.rack for host in intent.hypervisors_of(site)}
    watchers = {host.name: host.rack for host in intent.witnesses_of(site)}
    wanted = [*watchers, *last.mons.get(site, [])]
    mons = spread_daemons({**racks, **watchers}, wanted, MONS)
    with_mon = {name: rack for name, rack in racks.items() if name in mons}
    room = made.storage[site]
    return {
        "backend": "ceph",
        "fsid": storage_fsid(intent.hospital, intent.domain, site, last.fsids.get(site)),
        "public": made.segments.of(site, "storage")[0].key,
        "mons": mons,
        "mgrs": spread_daemons(with_mon, last.mgrs.get(site, []), MGRS),
        "osds": [
            {"host": host.name, "device": disk.device, "capacity_gib": disk.capacity_gib, "media": disk.media}
            for host in intent.hypervisors_of(site)
            for disk in intent.profile_of(host).disks
        ],
        "size": room.size,
        "min_size": room.min_size,
        "copies_per_host": room.copies_per_host,
        "pools": [{"name": "guests", "purpose": "guests"}, {"name": "images", "purpose": "images"}],
        "raw_gib": room.raw_gib,
        "usable_gib": int(room.usable_gib),
        "planned_gib": room.planned_gib,
    }


def _machines(
    intent: Intent, made: Decisions, storage: dict[str, Any], waves: list[list[str]], site: str
) -> SiteMachines:
    return SiteMachines(
        site,
        [h.name for h in intent.hypervisors_of(site)],
        storage[site]["mons"],
        [h.name for h in intent.witnesses_of(site)],
        waves_of(waves, {g.name: g.site for g in made.guests}, site),
        [h.name for h in intent.gateways_of(site)],
        [h.name for h in intent.probes_of(site)],
    )


def _n_plus(made: Decisions) -> dict[str, Any]:
    failures = {host: dict(targets) for p in made.placements.values() for host, targets in p.failures.items()}
    return {"k": made.n_plus, "failures": failures, "headroom": made.headroom}


def _groups(intent: Intent, catalogue: Catalogue, made: Decisions, storage: dict[str, Any]) -> dict[str, list[str]]:
    """Groups beside kvm_hosts and guests, with their members. Ansible's group names have no hyphens."""
    groups: dict[str, dict[str, None]] = {}

    def add(name: str, *members: str) -> None:
        groups.setdefault(name.replace("-", "_"), {}).update(dict.fromkeys(members))

    for site in intent.sites:
        hosts = intent.hosts_of(site.name)
        add(f"site_{site.name}", *(h.name for h in hosts), *(g.name for g in made.guests if g.site == site.name))
        for host in hosts:
            add(f"rack_{site.name}_{host.rack}", host.name)
        add(f"cluster_{site.name}", *(h.name for h in intent.hypervisors_of(site.name)))
    for guest in made.guests:
        add(f"service_{guest.service.name}", guest.name)
        add(f"guest_role_{guest.entry.role}", guest.name)
        add(f"zone_{made.segments[made.guest_segments[guest.name]].zone}", guest.name)
        if guest.service.tenant:
            add(f"tenant_{guest.service.tenant}", guest.name)
        if guest.entry.image == catalogue.bare_image:
            add("bare_guests", guest.name)
    for entry in storage.values():
        add("ceph_mons", *entry["mons"])
        add("ceph_mgrs", *entry["mgrs"])
        add("ceph_osds", *(osd["host"] for osd in entry["osds"]))
    add("image_builders", *(intent.hypervisors_of(site.name)[0].name for site in intent.sites))
    return {name: list(members) for name, members in groups.items()}
