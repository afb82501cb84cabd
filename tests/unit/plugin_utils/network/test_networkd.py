# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of systemd-networkd for access ports, bonds, VLANs and bridges."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.networkd import networkd_files

FOLDER = "/etc/systemd/network/10-medvirt-"


def files(*arguments):
    return {entry["path"].removeprefix(FOLDER): entry["content"] for entry in networkd_files(*arguments)}


def lines(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture
def trunk():
    """A bond with a segment of the host's own, and one that carries guests in large packets."""
    bonds = [{"name": "bond0", "mode": "802.3ad", "ports": ["eno1", "eno2"]}]
    vlans = [
        {
            "name": "bond0.10",
            "parent": "bond0",
            "id": 10,
            "address": "10.0.10.11/24",
            "gateway": "10.0.10.1",
            "mtu": 1500,
        },
        {"name": "bond0.130", "parent": "bond0", "id": 130, "mtu": 9000},
    ]
    bridges = [{"name": "br-pacs", "ports": ["bond0.130"], "mtu": 9000}]
    routes = [{"destination": "10.9.0.0/16", "gateway": "10.0.10.9", "link": "bond0.10"}]
    return files([], bonds, vlans, bridges, routes)


def test_access_port_has_its_address():
    text = files([{"name": "mgmt0", "address": "10.0.10.11/24", "gateway": "10.0.10.1", "mtu": 1500}])["mgmt0.network"]
    assert lines(text) == [
        "[Match]", "Name=mgmt0", "[Link]", "MTUBytes=1500", "RequiredForOnline=yes", "[Network]", "DHCP=no",
        "IPv6AcceptRA=no", "LinkLocalAddressing=no", "Address=10.0.10.11/24", "ConfigureWithoutCarrier=yes",
        "Gateway=10.0.10.1",
    ]  # fmt: skip


def test_bond_carries_its_vlans_and_their_largest_packets_and_has_no_address(trunk):
    text = lines(trunk["bond0.network"])
    assert {"MTUBytes=9000", "VLAN=bond0.10", "VLAN=bond0.130", "RequiredForOnline=no"} <= set(text)
    assert not any(line.startswith(("Address=", "Gateway=")) for line in text)


def test_lacp_is_fast_and_spreads_by_addresses_and_ports(trunk):
    assert lines(trunk["bond0.netdev"])[-5:] == [
        "Mode=802.3ad", "MIIMonitorSec=100ms", "UpDelaySec=200ms", "LACPTransmitRate=fast",
        "TransmitHashPolicy=layer3+4",
    ]  # fmt: skip
    assert all("Bond=bond0" in lines(trunk[f"{port}.network"]) for port in ("eno1", "eno2"))


def test_bond_that_asks_its_neighbours_does_not_watch_its_cables_too():
    bond = {"name": "bond0", "mode": "active-backup", "ports": ["a", "b"], "arp_targets": ["10.0.0.1", "10.0.0.2"]}
    text = files([], [bond])["bond0.netdev"]
    assert "ARPIPTargets=10.0.0.1 10.0.0.2\n" in text and "MIIMonitorSec" not in text


def test_vlan_with_an_address_or_as_the_port_of_a_bridge(trunk):
    assert lines(trunk["bond0.10.netdev"]) == ["[NetDev]", "Name=bond0.10", "Kind=vlan", "[VLAN]", "Id=10"]
    own, guests = lines(trunk["bond0.10.network"]), lines(trunk["bond0.130.network"])
    assert {"Address=10.0.10.11/24", "Gateway=10.0.10.1", "MTUBytes=1500"} <= set(own)
    assert own[-3:] == ["[Route]", "Destination=10.9.0.0/16", "Gateway=10.0.10.9"]
    assert "Bridge=br-pacs" in guests and not any(line.startswith("Address=") for line in guests)


def test_bridge_takes_no_part_in_the_spanning_tree_and_gets_its_ports_mac(trunk):
    assert {"Kind=bridge", "MACAddress=none", "STP=no", "ForwardDelaySec=0"} <= set(lines(trunk["br-pacs.netdev"]))
    assert "MTUBytes=9000" in lines(trunk["br-pacs.network"])
    assert "MACAddressPolicy=none" in lines(trunk["br-pacs.link"])
