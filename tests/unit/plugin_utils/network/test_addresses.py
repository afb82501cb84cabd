# SPDX-License-Identifier: GPL-3.0-or-later
from ipaddress import IPv4Address, IPv4Network

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.addresses import (
    SubnetFull,
    assign_guest_addresses,
    assign_node_ids,
    host_address,
    mac_address,
)

NET = IPv4Network("10.77.130.0/24")


def test_node_ids_are_kept_and_gaps_filled():
    assert assign_node_ids(["a", "b", "c"], {}) == {"a": 1, "b": 2, "c": 3}
    assert assign_node_ids(["new", "a", "c"], {"a": 1, "b": 2, "c": 3}) == {"new": 2, "a": 1, "c": 3}
    assert assign_node_ids(["a", "b"], {"a": 4, "b": 4}) == {"a": 4, "b": 1}


def test_host_addresses_and_their_end():
    assert host_address(NET, 1) == IPv4Address("10.77.130.11")
    for subnet, node in ((NET, 91), (IPv4Network("10.0.0.0/28"), 5)):
        with pytest.raises(SubnetFull, match=f"host number {node}"):
            host_address(subnet, node)


def test_guest_addresses_are_kept():
    kept = {"b": IPv4Address("10.77.130.101"), "gone": IPv4Address("10.77.130.102"), "c": IPv4Address("10.9.9.9")}
    found = assign_guest_addresses(NET, ["a", "b", "c"], kept, [IPv4Address("10.77.130.103")])
    assert {name: str(address)[-3:] for name, address in found.items()} == {"a": "102", "b": "101", "c": "104"}


def test_no_guest_address_left():
    with pytest.raises(SubnetFull, match="guest a"):
        assign_guest_addresses(IPv4Network("10.0.0.0/26"), ["a"], {}, [])


def test_macs_are_stable_and_distinct():
    one = mac_address("lab", "pacs1", "pacs")
    assert one == mac_address("lab", "pacs1", "pacs") and one.startswith("52:54:00:")
    assert mac_address("lab", "pacs1", "pacs", [one]) != one
