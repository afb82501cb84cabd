# SPDX-License-Identifier: GPL-3.0-or-later
"""Node ids, addresses and MAC addresses that never move without need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network

FIRST_HOST = 10
FIRST_GUEST = 101


class SubnetFull(Exception):
    """A subnet has no address for something."""


def assign_node_ids(hosts: Iterable[str], previous: Mapping[str, int]) -> dict[str, int]:
    """Host -> node id (from 1, unique in the hospital); known hosts keep theirs."""
    names = list(hosts)
    ids: dict[str, int] = {}
    for name in names:
        if previous.get(name, 0) > 0 and previous[name] not in ids.values():
            ids[name] = previous[name]
    for name in names:
        if name not in ids:
            taken = set(ids.values())
            ids[name] = next(i for i in range(1, len(names) + 1) if i not in taken)
    return {name: ids[name] for name in names}


def gateway_of(subnet: IPv4Network) -> IPv4Address:
    """The first address of a subnet."""
    return subnet.network_address + 1


def host_address(subnet: IPv4Network, node_id: int) -> IPv4Address:
    """The tenth address plus the node id: host 1 is .11 in every segment. SubnetFull when it lies outside."""
    address = subnet.network_address + FIRST_HOST + node_id
    if address not in subnet or address == subnet.broadcast_address or FIRST_HOST + node_id >= FIRST_GUEST:
        raise SubnetFull(f"host number {node_id}")
    return address


def assign_guest_addresses(
    subnet: IPv4Network, guests: Iterable[str], previous: Mapping[str, IPv4Address], reserved: Iterable[IPv4Address]
) -> dict[str, IPv4Address]:
    """Guest -> address from the 101st on; known guests keep theirs. SubnetFull when there is none left."""
    names, taken = list(guests), set(reserved)
    first = int(subnet.network_address) + FIRST_GUEST
    last = int(subnet.broadcast_address) - 1
    addresses: dict[str, IPv4Address] = {}
    for name in names:
        kept = previous.get(name)
        if kept is not None and first <= int(kept) <= last and kept not in taken:
            addresses[name] = kept
            taken.add(kept)
    free = (IPv4Address(number) for number in range(first, last + 1))
    for name in names:
        if name not in addresses:
            chosen = next((address for address in free if address not in taken), None)
            if chosen is None:
                raise SubnetFull(f"guest {name}")
            addresses[name] = chosen
            taken.add(chosen)
    return {name: addresses[name] for name in names}


def mac_address(hospital: str, guest: str, segment: str, taken: Iterable[str] = ()) -> str:
    """QEMU's prefix 52:54:00 and a hash of the names; the next hash when that is taken."""
    used = set(taken)
    for attempt in range(1 << 16):
        digest = hashlib.sha256(f"{hospital}/{guest}/{segment}/{attempt}".encode()).hexdigest()
        mac = f"52:54:00:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}"
        if mac not in used:
            return mac
    raise AssertionError("no MAC address left")
