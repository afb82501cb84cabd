# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes links, bonds, VLANs, bridges and routes of one host impossible. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from .networkd import carried_mtu

NAME_LENGTH = 15
VLAN_IDS = range(2, 4095)
USUAL_MTU = 1500
BOND_MODES = ("802.3ad", "active-backup")
Entry = Mapping[str, Any]
Entries = Sequence[Entry]


def network_problems(
    host: str,
    interfaces: Sequence[str],
    links: Entries,
    bonds: Entries = (),
    vlans: Entries = (),
    bridges: Entries = (),
    routes: Entries = (),
) -> list[str]:
    """Return one sentence for each fault of a host's network, none when it can be built.

    interfaces: names of the interfaces that the host has; the others are the variables of the role host_network.
    """
    return [
        *_names(host, links, bonds, vlans, bridges),
        *_nics(host, interfaces, links, bonds, vlans, bridges),
        *_vlans(host, links, bonds, vlans),
        *_bonds(host, bonds),
        *_gateways(host, links, bonds, vlans),
        *_routes(host, links, bonds, vlans, bridges, routes),
    ]


def _names(host: str, *kinds: Entries) -> Iterator[str]:
    names = Counter(entry["name"] for entries in kinds for entry in entries)
    for name, count in names.items():
        if count > 1:
            yield f"{host} has {count} links, bonds, VLANs or bridges named {name}; rename all but one of them."
        if len(name) > NAME_LENGTH:
            yield (
                f"The name {name} on {host} has {len(name)} characters and Linux allows {NAME_LENGTH}; shorten the "
                "name of the trunk or segment."
            )


def _nics(host: str, interfaces: Sequence[str], links: Entries, bonds: Entries, vlans: Entries, bridges: Entries):
    members = [port for bond in bonds for port in bond["ports"]]
    ports = [port for bridge in bridges for port in bridge["ports"]]
    absent = [name for name in [*_of(links), *members] if name not in interfaces]
    if absent:
        yield (
            f"{host} has no NIC named {', '.join(dict.fromkeys(absent))} (it has {', '.join(sorted(interfaces))}); "
            "correct the name in the host's profile or cable and name the NIC."
        )
    for name, count in Counter([*_of(links), *members]).items():
        if count > 1 and name in members:
            yield f"NIC {name} of {host} is used {count} times; it is a port of one bond or a link: remove the others."
    for name, count in Counter(ports).items():
        if count > 1:
            yield f"{name} of {host} is a port of {count} bridges; it belongs to one: correct host_network_bridges."
    unknown = [name for name in dict.fromkeys(ports) if name not in {*_of(links), *_of(bonds), *_of(vlans)}]
    if unknown:
        yield (
            f"A bridge of {host} names the port {', '.join(unknown)}, which is neither in host_network_links nor in "
            "host_network_bonds or host_network_vlans; add it there."
        )


def _vlans(host: str, links: Entries, bonds: Entries, vlans: Entries) -> Iterator[str]:
    parents = {entry["name"]: entry for entry in [*links, *bonds]}
    for vlan in vlans:
        parent = parents.get(vlan["parent"])
        if vlan["id"] not in VLAN_IDS:
            yield (
                f"VLAN {vlan['name']} of {host} has the id {vlan['id']}; ids go from {VLAN_IDS[0]} to {VLAN_IDS[-1]}: "
                "correct the segment's vlan."
            )
        if parent is None:
            yield (
                f"VLAN {vlan['name']} of {host} lies on {vlan['parent']}, which is neither in host_network_links nor "
                "in host_network_bonds; add it there."
            )
            continue
        carried = carried_mtu(parent, vlans) or USUAL_MTU
        if (vlan.get("mtu") or 0) > carried:
            yield (
                f"VLAN {vlan['name']} of {host} has the MTU {vlan['mtu']} and its parent {vlan['parent']} {carried}; "
                "a VLAN can't have the larger one: raise the parent's mtu."
            )
    for (parent_name, number), count in Counter((vlan["parent"], vlan["id"]) for vlan in vlans).items():
        if count > 1:
            yield f"{parent_name} of {host} carries the VLAN id {number} {count} times; keep one."


def _bonds(host: str, bonds: Entries) -> Iterator[str]:
    for bond in bonds:
        if bond["mode"] not in BOND_MODES:
            yield f"Bond {bond['name']} of {host} has the mode {bond['mode']}; choose {' or '.join(BOND_MODES)}."
        if bond["mode"] == "802.3ad" and bond.get("arp_targets"):
            yield (
                f"Bond {bond['name']} of {host} has the mode 802.3ad, which watches its links by LACP; remove "
                "arp_targets or choose active-backup."
            )


def _gateways(host: str, *kinds: Entries) -> Iterator[str]:
    found = [entry for entries in kinds for entry in entries if entry.get("gateway")]
    if len(found) > 1:
        yield (
            f"{host} has {len(found)} default gateways ({', '.join(entry['name'] for entry in found)}); keep one, as a "
            "rule the management link's."
        )
    for entry in found:
        address = entry.get("address")
        if not address or IPv4Address(entry["gateway"]) not in IPv4Interface(address).network:
            yield (
                f"The gateway {entry['gateway']} of {entry['name']} on {host} is not in the subnet of its address "
                f"({address or 'it has none'}); correct one of them."
            )


def _routes(host: str, links: Entries, bonds: Entries, vlans: Entries, bridges: Entries, routes: Entries):
    addresses = {entry["name"]: entry.get("address") for entry in [*links, *bonds, *vlans, *bridges]}
    for route in routes:
        address = addresses.get(route["link"])
        if not address or IPv4Address(route["gateway"]) not in IPv4Interface(address).network:
            yield (
                f"The route to {route['destination']} of {host} goes through {route['gateway']} on {route['link']}, "
                f"which has {address or 'no address'}; the gateway must be in that subnet: correct host_network_routes."
            )
        elif IPv4Network(route["destination"], strict=False).with_prefixlen != route["destination"]:
            yield f"The route to {route['destination']} of {host} is no subnet; write it without host bits."


def _of(entries: Entries) -> list[str]:
    return [entry["name"] for entry in entries]
