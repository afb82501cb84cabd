# SPDX-License-Identifier: GPL-3.0-or-later
from ipaddress import IPv4Network

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.vlans import (
    NoSubnetLeft,
    assign_subnets,
    assign_vlans,
)

NET = IPv4Network("10.77.0.0/16")


def test_order_of_precedence():
    wanted = {"pacs": None, "new": None, "mgmt": 99, "kept": None}
    assert assign_vlans(wanted, {"kept": 300, "mgmt": 7}, {"pacs": 130, "mgmt": 10}) == {
        "pacs": 130,
        "new": 201,
        "mgmt": 99,
        "kept": 300,
    }


def test_the_intent_wins_over_the_last_plan():
    assert assign_vlans({"a": None, "b": 201}, {"a": 201}, {}) == {"a": 202, "b": 201}


def test_third_octet_is_the_vlan_id():
    assert assign_subnets(NET, {"a": None}, {}, {"a": 130}) == {"a": IPv4Network("10.77.130.0/24")}


def test_large_vlan_ids_get_a_free_subnet_from_the_top():
    assert assign_subnets(NET, {"a": None}, {}, {"a": 3000})["a"] == IPv4Network("10.77.255.0/24")


def test_kept_subnet_unless_overlapped_or_outside():
    kept = {"a": IPv4Network("10.77.200.0/24")}
    assert assign_subnets(NET, {"a": None}, kept, {"a": 5})["a"] == kept["a"]
    taken = assign_subnets(NET, {"a": None, "b": IPv4Network("10.77.200.0/25")}, kept, {"a": 5, "b": 6})
    assert taken["a"] == IPv4Network("10.77.5.0/24")
    outside = {"a": IPv4Network("10.99.0.0/24")}
    assert assign_subnets(NET, {"a": None}, outside, {"a": 5})["a"] == IPv4Network("10.77.5.0/24")


def test_full_supernet():
    with pytest.raises(NoSubnetLeft):
        assign_subnets(IPv4Network("10.77.0.0/24"), {"a": None, "b": None}, {}, {"a": 1, "b": 2})
