# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage import firewall

TODAY = "2026-11-22"
SEGMENTS = {
    "mgmt": ("main", "management", 10),
    "ring0": ("main", "cluster", 20),
    "pacs": ("main", "guests", 130),
    "modality-a": ("main", "clients", 140),
    "outside": ("main", "outside", 250),
    "north-pacs": ("north", "guests", 131),
}


def flow(name, sources, targets, protocol="tcp", ports=(22,), expires=None):
    return {
        "name": name,
        "source": "a",
        "source_subnets": sources,
        "destination": "b",
        "destination_addresses": [],
        "destination_subnets": targets,
        "protocol": protocol,
        "ports": list(ports),
        "reason": "needed",
        "owner": None,
        "expires": expires,
    }


def plan(*flows, outside="outside"):
    segments = {
        key: {
            "site": site,
            "purpose": purpose,
            "zone": f"zone-{key}",
            "subnet": f"10.77.{vlan}.0/24",
            "prefix": 24,
            "gateway": f"10.77.{vlan}.1",
            "bridge": f"br-{key}" if purpose == "guests" else None,
        }
        for key, (site, purpose, vlan) in SEGMENTS.items()
    }
    routed = [key for key, (site, purpose, __) in SEGMENTS.items() if site == "main" and purpose != "cluster"]
    return {
        "sites": {"main": {"supernet": "10.77.0.0/16"}, "north": {"supernet": "10.78.0.0/16"}},
        "segments": segments,
        "gateways": {"main": {"segments": routed, "outside": outside}},
        "flows": list(flows),
    }


def ends(elements):
    return [(element["source"], element["destination"]) for element in elements]


def nic(segment, last, bridge=None, name="eth0"):
    return {
        "name": name,
        "segment": segment,
        "address": f"10.77.{SEGMENTS[segment][2]}.{last}",
        "bridge": bridge,
        "mac": "52:54:00:00:00:01",
    }


@pytest.fixture
def gateway():
    return {
        "kind": "host",
        "use": "gateway",
        "site": "main",
        "nics": [nic(key, 12, name=f"{key}0") for key in ("outside", "modality-a", "pacs", "mgmt")],
    }


def test_gateways_pass_what_leaves_a_segment():
    every = flow("every", ["10.77.10.0/24", "10.77.130.0/24"], ["10.77.10.0/24", "10.77.130.0/24", "10.77.140.0/24"])
    assert sorted(ends(firewall.gateway_rules(plan(every), "main", TODAY))) == [
        ("10.77.10.0/24", "10.77.130.0/24"),
        ("10.77.10.0/24", "10.77.140.0/24"),
        ("10.77.130.0/24", "10.77.10.0/24"),
        ("10.77.130.0/24", "10.77.140.0/24"),
    ]


def test_gateways_pass_nothing_within_unrouted_segments_or_between_other_sites():
    made = plan(
        flow("rings", ["10.77.20.0/24"], ["10.77.10.0/24", "10.77.20.0/24"]),
        flow("to-rings", ["10.77.10.0/24"], ["10.77.20.0/24"]),
        flow("north", ["10.77.131.0/24"], ["10.78.5.0/24"]),
        flow("vrrp", ["10.77.10.11/32", "10.77.10.12/32"], ["224.0.0.18/32"], "vrrp", []),
    )
    assert firewall.gateway_rules(made, "main", TODAY) == []


def test_gateways_pass_what_goes_to_and_comes_from_other_sites():
    made = plan(
        flow("to", ["10.77.130.0/24"], ["10.77.131.0/24"]),
        flow("from", ["10.77.131.0/24"], ["10.77.130.0/24"], ports=[80]),
    )
    found = firewall.gateway_rules(made, "main", TODAY)
    assert {(e["kind"], e["source"], e["destination"]) for e in found} == {
        ("inside", "10.77.130.0/24", "10.77.131.0/24"),
        ("inside", "10.77.131.0/24", "10.77.130.0/24"),
    }


def test_the_internet_is_behind_the_outside_segment():
    flows = (
        flow("in", ["0.0.0.0/0"], ["10.77.130.0/24", "10.77.20.0/24"], ports=[443]),
        flow("out", ["10.77.10.0/24", "10.77.20.0/24"], ["0.0.0.0/0"], ports=[80]),
    )
    found = firewall.gateway_rules(plan(*flows), "main", TODAY)
    assert {(e["kind"], e["source"], e["destination"], e["ports"]) for e in found} == {
        ("from_outside", None, "10.77.130.0/24", "443"),
        ("to_outside", "10.77.10.0/24", None, "80"),
    }
    assert firewall.gateway_rules(plan(*flows, outside=None), "main", TODAY) == []


