# SPDX-License-Identifier: GPL-3.0-or-later
"""What the planner asks an intent."""

from ipaddress import IPv4Network

import pytest


def test_defaults_of_a_service(accepted, clinic):
    service = accepted(clinic).services[0]
    assert (service.type, service.profile, service.segment, service.tier, service.title()) == (
        "pacs",
        None,
        None,
        None,
        "PACS",
    )


def test_tier_may_be_a_number(accepted, clinic):
    clinic["services"][0]["tier"] = 1
    assert accepted(clinic).services[0].tier == "1"


def test_empty_keys_say_nothing(accepted, clinic):
    clinic.update(segments=None, waivers=None, flows=None, policies={"failover": None})
    assert accepted(clinic).segments == ()


def test_demand_keeps_whole_numbers_whole(accepted, clinic):
    clinic["demand"] = {"beds": 40.0, "staff": 2.5, "studies_per_year": {"CT": 7.0}}
    assert repr(accepted(clinic).demand) == "{'beds': 40, 'staff': 2.5, 'studies_per_year': {'CT': 7}}"


def two_sites(clinic):
    clinic["sites"].append({"name": "east", "supernet": "10.21.0.0/16", "racks": ["e1"]})
    thin = {**clinic["host_profiles"][0], "name": "thin"}
    del thin["disks"]
    clinic["host_profiles"].append(thin)
    for n, profile, use in (
        (4, "node", "hypervisor"),
        (5, "node", "hypervisor"),
        (6, "thin", "witness"),
    ):
        bmc = {"address": f"10.21.11.11{n}", "system": "1"}
        clinic["hosts"].append(
            {"name": f"kvm{n}", "profile": profile, "site": "east", "rack": "e1", "use": use, "bmc": bmc}
        )
    clinic["segments"] = [
        {"name": "images", "purpose": "guests", "subnets": {"main": "10.20.5.0/24", "east": "10.21.5.0/24"}},
        {"name": "desks", "purpose": "clients", "sites": ["east"], "subnet": "10.21.6.0/24"},
    ]
    return clinic


def test_sites(accepted, clinic):
    intent = accepted(two_sites(clinic))
    assert [h.name for h in intent.hypervisors_of("east")] == ["kvm4", "kvm5"]
    assert [h.name for h in intent.witnesses_of("east")] == ["kvm6"]
    assert len(intent.hosts_of("east")) == 3
    assert [intent.sites_of(s) for s in intent.segments] == [("main", "east"), ("east",)]
    assert intent.supernet_of("main") == IPv4Network("10.20.0.0/16")
    assert intent.supernet_of("east") == IPv4Network("10.21.0.0/16")
    assert intent.service_site(intent.services[0]) == "main"
    assert intent.segments_for("clients") == ("desks",)


def test_unknown_names(accepted, clinic):
    intent = accepted(clinic)
    assert intent.service("his") is None
    assert intent.tenant("x") is None
    assert intent.waiver("fencing") is None
    with pytest.raises(KeyError):
        intent.supernet_of("moon")
    with pytest.raises(KeyError):
        intent.profile_of(intent.hosts[0].model_copy(update={"profile": "none"}))


def test_threads(accepted, clinic):
    assert accepted(clinic).host_profiles[0].thread_count == 32
    clinic["host_profiles"][0].update(threads=64, numa_nodes=2)
    assert accepted(clinic).host_profiles[0].thread_count == 64


def test_flow_subnet(accepted, clinic):
    flow = {"name": "f", "destination": "pacs", "protocol": "tcp", "ports": [443], "reason": "r", "owner": "o"}
    clinic["flows"] = [{**flow, "source": "10.9.0.0/24"}, {**flow, "name": "g", "source": "clinical"}]
    assert [f.subnet for f in accepted(clinic).flows] == [IPv4Network("10.9.0.0/24"), None]
