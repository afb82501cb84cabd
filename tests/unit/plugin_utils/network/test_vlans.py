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


def subnets(wanted, previous=None, vlans=None, net=NET):
    """assign_subnets for segments of one site, by name."""
    places = {("main", name): subnet for name, subnet in wanted.items()}
    made = assign_subnets(
        places,
        dict.fromkeys(places, net),
        {("main", name): subnet for name, subnet in (previous or {}).items()},
        {("main", name): vlan for name, vlan in vlans.items()},
    )
    return {name: subnet for (_site, name), subnet in made.items()}


def test_third_octet_is_the_vlan_id():
    assert subnets({"a": None}, vlans={"a": 130}) == {"a": IPv4Network("10.77.130.0/24")}


def test_large_vlan_ids_get_a_free_subnet_from_the_top():
    assert subnets({"a": None}, vlans={"a": 3000})["a"] == IPv4Network("10.77.255.0/24")


def test_each_site_takes_from_its_own_supernet():
    wanted = {("main", "a"): None, ("annex", "a"): None}
    nets = {("main", "a"): NET, ("annex", "a"): IPv4Network("10.78.0.0/16")}
    made = assign_subnets(wanted, nets, {}, dict.fromkeys(wanted, 130))
    assert [str(subnet) for subnet in made.values()] == ["10.77.130.0/24", "10.78.130.0/24"]
    shared = assign_subnets(wanted, dict.fromkeys(wanted, NET), {}, dict.fromkeys(wanted, 130))
    assert [str(subnet) for subnet in shared.values()] == ["10.77.130.0/24", "10.77.255.0/24"]


def test_kept_subnet_unless_overlapped_or_outside():
    kept = {"a": IPv4Network("10.77.200.0/24")}
    assert subnets({"a": None}, kept, {"a": 5})["a"] == kept["a"]
    taken = subnets({"a": None, "b": IPv4Network("10.77.200.0/25")}, kept, {"a": 5, "b": 6})
    assert taken["a"] == IPv4Network("10.77.5.0/24")
    outside = {"a": IPv4Network("10.99.0.0/24")}
    assert subnets({"a": None}, outside, {"a": 5})["a"] == IPv4Network("10.77.5.0/24")


def test_full_supernet():
    with pytest.raises(NoSubnetLeft):
        subnets({"a": None, "b": None}, vlans={"a": 1, "b": 2}, net=IPv4Network("10.77.0.0/24"))
