# SPDX-License-Identifier: GPL-3.0-or-later
from ipaddress import IPv4Address

import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.addresses import (
    address_plan,
    addresses_of,
    vlan_plan,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import read_plan


def test_every_address_once_and_in_order(data):
    found = [a.address for a in addresses_of(data)]
    assert found == sorted(found) and len(found) == len(set(found))
    # 28 gateways, 9 hosts with 11 networks of their own each, 9 controllers, 40 guests, 7 modalities
    assert len(found) == 28 + 9 * 11 + 9 + 40 + 7


def test_rows_of_the_address_plan(data):
    rows = {row[0]: row for row in address_plan(data).rows}
    assert rows["10.20.10.1"] == ("10.20.10.1", "10.20.10.0/24", "mgmt", 10, "gateway", "gw-mgmt", "", "")
    assert rows["10.20.11.111"][4:6] == ("bmc", "kvm1-bmc")
    assert rows["10.20.130.101"][4:] == ("guest", "pacs1", "br-pacs", "52:54:00:00:04:01")
    assert rows["10.20.210.11"][4:6] == ("modality", "ct1")


def test_bridges_without_an_address_are_left_out(data):
    before = len(addresses_of(data))
    data.hosts["kvm1"]["nics"][-1]["address"] = None
    assert len(addresses_of(data)) == before - 1


def test_the_main_address_of_a_host_is_that_for_administration(data):
    (main,) = (a for a in addresses_of(data) if a.machine == "kvm2" and a.main)
    assert (main.segment, main.address) == ("mgmt", IPv4Address("10.20.10.12"))


def test_vlans_stand_by_site(data):
    rows = vlan_plan(data).rows
    assert [(row[0], row[1]) for row in rows] == sorted((row[0], row[1]) for row in rows)
    assert rows[0][:3] == ("main", 10, "mgmt")


def test_the_routers_of_a_site(plan, routed):
    found = {a.machine: str(a.address) for a in addresses_of(read_plan(yaml.safe_load(plan(routed).text)))}
    assert (found["router-outside"], found["gw-outside"]) == ("10.77.250.254", "10.77.250.1")
    assert {"gw1", "gw2", "probe1"} <= set(found)
