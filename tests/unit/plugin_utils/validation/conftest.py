# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital small enough to count its packets by hand: five segments, one guest, two gateways, one probe."""

from types import SimpleNamespace

import pytest

PURPOSES = {"mgmt": "management", "ward": "clients", "pacs": "guests", "ring": "cluster", "wan": "outside"}
NETWORKS = {"mgmt": 1, "ward": 2, "pacs": 3, "ring": 4, "wan": 5}


def flow(name, sources, targets, ports, protocol="tcp", expires=None):
    subnets = [target for target in targets if "/" in target]
    return {
        "name": name,
        "source_subnets": sources,
        "destination_addresses": [target for target in targets if "/" not in target],
        "destination_subnets": subnets,
        "protocol": protocol,
        "ports": ports,
        "expires": expires,
    }


def segment(key):
    number = NETWORKS[key]
    return {
        "site": "main",
        "vlan": number,
        "subnet": f"10.9.{number}.0/24",
        "gateway": f"10.9.{number}.1",
        "purpose": PURPOSES[key],
    }


def nic(key, host, bridge=None):
    return {
        "name": f"{key}0",
        "segment": key,
        "address": f"10.9.{NETWORKS[key]}.{host}",
        "prefix": 24,
        "gateway": None,
        "bridge": bridge,
        "mtu": 1500,
        "parent": None,
        "vlan": None,
    }


def plan(*flows):
    return {
        "hashes": {"content_sha256": "f" * 64},
        "sites": {"main": {"supernet": "10.9.0.0/16"}},
        "segments": {key: segment(key) for key in NETWORKS},
        "flows": list(flows),
        "gateways": {
            "main": {"hosts": ["gw1", "gw2"], "router": "10.9.5.254", "segments": ["mgmt", "ward", "pacs", "wan"]}
        },
    }


PROBE = {"kind": "host", "use": "probe", "site": "main", "node_id": 3, "nics": [nic(key, 13) for key in NETWORKS]}
KVM = {
    "kind": "host",
    "use": "hypervisor",
    "site": "main",
    "nics": [nic("mgmt", 11), nic("ring", 11), nic("pacs", 11, "br-pacs")],
}
MACHINES = {"probe1": PROBE, "kvm1": KVM}
GUESTS = {"pacs1": {"kind": "guest", "site": "main", "nics": [nic("pacs", 101, "br-pacs")]}}


@pytest.fixture(scope="session")
def small():
    """The hospital's slices, and flow() and plan() to make one with."""
    return SimpleNamespace(flow=flow, plan=plan, networks=NETWORKS, probe=PROBE, machines=MACHINES, guests=GUESTS)
