# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways and probes in the plan: ports, addresses, flows, groups, and that nothing moves for them."""

import copy

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.freshness import staleness
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.hashes import content_hash
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import read_plan

ROUTED = ["mgmt", "oob", "pacs", "modality-a", "modality-b", "clinical-ws"]
NETWORK = ["telemed-dmz", "external-dmz", "partner", "outside"]


def read(result):
    assert not result.findings, [finding.sentence() for finding in result.findings]
    return yaml.safe_load(result.text)["all"]


def machine(data, group, name):
    return data["children"][group]["hosts"][name]["hospital"]


@pytest.fixture
def data(plan, routed):
    return read(plan(routed))


def test_the_pair_of_a_site(plan, lab, data):
    assert data["vars"]["hospital_plan"]["gateways"] == {
        "main": {
            "hosts": ["gw1", "gw2"],
            "sync": "mgmt",
            "outside": "outside",
            "router": "10.77.250.254",
            "segments": [*ROUTED, *NETWORK],
        }
    }
    assert read(plan(lab))["vars"]["hospital_plan"]["gateways"] == {}


def test_groups(plan, lab, data):
    children = data["children"]
    assert list(children["gateways"]["hosts"]) == ["gw1", "gw2"] and list(children["probes"]["hosts"]) == ["probe1"]
    assert list(children["machines"]["children"]) == ["kvm_hosts", "gateways", "probes"]
    assert {"gw1", "probe1"} <= set(children["site_main"]["hosts"])
    cluster = [children[name]["hosts"] for name in ("cluster_main", "ceph_mons", "ceph_osds")]
    assert all(list(hosts) == ["kvm1", "kvm2", "kvm3"] for hosts in cluster)
    alone = read(plan(lab))["children"]
    assert list(alone["machines"]["children"]) == ["kvm_hosts"] and not {"gateways", "probes"} & set(alone)


def test_a_gateway_has_a_leg_in_every_routed_segment(data):
    gateway = machine(data, "gateways", "gw1")
    assert (gateway["use"], gateway["cluster"], gateway["disks"], gateway["bmc"]) == ("gateway", None, [], None)
    assert set(gateway["addresses"]) == {*ROUTED, *NETWORK}
    assert all(nic["address"].endswith(".14") and nic["bridge"] is None for nic in gateway["nics"])
    assert {nic["segment"]: nic["gateway"] for nic in gateway["nics"] if nic["gateway"]} == {"outside": "10.77.250.254"}


def test_a_probe_is_in_every_segment(data):
    probe = machine(data, "probes", "probe1")
    assert list(probe["addresses"].values())[0] == "10.77.10.16"
    assert set(probe["addresses"]) == set(data["vars"]["hospital_plan"]["segments"])
    assert {nic["segment"]: nic["gateway"] for nic in probe["nics"] if nic["gateway"]} == {"mgmt": "10.77.10.1"}
    assert all(nic["address"] and nic["bridge"] is None for nic in probe["nics"])


def test_trunks_for_all_carry_what_each_use_needs(plan, routed):
    for profile in routed["host_profiles"][1:]:
        trunk = {"name": "bond0", "nics": ["eno1", "eno2"], "mode": "802.3ad", "segments": "all"}
        profile.update(nics=[], trunks=[trunk])
    data = read(plan(routed))
    gateway, probe = machine(data, "gateways", "gw2"), machine(data, "probes", "probe1")
    assert {nic["segment"] for nic in gateway["nics"]} == {*ROUTED, *NETWORK}
    assert {nic["segment"] for nic in probe["nics"]} == set(data["vars"]["hospital_plan"]["segments"])
    pacs = next(nic for nic in gateway["nics"] if nic["segment"] == "pacs")
    assert (pacs["name"], pacs["address"], pacs["parent"], pacs["bridge"]) == (
        "bond0.130",
        "10.77.130.15",
        "bond0",
        None,
    )


def test_segments_say_which_router_is_beyond(data):
    segments = data["vars"]["hospital_plan"]["segments"]
    assert {key: s["router"] for key, s in segments.items() if s["router"]} == {"outside": "10.77.250.254"}
    assert (segments["outside"]["zone"], segments["outside"]["gateway"]) == ("outside", "10.77.250.1")


def test_flows_of_the_pair(data):
    flows = {flow["name"]: flow for flow in data["vars"]["hospital_plan"]["flows"]}
    vrrp, conntrack = flows["vrrp"], flows["conntrack"]
    assert (vrrp["protocol"], vrrp["ports"], vrrp["destination_subnets"]) == ("vrrp", [], ["224.0.0.18/32"])
    assert len(vrrp["source_subnets"]) == 20 and {"10.77.10.14/32", "10.77.250.15/32"} < set(vrrp["source_subnets"])
    assert (conntrack["protocol"], conntrack["ports"]) == ("udp", [3780])
    assert conntrack["source_subnets"] == ["10.77.10.14/32", "10.77.10.15/32"]
    assert conntrack["destination_addresses"] == ["10.77.10.14", "10.77.10.15"]
    assert flows["packages"]["destination_subnets"] == ["0.0.0.0/0"]
    assert flows["booking"]["source_subnets"] == ["0.0.0.0/0"]


def test_any_leaves_the_way_out_alone(data):
    ssh = next(flow for flow in data["vars"]["hospital_plan"]["flows"] if flow["name"] == "admin-ssh")
    assert not {"10.77.250.0/24", "10.77.174.0/24"} & set(ssh["destination_subnets"])


