# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, VLAN ids, subnets, the segments that every cluster needs."""


def test_duplicate_vlan_names_both_segments(refusals, lab):
    lab["segments"][6]["vlan"] = 30
    assert refusals(lab) == [
        "segments[6].vlan: VLAN id 30 is used by segment storage and by segment pacs; "
        "give one of them another id, or leave it out to have one assigned."
    ]


def test_two_sites_may_use_one_vlan_id(accepted, refusals, clinic):
    clinic["segments"] = [
        {"name": "one", "purpose": "guests", "vlan": 300, "sites": ["main"]},
        {"name": "two", "purpose": "guests", "vlan": 300},
    ]
    assert "VLAN id 300 is used by segment one and by segment two" in refusals(clinic)[0]
    clinic["sites"].append({"name": "east", "racks": ["e1"]})
    clinic["segments"][1]["sites"] = ["east"]
    clinic["hosts"] += [
        {**host, "name": f"east{n}", "site": "east", "rack": "e1", "bmc": {"address": f"10.20.11.12{n}", "system": "1"}}
        for n, host in enumerate(clinic["hosts"])
    ]
    assert len(accepted(clinic).segments) == 2


def test_overlapping_and_outside_subnets(refusals, lab):
    lab["segments"][0]["subnet"] = "10.77.10.0/24"
    lab["segments"][1]["subnet"] = "10.77.10.128/25"
    lab["segments"][2]["subnet"] = "10.99.0.0/24"
    sentences = refusals(lab)
    assert any("10.77.10.128/25 of segment oob overlaps 10.77.10.0/24 of segment mgmt" in s for s in sentences)
    assert any("10.99.0.0/24 lies outside the supernet 10.77.0.0/16" in s for s in sentences)


def test_subnets_of_sites(refusals, clinic):
    clinic["sites"].append({"name": "east", "supernet": "10.20.128.0/17", "racks": ["e1"]})
    clinic["segments"] = [
        {"name": "one", "purpose": "guests", "subnet": "10.20.1.0/24"},
        {
            "name": "two",
            "purpose": "guests",
            "subnets": {"main": "10.20.130.0/24", "east": "10.20.2.0/24", "w": "10.20.3.0/24"},
        },
        {"name": "three", "purpose": "guests", "subnets": {"main": "10.20.2.0/25"}},
    ]
    text = "\n".join(refusals(clinic))
    assert "segments[0].subnet: segment one is at sites main, east, one subnet serves one site" in text
    assert "segments[1].subnets.main: 10.20.130.0/24 lies in 10.20.128.0/17, the supernet of site east" in text
    assert "segments[1].subnets.east: 10.20.2.0/24 lies outside the supernet 10.20.128.0/17" in text
    assert "segments[1].subnets.w: segment two is not at site w (known: main, east)" in text
    assert "segments[2].subnets.main: 10.20.2.0/25 of segment three overlaps 10.20.2.0/24 of segment two" in text


def test_gateway(refusals, clinic):
    segment = {"name": "one", "purpose": "guests", "subnet": "10.20.1.0/24"}
    clinic["segments"] = [segment]
    for gateway in ("10.20.2.1", "10.20.1.0", "10.20.1.255"):
        segment["gateway"] = gateway
        assert f"{gateway} is not an address of 10.20.1.0/24" in refusals(clinic)[0]
    del segment["subnet"]
    assert "segment one has a gateway but no subnet" in refusals(clinic)[0]


def test_duplicate_names(refusals, lab):
    lab["hosts"][2]["name"] = "kvm1"
    lab["sites"][0]["racks"] = ["r1", "r2", "r3", "r1"]
    sentences = refusals(lab)
    assert any("hosts[2].name: host kvm1 occurs twice" in s for s in sentences)
    assert any("sites[0].racks[3]: site main: rack r1 occurs twice" in s for s in sentences)


def test_names_of_the_inventory_itself(refusals, clinic):
    clinic["hosts"][0]["name"] = "localhost"
    assert "hosts[0].name: localhost is a name that Ansible's inventories use" in refusals(clinic)[0]


def test_the_catalogue_brings_what_is_not_listed(accepted, lab):
    lab["segments"] = [s for s in lab["segments"] if s["name"] not in ("ring1", "migration")]
    assert len(accepted(lab).segments) == 5


def test_a_name_of_the_catalogue_with_another_purpose(refusals, lab):
    lab["segments"][4]["purpose"] = "guests"
    lab["segments"][3]["purpose"] = "guests"
    lab["segments"][2]["purpose"] = "guests"
    text = "\n".join(refusals(lab))
    assert "site main has 0 of 1 segments with the purpose migration (for live migration)" in text
    assert "site main has 0 of 2 segments with the purpose cluster" in text


def test_one_cluster_link_needs_a_waiver(accepted, refusals, lab):
    lab["segments"][3]["purpose"] = "guests"
    assert "site main has 1 of 2 segments with the purpose cluster" in refusals(lab)[0]
    lab["waivers"] = [{"rule": "cluster_links", "reason": "bench", "owner": "IT", "until": "2027-01-31"}]
    assert accepted(lab).waiver("cluster_links").owner == "IT"


def test_two_segments_for_management(refusals, lab):
    lab["segments"][6]["purpose"] = "management"
    assert any("segments mgmt, pacs all have the purpose management at site main" in s for s in refusals(lab))


def test_a_name_that_the_plan_gives_itself(refusals, clinic):
    clinic["sites"].append({"name": "east", "racks": ["e1"]})
    clinic["segments"] = [{"name": "east-mgmt", "purpose": "guests"}]
    assert any("east-mgmt is what the plan calls segment mgmt of site east" in s for s in refusals(clinic))
