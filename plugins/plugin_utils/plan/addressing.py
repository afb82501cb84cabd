# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of hosts and guests."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ..model.finding import Finding
from ..model.host import VOTERS, Host
from ..model.intent import Intent
from ..network.addresses import (
    FIRST_HOST,
    SubnetFull,
    assign_guest_addresses,
    assign_node_ids,
    host_address,
    mac_address,
)
from ..network.reach import Port, ports_of
from ..network.segments import Segment
from .decisions import Decisions
from .previous import Previous


def decide_addresses(intent: Intent, last: Previous, made: Decisions) -> None:
    """Node ids, addresses in every segment, MAC addresses."""
    bmcs = {h.bmc.address: h.name for h in intent.hosts if h.bmc}
    for site in intent.sites:
        # Machines of the network come last: they take no host's number.
        groups = (intent.voters_of, intent.gateways_of, intent.probes_of)
        names = [h.name for group in groups for h in group(site.name)]
        made.node_ids.update(assign_node_ids(names, last.node_ids))
    for index, host in enumerate(intent.hosts):
        _host(intent, index, host, bmcs, made)
    made.findings += _bmcs_outside(intent, made)
    made.findings += _modalities_outside(intent, made)
    for segment in made.segments:
        _guests_of(intent, segment, last, set(bmcs), made)
    _macs(intent, last, made)


def _host(intent: Intent, index: int, host: Host, bmcs: dict[IPv4Address, str], made: Decisions) -> None:
    made.ports[host.name] = ports_of(host, intent.profile_of(host), made.segments)
    made.host_addresses[host.name] = {}
    for port in made.ports[host.name]:
        if not _has_address(host, port):
            continue
        key, subnet = port.segment.key, made.subnets[port.segment.key]
        try:
            address = host_address(subnet, made.node_ids[host.name])
        except SubnetFull as exc:
            made.findings.append(_full(port.segment, subnet, exc))
            continue
        made.host_addresses[host.name][key] = address
        if address == made.gateways[key]:
            made.findings.append(
                Finding(
                    _loc(port.segment, "gateway"),
                    f"{address} is the address of host {host.name} on segment {key}",
                    f"choose another (hosts have .{FIRST_HOST + 1} and up), or leave it out: the first address",
                )
            )
        if address in bmcs:
            made.findings.append(
                Finding(
                    ("hosts", index, "bmc", "address"),
                    f"{address} of {bmcs[address]}'s baseboard controller is the address of host {host.name} "
                    f"on segment {key}",
                    "give the controller an address from .110 on",
                )
            )


def _has_address(host: Host, port: Port) -> bool:
    """A trunk carries the guests' segments to a hypervisor's bridges, in which the host takes no part."""
    return port.trunk is None or port.segment.purpose != "guests" or host.use not in VOTERS


def _guests_of(intent: Intent, segment: Segment, last: Previous, bmcs: set[IPv4Address], made: Decisions) -> None:
    names = [g.name for g in made.guests if made.guest_segments[g.name] == segment.key]
    modalities = {m.address for m in intent.modalities}
    reserved = {made.gateways[segment.key], *bmcs, *modalities}
    try:
        found = assign_guest_addresses(made.subnets[segment.key], names, last.guest_addresses, reserved)
    except SubnetFull as exc:
        made.findings.append(_full(segment, made.subnets[segment.key], exc))
        return
    made.guest_addresses.update(found)


def _macs(intent: Intent, last: Previous, made: Decisions) -> None:
    taken: set[str] = set()
    for guest in made.guests:
        kept = last.guest_macs.get(guest.name)
        segment = made.segments[made.guest_segments[guest.name]].name
        mac = kept if kept and kept not in taken else mac_address(intent.hospital, guest.name, segment, taken)
        made.guest_macs[guest.name] = mac
        taken.add(mac)


def _bmcs_outside(intent: Intent, made: Decisions) -> list[Finding]:
    """Baseboard controllers whose address is in no out-of-band segment of their site."""
    findings = []
    for index, host in enumerate(intent.hosts):
        subnets = {s.key: made.subnets[s.key] for s in made.segments.of(host.site, "out_of_band")}
        if host.bmc and subnets and not any(host.bmc.address in subnet for subnet in subnets.values()):
            where = ", ".join(f"{key} {subnet}" for key, subnet in subnets.items())
            findings.append(
                Finding(
                    ("hosts", index, "bmc", "address"),
                    f"{host.bmc.address} of host {host.name} is in no out-of-band segment ({where})",
                    "correct the address, or the segment's 'subnet'",
                )
            )
    return findings


def _modalities_outside(intent: Intent, made: Decisions) -> list[Finding]:
    """Modalities whose address is in none of their segment's subnets."""
    findings = []
    for index, modality in enumerate(intent.modalities):
        subnets = {s.key: made.subnets[s.key] for s in made.segments if s.name == modality.segment}
        if not any(modality.address in subnet for subnet in subnets.values()):
            where = ", ".join(f"{key} {subnet}" for key, subnet in subnets.items())
            findings.append(
                Finding(
                    ("modalities", index, "address"),
                    f"{modality.address} of modality {modality.name} is not in its segment ({where})",
                    "correct the address, or the segment's 'subnet'",
                )
            )
    return findings


def _loc(segment: Segment, key: str) -> tuple[object, ...]:
    return ("segments",) if segment.index is None else ("segments", segment.index, key)


def _full(segment: Segment, subnet: IPv4Network, exc: SubnetFull) -> Finding:
    return Finding(
        _loc(segment, "subnet"),
        f"{subnet} of segment {segment.key} has no address for {exc}",
        "choose a larger subnet" if segment.index is not None else f"list segment {segment.name} with a larger subnet",
    )
