# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.cabling_plan import (
    Owner,
    address_owners,
    ends,
    ports,
)

from .cabling_bench import PLAN, SEGMENTS, slices


def test_each_link_of_a_bond_carries_each_vlan_of_the_trunk():
    found = [(end.port, end.tag, end.segment, end.bond) for end in ends(slices(hosts=["kvm1"]))]
    assert found == [
        ("mgmt0", -1, "mgmt", ""),
        ("eno1", 30, "storage", "bond0"),
        ("eno2", 30, "storage", "bond0"),
        ("eno1", 130, "pacs", "bond0"),
        ("eno2", 130, "pacs", "bond0"),
    ]


def test_a_single_trunk_is_a_port_and_no_bond():
    machines = slices(hosts=["kvm1"])
    machines["kvm1"]["trunks"] = [{"name": "bond0", "nics": ["eno1"], "mode": "single"}]
    assert [str(end) for end in ends(machines)][1:] == ["kvm1's port eno1"] * 2


def test_the_ports_of_a_machine_ask_for_all_addresses_of_their_segments():
    machines = slices(hosts=["kvm1", "kvm2"])
    wanted = ports(machines, PLAN, address_owners(machines, {}, PLAN))
    assert list(wanted) == ["kvm1", "kvm2"]
    assert [port["name"] for port in wanted["kvm1"]] == ["mgmt0", "eno1", "eno2"]
    assert wanted["kvm1"][0]["segments"] == [
        {"segment": "mgmt", "vlan": None, "mtu": 1500, "addresses": ["10.0.10.1", "10.0.10.11", "10.0.10.12"]}
    ]
    assert wanted["kvm1"][2]["segments"][0] == {
        "segment": "storage",
        "vlan": 30,
        "mtu": 9000,
        "addresses": ["10.0.30.11", "10.0.30.12"],
    }


def test_everything_that_the_plan_gives_an_address_has_an_owner():
    machines = slices(hosts=["kvm1", "gw1", "gw2"])
    machines["kvm1"]["bmc"] = {"address": "10.0.11.111"}
    oob = {"site": "main", "vlan": 11, "purpose": "out_of_band", "mtu": 1500, "gateway": "10.0.11.1"}
    outside = {**oob, "purpose": "outside", "gateway": "10.0.250.1", "router": "10.0.250.254"}
    plan = {
        "segments": {**SEGMENTS, "oob": oob, "outside": outside},
        "gateways": {"main": {"hosts": ["gw1", "gw2"], "segments": ["mgmt"]}},
    }
    guests = {"pacs1": {"nics": [{"segment": "pacs", "address": "10.0.130.101", "mac": "52:54:00:AA:00:01"}]}}
    owners = address_owners(machines, guests, plan)
    assert owners["mgmt"]["10.0.10.1"] == Owner("the gateway", machines=("gw1", "gw2"))
    assert owners["pacs"]["10.0.130.1"] == Owner("the gateway")
    assert owners["outside"]["10.0.250.254"] == Owner("the router")
    assert owners["oob"]["10.0.11.111"] == Owner("the baseboard controller of kvm1")
    assert owners["storage"]["10.0.30.12"] == Owner("gw1", machines=("gw1",))
    assert owners["pacs"]["10.0.130.101"] == Owner("guest pacs1", macs=("52:54:00:aa:00:01",))
