# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that keep the lab's switches apart on the machine that carries them; nothing is loaded."""

from __future__ import annotations

import importlib.util
import pathlib

FILE = pathlib.Path(__file__).parents[3] / "roles/lab_host/files/lay_switches.py"
SPEC = importlib.util.spec_from_file_location("lay_switches", FILE)
lay = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lay)

MGMT = {"address": "10.77.10.254", "own": [], "outward": False, "routes": []}
OOB = {"address": "10.77.11.254", "own": ["10.77.11.111", "10.77.11.112"], "outward": False, "routes": []}
OUTSIDE = {"address": "10.77.250.254", "own": [], "outward": True, "routes": []}
CLOSED = {"address": None, "own": [], "outward": False, "routes": []}
LAB = {"podman1": MGMT, "podman2": OOB, "podman3": OUTSIDE, "podman4": CLOSED, "podman5": CLOSED}


def rules(chain, switches=None):
    body = lay.ruleset("lab", switches or LAB).partition(f"chain {chain} {{")[2].partition("}\n  chain")[0]
    return [line.strip() for line in body.splitlines()[2:] if line.startswith("    ")]


def test_this_machine_takes_no_part_where_it_has_no_address():
    assert rules("prerouting") == ['iifname { "podman4", "podman5" } notrack']
    assert 'iifname { "podman4", "podman5" } drop' in rules("input")


def test_it_is_reached_at_the_addresses_that_it_has_in_that_network_only():
    assert 'iifname "podman1" ip daddr != { 10.77.10.254 } drop' in rules("input")
    assert 'iifname "podman2" ip daddr != { 10.77.11.254, 10.77.11.111, 10.77.11.112 } drop' in rules("input")


def test_nothing_is_forwarded_but_within_a_switch_and_to_the_world_outside():
    everywhere = '{ "podman1", "podman2", "podman3", "podman4", "podman5" }'
    found = rules("forward")
    assert [f'iifname "{name}" oifname "{name}" accept' for name in sorted(LAB)] == found[:5]
    assert found[5:] == [
        f'iifname {{ "podman3" }} oifname != {everywhere} accept',
        'oifname { "podman3" } ct state established,related accept',
        f"iifname {everywhere} drop",
        f"oifname {everywhere} drop",
    ]


def test_without_a_closed_network_nothing_stays_untracked():
    assert rules("prerouting", {"podman1": MGMT}) == []


def test_ipv6_is_off_and_arp_is_answered_for_own_addresses_only():
    assert lay.settings("podman1", MGMT) == {
        "ipv6/conf/podman1/disable_ipv6": "1",
        "ipv4/conf/podman1/arp_ignore": "1",
        "ipv4/conf/podman1/forwarding": "0",
    }
    assert lay.settings("podman4", CLOSED)["ipv4/conf/podman4/arp_ignore"] == "8"
    assert lay.settings("podman3", OUTSIDE)["ipv4/conf/podman3/forwarding"] == "1"


def test_the_table_is_named_after_the_lab():
    assert lay.table_name("my-lab") == "medvirt_my_lab"
