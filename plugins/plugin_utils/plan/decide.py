# SPDX-License-Identifier: GPL-3.0-or-later
"""All decisions of a plan, before they are laid out as an inventory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..catalogue.entries import Catalogue, GuestEntry
from ..continuity.headroom import headroom
from ..continuity.timing import derive_timing
from ..model.finding import Finding
from ..model.intent import Intent
from ..model.service import Service
from ..network.addresses import (
    FIRST_HOST,
    SubnetFull,
    assign_guest_addresses,
    assign_node_ids,
    gateway_of,
    host_address,
    mac_address,
)
from ..network.vlans import NoSubnetLeft, assign_subnets, assign_vlans
from ..placement.first_fit import place
from ..placement.types import Cluster, Engine, GuestNeed, HostRoom, Placement
from ..sizing.guests import GuestSizing, size_guest
from ..sizing.hosts import Capacity, host_capacity, host_reserve
from ..storage.ceph import usable_gib
from .infeasible import as_finding, storage_too_small
from .previous import Previous


@dataclass(frozen=True)
class PlannedGuest:
    """A guest with the entries it comes from."""

    name: str
    service: Service
    entry: GuestEntry
    site: str
    sizing: GuestSizing


@dataclass
class Decisions:
    """Everything that the planner decided; what could not be decided is in `findings`."""

    vlans: dict[str, int] = field(default_factory=dict)
    subnets: dict[str, IPv4Network] = field(default_factory=dict)
    gateways: dict[str, IPv4Address] = field(default_factory=dict)
    node_ids: dict[str, int] = field(default_factory=dict)
    host_addresses: dict[str, dict[str, IPv4Address]] = field(default_factory=dict)
    capacities: dict[str, Capacity] = field(default_factory=dict)
    guests: list[PlannedGuest] = field(default_factory=list)
    guest_addresses: dict[str, IPv4Address] = field(default_factory=dict)
    guest_macs: dict[str, str] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    headroom: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_plus: int = 1
    timing: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def decide(intent: Intent, last: Previous, catalogue: Catalogue, engine: Engine = place) -> Decisions:
    """Decide everything; a finding for each thing that can't be decided."""
    made = Decisions()
    made.n_plus = int(_default(intent.policies.n_plus, catalogue.defaults["n_plus"]))
    failover = intent.policies.failover
    made.timing = derive_timing(
        int(_default(failover.token_seconds, catalogue.defaults["token_seconds"])),
        int(_default(failover.fence_seconds, catalogue.defaults["fence_seconds"])),
        int(_default(failover.guest_start_seconds, catalogue.defaults["guest_start_seconds"])),
    )
    _segments(intent, last, catalogue, made)
    if not made.findings:
        _guests(intent, catalogue, made)
        _addresses(intent, last, made)
        _storage(intent, catalogue, made)
        _placements(intent, last, catalogue, made, engine)
    return made


def _default(value: Any, default: Any) -> Any:
    return default if value is None else value


def _segments(intent: Intent, last: Previous, catalogue: Catalogue, made: Decisions) -> None:
    made.vlans = assign_vlans({s.name: s.vlan for s in intent.segments}, last.vlans, catalogue.vlans)
    try:
        made.subnets = assign_subnets(
            intent.supernet, {s.name: s.subnet for s in intent.segments}, last.subnets, made.vlans
        )
    except NoSubnetLeft as exc:
        made.findings.append(
            Finding(
                ("supernet",),
                f"{intent.supernet} has no /24 left for segment {exc.segment}",
                "widen it or give the segment a 'subnet'",
            )
        )
        return
    made.gateways = {s.name: s.gateway or gateway_of(made.subnets[s.name]) for s in intent.segments}


def _guests(intent: Intent, catalogue: Catalogue, made: Decisions) -> None:
    taken = {host.name: f"host {host.name}" for host in intent.hosts}
    for i, service in enumerate(intent.services):
        number = 0
        for entry in catalogue.services[service.type].profiles[service.profile].guests:
            sizing = size_guest(
                entry.sizing, service.guest.model_dump(), catalogue.classes[entry.service_class], catalogue.defaults
            )
            for _ in range(entry.count):
                number += 1
                name = f"{service.name}{number}"
                if name in taken:
                    made.findings.append(
                        Finding(("services", i, "name"), f"its guest {name} has the name of {taken[name]}", "rename it")
                    )
                taken[name] = f"guest {name} of service {service.name}"
                made.guests.append(PlannedGuest(name, service, entry, intent.service_site(service), sizing))