def test_a_machine_accepts_what_goes_to_its_own_addresses(gateway):
    made = plan(
        flow("ssh", ["10.77.10.0/24"], ["10.77.10.0/24", "10.77.130.0/24"]),
        flow("out", ["10.77.10.0/24"], ["0.0.0.0/0"], ports=[80]),
        flow("vrrp", ["10.77.10.12/32"], ["224.0.0.18/32"], "vrrp", []),
    )
    host = {"kind": "host", "use": "hypervisor", "nics": [nic("mgmt", 11), nic("pacs", 11, "br-pacs")]}
    guest = {"kind": "guest", "nics": [nic("pacs", 101, "br-pacs")]}
    assert ends(firewall.machine_rules(made, host, TODAY)) == [("10.77.10.0/24", "10.77.10.11")]
    assert ends(firewall.machine_rules(made, guest, TODAY)) == [("10.77.10.0/24", "10.77.130.101")]
    assert {e["destination"] for e in firewall.machine_rules(made, gateway, TODAY)} == {
        "10.77.10.12",
        "10.77.130.12",
        "224.0.0.18",
    }


def test_bridges_pass_what_has_an_end_on_them():
    made = plan(
        flow("within", ["10.77.130.0/24"], ["10.77.130.0/24"], ports=[104]),
        flow("into", ["10.77.140.0/24"], ["10.77.130.0/24"], ports=[4242]),
        flow("from", ["10.77.130.0/24"], ["10.77.140.0/24"]),
        flow("elsewhere", ["10.77.140.0/24"], ["10.77.10.0/24"]),
        flow("in", ["0.0.0.0/0"], ["10.77.130.0/24", "10.77.10.0/24"], ports=[443]),
        flow("out", ["10.77.130.0/24", "10.77.10.0/24"], ["0.0.0.0/0"], ports=[80]),
        flow("vrrp", ["10.77.130.12/32"], ["224.0.0.18/32"], "vrrp", []),
    )
    found = firewall.bridge_rules(made, "main", TODAY)
    assert {(e["flows"][0], e["source"], e["destination"]) for e in found} == {
        ("within", "10.77.130.0/24", "10.77.130.0/24"),
        ("into", "10.77.140.0/24", "10.77.130.0/24"),
        ("from", "10.77.130.0/24", "10.77.140.0/24"),
        ("in", None, "10.77.130.0/24"),
        ("out", "10.77.130.0/24", None),
    }


def test_guests_of_a_site_have_their_addresses():
    guests = {
        "pacs1": {"site": "main", "nics": [nic("pacs", 101)]},
        "pacs2": {"site": "north", "nics": [nic("north-pacs", 101)]},
    }
    assert firewall.guest_bindings(plan(), guests, "main") == [
        {
            "guest": "pacs1",
            "mac": "52:54:00:00:00:01",
            "address": "10.77.130.101",
            "segment": "pacs",
            "bridge": "br-pacs",
        }
    ]


def test_legs_of_a_gateway(gateway):
    legs = firewall.gateway_segments(plan(), gateway)
    assert [leg["segment"] for leg in legs] == ["mgmt", "pacs", "modality-a", "outside"]
    assert legs[1] == {
        "segment": "pacs",
        "zone": "zone-pacs",
        "interface": "pacs0",
        "subnet": "10.77.130.0/24",
        "prefix": 24,
        "virtual_address": "10.77.130.1",
        "address": "10.77.130.12",
        "outside": False,
    }
    assert [leg["outside"] for leg in legs] == [False, False, False, True]


def test_what_is_the_hospitals():
    assert firewall.hospital_networks(plan()) == ["10.77.0.0-10.78.255.255"]


def test_lines_name_each_flow_once():
    made = plan(
        flow("out", ["10.77.10.0/24"], ["0.0.0.0/0"], ports=[80, "443-444"]),
        {**flow("into", ["10.77.140.0/24"], ["10.77.130.101/32"], expires="2026-11-30"), "owner": "radiology"},
        flow("over", ["10.77.140.0/24"], ["10.77.130.101/32"], expires="2026-11-20"),
        flow("ping", ["10.77.140.0/24"], ["10.77.130.101/32"], "icmp", []),
    )
    elements = firewall.gateway_rules(made, "main", TODAY)
    assert firewall.flow_lines(elements, made["flows"]) == [
        "into: a (10.77.140.0/24) -> b (10.77.130.101) tcp/22 | needed | radiology | until 2026-11-30",
        "out: a (10.77.10.0/24) -> b (0.0.0.0/0) tcp/80,443-444 | needed",
        "ping: a (10.77.140.0/24) -> b (10.77.130.101) icmp | needed",
    ]
