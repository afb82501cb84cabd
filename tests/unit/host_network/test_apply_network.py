# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role's program finds different between its files and the kernel's links."""

from __future__ import annotations

import copy
import importlib.util
import pathlib

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.networkd import networkd_files

FILE = pathlib.Path(__file__).parents[3] / "roles/host_network/files/apply_network.py"
SPEC = importlib.util.spec_from_file_location("apply_network", FILE)
program = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(program)

NOTHING = {"netdevs": [], "links": {}}
ROUTES = [{"dst": "default", "gateway": "10.0.10.1", "dev": "bond0.10"}]


def device(name, kind=None, data=None, **values):
    info = {"linkinfo": {"info_kind": kind, "info_data": data or {}}} if kind else {}
    return {"ifname": name, "mtu": 1500, "flags": ["UP"], "addr_info": [], **info, **values}


@pytest.fixture
def wanted():
    """What the role writes for a bond with two VLANs and a bridge, as the program reads it."""
    files = networkd_files(
        [],
        [{"name": "bond0", "mode": "802.3ad", "ports": ["eno1", "eno2"]}],
        [
            {"name": "bond0.10", "parent": "bond0", "id": 10, "address": "10.0.10.11/24", "gateway": "10.0.10.1"},
            {"name": "bond0.130", "parent": "bond0", "id": 130, "mtu": 1500},
        ],
        [{"name": "br-pacs", "ports": ["bond0.130"], "mtu": 1500}],
    )
    return program.wanted_from({pathlib.Path(entry["path"]).name: entry["content"] for entry in files})


@pytest.fixture
def seen():
    """The same as `ip` shows it, with a guest's tap in the bridge."""
    bond = {"mode": "802.3ad", "miimon": 100, "ad_lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "updelay": 200}
    address = [{"family": "inet", "local": "10.0.10.11", "prefixlen": 24}]
    devices = [
        device("eno1", master="bond0"),
        device("eno2", master="bond0"),
        device("bond0", "bond", bond),
        device("bond0.10", "vlan", {"id": 10}, link="bond0", addr_info=address),
        device("bond0.130", "vlan", {"id": 130}, link="bond0", master="br-pacs"),
        device("br-pacs", "bridge"),
        device("vnet0", "tun", master="br-pacs"),
    ]
    return {entry["ifname"]: entry for entry in devices}


def found(wanted, seen, routes=None, record=None):
    return program.differences(
        wanted, seen, ROUTES if routes is None else routes, NOTHING if record is None else record
    )


def test_what_was_written_and_took_effect_shows_no_difference(wanted, seen):
    assert found(wanted, seen) == {}


def test_vlan_of_another_id_or_parent_is_made_anew(wanted, seen):
    seen["bond0.10"]["linkinfo"]["info_data"]["id"] = 11
    seen["bond0.130"]["link"] = "eno9"
    assert program.wrong_devices(wanted, seen) == ["bond0.10", "bond0.130"]
    assert "bond0" in found(wanted, seen), "the VLANs come back when their parent is configured again"


def test_bond_of_another_mode_is_made_anew_and_a_setting_unknown_to_ip_is_not(wanted, seen):
    other = copy.deepcopy(seen)
    other["bond0"]["linkinfo"]["info_data"]["mode"] = "active-backup"
    assert program.wrong_devices(wanted, other) == ["bond0"]
    del seen["bond0"]["linkinfo"]["info_data"]["ad_lacp_rate"]
    assert program.wrong_devices(wanted, seen) == []


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("bond0.10", {"addr_info": []}, "bond0.10 has no address 10.0.10.11/24."),
        ("br-pacs", {"mtu": 9000}, "br-pacs has the MTU 9000, not 1500."),
        ("bond0.130", {"master": None}, "bond0.130 is a port of nothing, not of br-pacs."),
        ("eno2", {"master": "br-pacs"}, "eno2 is a port of br-pacs, not of bond0."),
    ],
)
def test_difference(wanted, seen, name, change, sentence):
    seen[name] |= change
    assert found(wanted, seen) == {name: sentence}


def test_missing_device_and_missing_route(wanted, seen):
    del seen["br-pacs"]
    seen["bond0.130"]["master"] = "br-pacs"
    assert found(wanted, seen, routes=[]) == {
        "br-pacs": "br-pacs does not exist.",
        "bond0.10": "bond0.10 has no route to default via 10.0.10.1.",
    }


def test_device_of_an_earlier_run_has_to_go_and_others_are_left_alone(wanted, seen):
    seen["bond0.77"] = device("bond0.77", "vlan", {"id": 77}, link="bond0")
    seen["docker0"] = device("docker0", "bridge")
    record = {"netdevs": ["bond0", "bond0.77", "bond0.78"], "links": {}}
    assert found(wanted, seen, record=record) == {"bond0.77": "bond0.77 still exists."}


def test_bridge_that_carries_guests_does_not_go(seen):
    with pytest.raises(program.ApplyError, match=r"br-pacs is to go and still carries guests \(vnet0\)"):
        program._refuse_guests(["br-pacs"], seen, {"bond0.130"})
    del seen["vnet0"]
    assert program._refuse_guests(["br-pacs"], seen, {"bond0.130"}) is None