def _addresses(intent: Intent, last: Previous, made: Decisions) -> None:
    made.node_ids = assign_node_ids([h.name for h in intent.hosts], last.node_ids)
    bmcs = {h.bmc.address: h.name for h in intent.hosts if h.bmc}
    index = {s.name: i for i, s in enumerate(intent.segments)}
    for i, host in enumerate(intent.hosts):
        made.host_addresses[host.name] = {}
        for nic in intent.profile_of(host).nics:
            subnet = made.subnets[nic.segment]
            try:
                address = host_address(subnet, made.node_ids[host.name])
            except SubnetFull as exc:
                made.findings.append(_full(index[nic.segment], nic.segment, subnet, exc))
                continue
            made.host_addresses[host.name][nic.segment] = address
            if address == made.gateways[nic.segment]:
                made.findings.append(
                    Finding(
                        ("segments", index[nic.segment], "gateway"),
                        f"{address} is the address of host {host.name} on segment {nic.segment}",
                        f"choose another (hosts have .{FIRST_HOST + 1} and up), or leave it out: the first address",
                    )
                )
            if address in bmcs:
                made.findings.append(
                    Finding(
                        ("hosts", i, "bmc", "address"),
                        f"{address} of {bmcs[address]}'s baseboard controller is the address of host {host.name} "
                        f"on segment {nic.segment}",
                        "give the controller an address from .110 on",
                    )
                )
    made.findings += _bmcs_outside(intent, made)
    for segment in intent.segments:
        names = [g.name for g in made.guests if g.service.segment == segment.name]
        reserved = {made.gateways[segment.name], *bmcs}
        try:
            found = assign_guest_addresses(made.subnets[segment.name], names, last.guest_addresses, reserved)
        except SubnetFull as exc:
            made.findings.append(_full(index[segment.name], segment.name, made.subnets[segment.name], exc))
            continue
        made.guest_addresses.update(found)
    for guest in made.guests:
        taken = made.guest_macs.values()
        kept = last.guest_macs.get(guest.name)
        fresh = mac_address(intent.hospital, guest.name, guest.service.segment, taken)
        made.guest_macs[guest.name] = kept if kept and kept not in taken else fresh


def _bmcs_outside(intent: Intent, made: Decisions) -> list[Finding]:
    """Baseboard controllers whose address is in no out-of-band segment (where there is one)."""
    subnets = {name: made.subnets[name] for name in intent.segments_for("out_of_band")}
    where = ", ".join(f"{name} {subnet}" for name, subnet in subnets.items())
    return [
        Finding(
            ("hosts", i, "bmc", "address"),
            f"{host.bmc.address} of host {host.name} is in no out-of-band segment ({where})",
            "correct the address, or the segment's 'subnet'",
        )
        for i, host in enumerate(intent.hosts)
        if host.bmc and subnets and not any(host.bmc.address in subnet for subnet in subnets.values())
    ]


def _full(index: int, segment: str, subnet: IPv4Network, exc: SubnetFull) -> Finding:
    return Finding(
        ("segments", index, "subnet"),
        f"{subnet} of segment {segment} has no address for {exc}",
        "choose a larger subnet",
    )


def _storage(intent: Intent, catalogue: Catalogue, made: Decisions) -> None:
    size, fill = int(catalogue.defaults["ceph_size"]), int(catalogue.defaults["ceph_fill_percent"])
    for site in intent.sites:
        raw = {h.name: sum(d.capacity_gib for d in intent.profile_of(h).disks) for h in intent.hosts_of(site.name)}
        usable = usable_gib(raw, size, fill)
        need = sum(g.sizing.root_gib for g in made.guests if g.site == site.name)
        if need > usable:
            made.findings.append(storage_too_small(intent, site.name, need, usable, size, fill))


def _placements(intent: Intent, last: Previous, catalogue: Catalogue, made: Decisions, engine: Engine) -> None:
    for site in intent.sites:
        planned = [g for g in made.guests if g.site == site.name]
        # One figure per host must hold for every class on it: the strictest ratio among the guests of the cluster.
        ratio = min((catalogue.classes[g.entry.service_class].vcpu_ratio for g in planned), default=1)
        rooms = []
        for host in intent.hosts_of(site.name):
            profile, wanted = intent.profile_of(host), intent.policies.host_reserve
            reserve = host_reserve(
                len(profile.disks), (wanted.cores, wanted.memory_mib) if wanted else None, catalogue.defaults
            )
            capacity = host_capacity(profile.cores, profile.memory_mib, reserve, ratio)
            made.capacities[host.name] = capacity
            rooms.append(HostRoom(host.name, capacity.vcpus, capacity.memory_mib))
        cluster = Cluster(site.name, tuple(rooms), made.n_plus)
        needs = tuple(_need(intent, guest) for guest in planned)
        answer = engine(cluster, needs, last.guest_hosts, last.guest_targets)
        if isinstance(answer, Placement):
            made.placements[site.name] = _with_reasons(answer, last)
            made.headroom.update(headroom(cluster, needs, answer))
        else:
            made.findings.append(as_finding(intent, answer))


def _with_reasons(answer: Placement, last: Previous) -> Placement:
    """A guest that stays keeps the reason for which it came to its host."""
    why = {
        guest: last.guest_whys.get(guest, answer.why[guest])
        if last.guest_hosts.get(guest) == host
        else answer.why[guest]
        for guest, host in answer.hosts.items()
    }
    return replace(answer, why=why)


def _need(intent: Intent, guest: PlannedGuest) -> GuestNeed:
    able = frozenset(
        host.name
        for host in intent.hosts_of(guest.site)
        if guest.service.segment in {nic.segment for nic in intent.profile_of(host).nics}
    )
    group = f"{guest.service.name}/{guest.entry.role}" if guest.entry.count > 1 else ""
    return GuestNeed(guest.name, guest.service.name, guest.sizing.vcpus, guest.sizing.hv_memory_mib, group, hosts=able)
