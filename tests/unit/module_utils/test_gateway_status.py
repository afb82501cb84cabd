# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gateway's own tools say, read; none of them runs."""

from __future__ import annotations

import subprocess

from ansible_collections.medvirt.hospital.plugins.module_utils.gateway_status import caches, held, look

ADDRESSES = """[{"ifname": "lo", "addr_info": [{"local": "127.0.0.1"}]},
 {"ifname": "pacs0", "addr_info": [{"local": "10.0.130.14"}, {"local": "10.0.130.1"}]}, {}]"""
STATISTICS = """cache internal:
current active connections:\t          14
connections created:\t\t          18\tfailed:\t           0

cache external:
current active connections:\t           3
connections created:\t\t           0\tfailed:\t           0
"""


def test_only_the_virtual_addresses_count():
    assert held(ADDRESSES, ["10.0.10.1", "10.0.130.1"]) == ["10.0.130.1"]


def test_the_caches_are_own_and_foreign_connections():
    assert caches(STATISTICS) == {"internal": 14, "external": 3}
    assert caches("") == {}


def test_a_gateway_is_looked_at_with_its_own_tools():
    def run(argv, **__):
        said = {"ip": ADDRESSES, "conntrackd": STATISTICS}.get(argv[0], "")
        return subprocess.CompletedProcess(argv, 3 if argv[-1] == "keepalived" else 0, said, "")

    assert look(["10.0.130.1"], run) == {
        "held": ["10.0.130.1"],
        "stopped": ["keepalived"],
        "rules_loaded": True,
        "connections": {"internal": 14, "external": 3},
    }


def test_a_machine_without_the_tools_is_no_error():
    def run(argv, **__):
        raise FileNotFoundError(argv[0])

    seen = look(["10.0.130.1"], run)
    assert seen["held"] == [] and seen["stopped"] == ["keepalived", "conntrackd"] and not seen["rules_loaded"]
