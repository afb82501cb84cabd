# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.probe import probe_ports, root_nics

PLAN = {
    "segments": {
        "mgmt": {"purpose": "management", "site": "main", "vlan": 10, "gateway": "10.9.1.1"},
        "pacs": {"purpose": "guests", "site": "main", "vlan": 130, "gateway": "10.9.3.1"},
        "ring0": {"purpose": "cluster", "site": "main", "vlan": 20, "gateway": "10.9.4.1"},
    },
}


def nic(segment, address, parent=None, vlan=None):
    name = f"{parent}.{vlan}" if parent else f"{segment}0"
    return {"name": name, "segment": segment, "address": address, "prefix": 24, "mtu": 1500} | {
        "parent": parent,
        "vlan": vlan,
    }


def machine(use):
    nics = [nic("mgmt", "10.9.1.16"), nic("pacs", "10.9.3.16", "trunk0", 130), nic("ring0", "10.9.4.16")]
    return {"use": use, "site": "main", "node_id": 6, "nics": nics}


def test_a_probe_keeps_only_its_management_port():
    assert [entry["name"] for entry in root_nics(machine("probe"), PLAN)] == ["mgmt0"]
    assert len(root_nics(machine("gateway"), PLAN)) == 3


def test_ports_have_a_gateway_where_something_leaves_the_segment():
    assert probe_ports(machine("probe"), PLAN) == [
        {
            "segment": "pacs",
            "interface": "trunk0.130",
            "address": "10.9.3.16/24",
            "address6": "fd00:0:0:82::6/64",
            "gateway": "10.9.3.1",
            "mtu": 1500,
            "parent": "trunk0",
            "vlan": 130,
        },
        {
            "segment": "ring0",
            "interface": "ring00",
            "address": "10.9.4.16/24",
            "address6": "fd00:0:0:14::6/64",
            "gateway": None,
            "mtu": 1500,
            "parent": None,
            "vlan": None,
        },
    ]
