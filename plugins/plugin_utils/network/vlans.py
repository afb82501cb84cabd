# SPDX-License-Identifier: GPL-3.0-or-later
"""VLAN ids and subnets: the intent's, else the last plan's, else the default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

FIRST_FREE_VLAN = 201

# (site, segment)
Place = tuple[str, str]


def assign_vlans(
    wanted: Mapping[str, int | None], previous: Mapping[str, int], table: Mapping[str, int]
) -> dict[str, int]:
    """Segment -> VLAN id, in the order of `wanted`. table: the default ids by segment name."""
    vlans = {name: vlan for name, vlan in wanted.items() if vlan is not None}
    for source in (previous, table):
        for name in wanted:
            if name not in vlans and source.get(name) and source[name] not in vlans.values():
                vlans[name] = source[name]
    for name in wanted:
        if name not in vlans:
            taken = set(vlans.values()) | set(table.values())
            vlans[name] = next(vlan for vlan in range(FIRST_FREE_VLAN, 4095) if vlan not in taken)
    return {name: vlans[name] for name in wanted}


class NoSubnetLeft(Exception):
    """The supernet has no free /24 for a segment."""

    def __init__(self, place: Place, supernet: IPv4Network) -> None:
        super().__init__(place)
        self.site, self.segment = place
        self.supernet = supernet


def assign_subnets(
    wanted: Mapping[Place, IPv4Network | None],
    supernets: Mapping[Place, IPv4Network],
    previous: Mapping[Place, IPv4Network],
    vlans: Mapping[Place, int],
) -> dict[Place, IPv4Network]:
    """(site, segment) -> subnet. The default is the /24 of the site's supernet whose third octet is the VLAN id.

    NoSubnetLeft when none is free.
    """
    subnets = {place: subnet for place, subnet in wanted.items() if subnet is not None}
    for place in wanted:
        kept = previous.get(place)
        if place not in subnets and kept is not None and _usable(kept, supernets[place], subnets.values()):
            subnets[place] = kept
    for place in wanted:
        if place not in subnets:
            subnets[place] = _default_subnet(place, supernets[place], vlans[place], list(subnets.values()))
    return {place: subnets[place] for place in wanted}


def _usable(subnet: IPv4Network, supernet: IPv4Network, taken: Iterable[IPv4Network]) -> bool:
    return subnet.subnet_of(supernet) and not any(subnet.overlaps(other) for other in taken)


def _default_subnet(place: Place, supernet: IPv4Network, vlan: int, taken: list[IPv4Network]) -> IPv4Network:
    base = int(supernet.network_address) & 0xFFFF0000
    natural = IPv4Network((base + (vlan << 8), 24)) if vlan < 256 else None
    if natural is not None and _usable(natural, supernet, taken):
        return natural
    # From the top down: the low ones are the natural subnets of VLAN ids that may still come.
    count = 1 << (24 - supernet.prefixlen)
    for index in range(count - 1, -1, -1):
        subnet = IPv4Network((int(supernet.network_address) + (index << 8), 24))
        if _usable(subnet, supernet, taken):
            return subnet
    raise NoSubnetLeft(place, supernet)