def test_gateways_come_up_before_the_hosts_and_go_down_after_them(data):
    up = [step["members"] for step in data["vars"]["hospital_plan"]["power_up"]]
    down = [step["members"] for step in data["vars"]["hospital_plan"]["power_down"]]
    assert up[1:3] == [["gw1", "gw2"], ["kvm1", "kvm2", "kvm3"]] and up[-1] == ["probe1"]
    assert down[-3:-1] == [["kvm1", "kvm2", "kvm3"], ["gw1", "gw2"]] and down[0] == ["probe1"]


def test_gateways_move_nothing(plan, lab, routed):
    first = plan(lab)
    second = plan(routed, first.text)
    before, after = read(first), read(second)
    for group in ("kvm_hosts", "guests"):
        assert after["children"][group] == before["children"][group]
    old, new = before["vars"]["hospital_plan"], after["vars"]["hospital_plan"]
    assert {key: new["segments"][key] for key in old["segments"]} == old["segments"]
    assert (new["storage"], new["clusters"], new["n_plus"]) == (old["storage"], old["clusters"], old["n_plus"])
    assert [line for line in second.changes if line.startswith("-")] == []
    assert "+ gateway gw1 in rack r1 of site main" in second.changes
    assert "+ gateways of main gw1, gw2, the way out by 10.77.250.254" in second.changes
    assert plan(routed, second.text).text == second.text
    assert plan(lab, second.text).text == first.text


def test_a_plan_that_knows_no_gateways_is_read(plan, lab, routed, catalogue):
    data = yaml.safe_load(plan(lab).text)
    del data["all"]["vars"]["hospital_plan"]["gateways"], data["all"]["children"]["machines"]
    for segment in data["all"]["vars"]["hospital_plan"]["segments"].values():
        del segment["router"]
    data["all"]["vars"]["hospital_plan"]["hashes"]["content_sha256"] = content_hash(data)
    old, intent = yaml.safe_dump(data), yaml.safe_dump(lab)
    assert staleness(old, intent, catalogue.sha256, "hosts.yml", "hospital.yml") is None
    assert plan(lab, old).text == plan(lab).text
    assert read_plan(data).hosts.keys() == {"kvm1", "kvm2", "kvm3"}
    assert read(plan(routed, old))["children"]["kvm_hosts"] == data["all"]["children"]["kvm_hosts"]


def test_machines_of_the_network_take_the_last_numbers(plan, routed):
    routed["hosts"].reverse()
    data = read(plan(routed))
    ids = {
        name: h["hospital"]["node_id"]
        for g in ("kvm_hosts", "gateways")
        for name, h in data["children"][g]["hosts"].items()
    }
    assert ids == {"kvm3": 1, "kvm2": 2, "kvm1": 3, "gw2": 4, "gw1": 5}
    again = copy.deepcopy(routed)
    again["hosts"].insert(0, {**routed["hosts"][-1], "name": "kvm4", "bmc": {"address": "10.77.11.114", "system": "1"}})
    kept = read(plan(again, plan(routed).text))["children"]
    assert {name: kept["gateways"]["hosts"][name]["hospital"]["node_id"] for name in ("gw1", "gw2")} == {
        "gw1": 5,
        "gw2": 4,
    }
    assert kept["kvm_hosts"]["hosts"]["kvm4"]["hospital"]["node_id"] == 7


def test_one_rack_for_both_gateways_is_worth_a_word(plan, routed):
    assert plan(routed).warnings == []
    routed["hosts"][4]["rack"] = "r1"
    assert plan(routed).warnings == ["both gateways of site main (gw1, gw2) stand in rack r1"]


def test_without_a_way_out_there_is_no_internet(refusals, routed):
    routed["segments"] = [s for s in routed["segments"] if s["name"] != "outside"]
    for profile in routed["host_profiles"]:
        profile["nics"] = [nic for nic in profile["nics"] if nic["segment"] != "outside"]
    sentence = refusals(routed)[0]
    assert "flows[0].name: the gateways of site main have no segment that leads out" in sentence
    assert "come from it: packages, names, names-tcp, booking; list a segment with purpose: outside" in sentence


def test_a_subnet_is_the_segment_that_it_lies_in(plan, refusals, lab):
    flow = {"name": "f", "destination": "pacs", "protocol": "tcp", "ports": [443], "reason": "r", "owner": "o"}
    lab["flows"] = [{**flow, "source": "10.77.171.128/25"}]
    assert not plan(lab).findings
    lab["segments"].append({"name": "external-dmz", "purpose": "guests"})
    assert "flow f opens pacs to 10.77.171.128/25, which lies in segment external-dmz" in refusals(lab)[0]
    lab["waivers"] = [{"rule": "flow", "flow": "f", "reason": "r", "owner": "o", "until": "2030-01-31"}]
    made = plan(lab)
    assert not made.findings and "WAIVED flow f until 2030-01-31 by o: r" in made.report
    assert made.plan["waivers"] == [{"rule": "flow", "flow": "f", "reason": "r", "owner": "o", "until": "2030-01-31"}]


def test_flows_that_do_nothing_are_remarked(plan, routed):
    flow = {**routed["flows"][0], "name": "https", "ports": [443]}
    routed["flows"].append(flow)
    report = plan(routed).report
    first = report.index("Remarks on flows:")
    assert report[first + 1].startswith("  flow booking is unused: its destination external-dmz holds no guest")
    assert report[first + 2] == "  flow https is shadowed: packages opened all of it already; remove one"
    routed["flows"] = routed["flows"][:1]
    assert "Remarks on flows:" not in plan(routed).report


def test_an_expiry_date_changes_no_plan(plan, routed):
    routed["flows"][4]["expires"] = "2001-01-01"
    (flow,) = [flow for flow in plan(routed).plan["flows"] if flow["name"] == "partner-reading"]
    assert flow["expires"] == "2001-01-01"
