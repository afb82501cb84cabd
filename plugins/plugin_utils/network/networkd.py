# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's links, bonds, VLANs and bridges as files of systemd-networkd. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FOLDER = "/etc/systemd/network"
HEAD = "# Managed by medvirt.hospital (role host_network); local changes are overwritten.\n"
Entry = Mapping[str, Any]
Entries = Sequence[Entry]


def networkd_files(
    links: Entries, bonds: Entries = (), vlans: Entries = (), bridges: Entries = (), routes: Entries = ()
) -> list[dict[str, str]]:
    """Return ``{path, content}`` of each file; the arguments are the variables of the role host_network."""
    devices = [*links, *bonds, *vlans]
    port_of = {port: bridge["name"] for bridge in bridges for port in bridge["ports"]}
    texts: dict[str, str] = {}
    for device in devices:
        name = device["name"]
        children = [vlan for vlan in vlans if vlan["parent"] == name]
        own_routes = [route for route in routes if route["link"] == name]
        texts[f"{name}.network"] = _network(device, children, port_of.get(name), own_routes)
    for bond in bonds:
        texts |= {f"{port}.network": _member(port, bond) for port in bond["ports"]}
        texts |= {f"{bond['name']}.netdev": _bond(bond), f"{bond['name']}.link": _link(bond["name"], "bond")}
    for vlan in vlans:
        texts[f"{vlan['name']}.netdev"] = f"{HEAD}[NetDev]\nName={vlan['name']}\nKind=vlan\n\n[VLAN]\nId={vlan['id']}\n"
    for bridge in bridges:
        name = bridge["name"]
        own_routes = [route for route in routes if route["link"] == name]
        texts |= {
            f"{name}.netdev": _bridge(bridge),
            f"{name}.network": _bridge_network(bridge, own_routes),
            f"{name}.link": _link(name, "bridge"),
        }
    return [{"path": f"{FOLDER}/10-medvirt-{name}", "content": text} for name, text in texts.items()]


def carried_mtu(device: Entry, vlans: Entries) -> int | None:
    """Return the MTU of a device: its own, else the largest of the VLANs on it, None when neither says any."""
    return device.get("mtu") or max(
        (vlan["mtu"] for vlan in vlans if vlan["parent"] == device["name"] and vlan.get("mtu")), default=None
    )


def _network(device: Entry, vlans: Entries, bridge: str | None, routes: Entries) -> str:
    address = None if bridge else device.get("address")
    lines = ["[Match]", f"Name={device['name']}", "", "[Link]"]
    mtu = carried_mtu(device, vlans)
    if mtu:
        lines.append(f"MTUBytes={mtu}")
    lines += [f"RequiredForOnline={'yes' if address else 'no'}", "", *_quiet()]
    lines += [f"VLAN={vlan['name']}" for vlan in vlans]
    if bridge:
        lines.append(f"Bridge={bridge}")
    if address:
        lines.append(f"Address={address}")
    if address or vlans:
        lines.append("ConfigureWithoutCarrier=yes")
    if address and device.get("gateway"):
        lines.append(f"Gateway={device['gateway']}")
    return _text([*lines, *_routes(routes)])


def _member(port: str, bond: Entry) -> str:
    # LLDP is listened to, for a look at the cabling, and not sent: it would tell guests' segments about the host.
    lines = ["[Match]", f"Name={port}", "", "[Link]", "RequiredForOnline=no", "", "[Network]"]
    return _text([*lines, "LinkLocalAddressing=no", "LLDP=yes", f"Bond={bond['name']}"])


def _bond(bond: Entry) -> str:
    lines = ["[NetDev]", f"Name={bond['name']}", "Kind=bond", "MACAddress=none", "", "[Bond]", f"Mode={bond['mode']}"]
    if bond.get("arp_targets"):
        lines += ["ARPIntervalSec=1000ms", f"ARPIPTargets={' '.join(bond['arp_targets'])}", "ARPValidate=all"]
    else:
        lines += ["MIIMonitorSec=100ms", "UpDelaySec=200ms"]
    if bond["mode"] == "802.3ad":
        lines += ["LACPTransmitRate=fast", "TransmitHashPolicy=layer3+4"]
    return _text(lines)


def _bridge(bridge: Entry) -> str:
    lines = ["[NetDev]", f"Name={bridge['name']}", "Kind=bridge", "MACAddress=none"]
    if bridge.get("mtu"):
        lines.append(f"MTUBytes={bridge['mtu']}")
    lines += ["", "[Bridge]", f"STP={'yes' if bridge.get('stp') else 'no'}"]
    if not bridge.get("stp"):
        lines.append("ForwardDelaySec=0")
    lines.append(
        "# No querier can be relied on in a guest segment; with snooping, VRRP between guests would starve.\n"
        "MulticastSnooping=no"
    )
    return _text(lines)


def _bridge_network(bridge: Entry, routes: Entries) -> str:
    lines = ["[Match]", f"Name={bridge['name']}", "", "[Link]"]
    if bridge.get("mtu"):
        lines.append(f"MTUBytes={bridge['mtu']}")
    lines += ["RequiredForOnline=no", "", *_quiet(), "ConfigureWithoutCarrier=yes"]
    if bridge.get("address"):
        lines.append(f"Address={bridge['address']}")
    return _text([*lines, *_routes(routes)])


def _link(name: str, kind: str) -> str:
    why = "systemd's own is derived from the machine id, which cloned hosts share."
    comment = f"# The {kind} takes its port's MAC address: {why}"
    return _text([comment, "[Match]", f"OriginalName={name}", "", "[Link]", "MACAddressPolicy=none"])


def _routes(routes: Entries) -> list[str]:
    lines: list[str] = []
    for route in routes:
        lines += ["", "[Route]", f"Destination={route['destination']}", f"Gateway={route['gateway']}"]
    return lines


def _quiet() -> list[str]:
    return ["[Network]", "DHCP=no", "IPv6AcceptRA=no", "LinkLocalAddressing=no"]


def _text(lines: Sequence[str]) -> str:
    return HEAD + "\n".join(lines) + "\n"
