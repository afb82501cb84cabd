# SPDX-License-Identifier: GPL-3.0-or-later
"""Access ports and trunks of a slice as variables of host_network."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.links import network_problems
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.host import (
    network_bonds,
    network_bridges,
    network_links,
    network_vlans,
)


def nic(name, vlan=None, **values):
    bare = {"address": None, "prefix": 24, "gateway": None, "bridge": None, "mtu": 1500, "vlan": vlan}
    return {"name": name, **bare, "parent": name.partition(".")[0] if vlan else None, **values}


@pytest.fixture
def nics():
    return [
        nic("mgmt0", address="10.0.10.11", gateway="10.0.10.1"),
        nic("t0.30", 30, address="10.0.30.11", mtu=9000),
        nic("t0.130", 130, bridge="br-pacs"),
    ]


def test_trunk_with_a_bond(nics):
    trunks = [{"name": "t0", "nics": ["eno1", "eno2"], "mode": "active-backup"}]
    assert [link["name"] for link in network_links(nics, trunks)] == ["mgmt0"]
    assert network_bonds(nics, trunks) == [
        {"name": "t0", "mode": "active-backup", "ports": ["eno1", "eno2"], "mtu": 9000}
    ]
    assert [(vlan["parent"], vlan["address"]) for vlan in network_vlans(nics, trunks)] == [
        ("t0", "10.0.30.11/24"),
        ("t0", None),
    ]
    assert network_bridges(nics) == [{"name": "br-pacs", "ports": ["t0.130"], "mtu": 1500}]


def test_trunk_of_one_nic_is_that_nic(nics):
    trunks = [{"name": "t0", "nics": ["enp3s0f0np0"], "mode": "single"}]
    links, vlans = network_links(nics, trunks), network_vlans(nics, trunks)
    assert links[1] == {"name": "enp3s0f0np0", "address": None, "gateway": None, "mtu": 9000}
    assert network_bonds(nics, trunks) == []
    assert [(vlan["name"], vlan["parent"]) for vlan in vlans] == [("t0.30", "enp3s0f0np0"), ("t0.130", "enp3s0f0np0")]
    assert network_problems("kvm1", ["mgmt0", "enp3s0f0np0"], links, [], vlans, network_bridges(nics)) == []
