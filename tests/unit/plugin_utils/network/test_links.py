# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that can't be built is refused in sentences."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.links import network_problems

HAS = ["lo", "eno1", "eno2", "mgmt0"]
GOOD = {
    "links": [{"name": "mgmt0", "address": "10.0.10.11/24", "gateway": "10.0.10.1", "mtu": 1500}],
    "bonds": [{"name": "bond0", "mode": "802.3ad", "ports": ["eno1", "eno2"], "mtu": 9000}],
    "vlans": [{"name": "bond0.30", "parent": "bond0", "id": 30, "mtu": 9000}],
    "bridges": [{"name": "br-a", "ports": ["bond0.30"]}],
    "routes": [{"destination": "10.9.0.0/16", "gateway": "10.0.10.9", "link": "mgmt0"}],
}


def problems(**changes):
    return network_problems("kvm1", HAS, **{**GOOD, **changes})


def changed(kind, **values):
    return {kind: [{**GOOD[kind][0], **values}]}


def test_good_network_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (changed("links", name="mgmt9"), "kvm1 has no NIC named mgmt9 (it has eno1, eno2, lo, mgmt0)"),
        (changed("bonds", ports=["eno1", "eno7"]), "kvm1 has no NIC named eno7"),
        (changed("bonds", ports=["eno1", "mgmt0"]), "NIC mgmt0 of kvm1 is used 2 times"),
        (changed("vlans", id=1), "VLAN bond0.30 of kvm1 has the id 1; ids go from 2 to 4094"),
        (changed("vlans", id=4095), "VLAN bond0.30 of kvm1 has the id 4095"),
        (changed("vlans", name="longtrunk0.4000x"), "has 16 characters and Linux allows 15"),
        (changed("vlans", parent="bond9"), "VLAN bond0.30 of kvm1 lies on bond9, which is neither"),
        (changed("bonds", mtu=1500), "VLAN bond0.30 of kvm1 has the MTU 9000 and its parent bond0 1500"),
        (changed("bonds", mode="balance-rr"), "has the mode balance-rr; choose 802.3ad or active-backup"),
        (changed("bonds", arp_targets=["10.0.0.1"]), "remove arp_targets or choose active-backup"),
        (changed("links", gateway="10.0.99.1"), "10.0.99.1 of mgmt0 on kvm1 is not in the subnet of its address"),
        (changed("bridges", ports=["eno9"]), "A bridge of kvm1 names the port eno9"),
        (changed("bridges", name="mgmt0"), "kvm1 has 2 links, bonds, VLANs or bridges named mgmt0"),
        (changed("routes", gateway="10.5.0.1"), "the gateway must be in that subnet"),
        (changed("routes", destination="10.9.0.1/16"), "write it without host bits"),
        ({"vlans": GOOD["vlans"] * 2}, "bond0 of kvm1 carries the VLAN id 30 2 times"),
        ({"bridges": [*GOOD["bridges"], {"name": "br-b", "ports": ["bond0.30"]}]}, "bond0.30 of kvm1 is a port of 2"),
    ],
)
def test_refusal(changes, expected):
    assert any(expected in sentence for sentence in problems(**changes)), problems(**changes)


def test_two_default_gateways_are_refused():
    vlan = {**GOOD["vlans"][0], "address": "10.0.30.11/24", "gateway": "10.0.30.1"}
    assert problems(vlans=[vlan], bridges=[]) == [
        "kvm1 has 2 default gateways (mgmt0, bond0.30); keep one, as a rule the management link's."
    ]
