# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways, probes, the way out; most of what is refused is in tests/refused."""

import pytest

OUTSIDE = {"name": "outside", "purpose": "outside", "router": "10.20.250.254"}


@pytest.fixture
def routed(clinic):
    """The clinic with two gateways and a probe."""
    trunk = {**clinic["host_profiles"][0]["trunks"][0], "mode": "802.3ad"}
    clinic["host_profiles"].append({"name": "router", "cores": 8, "memory_mib": 32768, "trunks": [trunk]})
    for name, rack, use in (("gw1", "r1", "gateway"), ("gw2", "r2", "gateway"), ("probe1", "r3", "probe")):
        clinic["hosts"].append({"name": name, "profile": "router", "site": "main", "rack": rack, "use": use})
    clinic["segments"] = [dict(OUTSIDE)]
    return clinic


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_gateways_and_probes_need_no_controller_and_no_vote(accepted, routed):
    intent = accepted(routed)
    assert [host.name for host in intent.gateways_of("main")] == ["gw1", "gw2"]
    assert [host.name for host in intent.probes_of("main")] == ["probe1"]
    assert [host.name for host in intent.voters_of("main")] == ["kvm1", "kvm2", "kvm3"]


def test_a_site_has_two_gateways_or_none(accepted, refusals, routed):
    routed["hosts"][4]["use"] = "probe"
    sentences = refusals(routed)
    assert "hosts[3].use: site main has 1 gateway (gw1)" in sentences[0]
    assert "site main has 2 probes (gw2, probe1)" in sentences[1]
    del routed["hosts"][3:]
    assert accepted(routed).gateways_of("main") == ()


def test_gateways_count_in_no_rack_of_the_cluster(accepted, routed):
    routed["policies"] = {"survive_rack": True}
    routed["hosts"] += [{**routed["hosts"][5], "name": "probe2", "site": "east", "rack": "e1"}]
    routed["sites"].append({"name": "east", "racks": ["e1", "e2", "e3"]})
    for number in (1, 2, 3):
        bmc = {"address": f"10.20.12.11{number}", "system": "1"}
        host = {**routed["hosts"][0], "name": f"east{number}", "site": "east", "rack": f"e{number}", "bmc": bmc}
        routed["hosts"].append(host)
    routed["segments"][0]["sites"] = ["main"]
    assert len(accepted(routed).hosts) == 10


def test_people_have_no_port_of_a_hypervisor_but_of_a_gateway(accepted, refusals, routed):
    names = ["mgmt", "modality-a", "outside"]
    routed["host_profiles"][1].update(trunks=[], nics=[{"name": f"e{n}", "segment": s} for n, s in enumerate(names)])
    assert accepted(routed).host_profiles[1].nics[2].segment == "outside"
    routed["hosts"][2].update(profile="router")
    text = "\n".join(refusals(routed))
    assert "NIC e1 leads to segment modality-a, which has the purpose clients: hosts take no part in it" in text
    assert "NIC e2 leads to segment outside, which has the purpose outside: hosts take no part in it" in text


def test_every_machine_is_reached_through_the_management(refusals, routed):
    routed["host_profiles"][1]["trunks"][0]["segments"] = ["pacs"]
    assert "profile router has no NIC on mgmt, which every machine needs" in only(refusals(routed))


def test_names_of_groups_are_taken(refusals, routed):
    routed["hosts"][3]["name"] = "gateways"
    assert "gateways is a name that Ansible's inventories use for something else" in only(refusals(routed))


def test_a_way_out_is_at_one_site_and_a_zone_of_its_own(accepted, refusals, routed):
    routed["segments"][0].update(name="wan", zone="outside")
    assert accepted(routed).segments[0].router is not None
    routed["tenants"] = [{"name": "a"}]
    routed["segments"][0].update(zone="mgmt", tenant="a")
    sentences = refusals(routed)
    assert "segments[0].zone: segment wan leads out of the site, which is the zone outside, not mgmt" in sentences[0]
    assert "segments[0].tenant: segment wan leads out of the site, tenant a can't have it alone" in sentences[1]


def test_one_router_serves_one_site(refusals, routed):
    routed["sites"].append({"name": "east", "racks": ["e1"]})
    assert any(
        "segments[0].sites: segment outside is at sites main, east, a router is at one" in s for s in refusals(routed)
    )
