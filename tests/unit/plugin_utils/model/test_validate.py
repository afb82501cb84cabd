# SPDX-License-Identifier: GPL-3.0-or-later
"""Each refusal with its message."""

import pytest


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_lab_is_accepted(plan, lab):
    assert plan(lab).findings == []


def test_unknown_key_with_hint(refusals, lab):
    lab["hosts"][1]["rak"] = "r2"
    del lab["hosts"][1]["rack"]
    sentences = refusals(lab)
    assert any("hosts[1].rak: unknown key, did you mean 'rack'? (known here: name, profile" in s for s in sentences)
    assert any("hosts[1].rack: missing; add the key 'rack'." in s for s in sentences)


def test_unknown_key_at_the_top(refusals, lab):
    lab["segmnets"] = []
    assert only(refusals(lab)).startswith("segmnets: unknown key, did you mean 'segments'?")


def test_all_findings_at_once_in_file_order(refusals, lab):
    lab["supernet"] = "10.77.0.1/16"
    lab["host_profiles"][0]["cores"] = "two"
    lab["hosts"][2]["site"] = "moon"
    lab["segments"][6]["vlan"] = 30
    lab["services"][0]["tier"] = "9"
    lab["colour"] = "blue"
    sentences = refusals(lab)
    assert [s.split(":")[0] for s in sentences] == [
        "supernet",
        "host_profiles[0].cores",
        "hosts[2].site",
        "segments[6].vlan",
        "services[0].tier",
        "colour",
    ]


def test_original_index_survives_a_malformed_neighbour(refusals, lab):
    lab["hosts"][0]["name"] = "KVM 1"
    lab["hosts"][2]["rack"] = "r9"
    sentences = refusals(lab)
    assert "hosts[0].name: 'KVM 1' is not allowed (allowed: lower case letters" in sentences[0]
    assert sentences[1] == (
        "hosts[2].rack: host kvm3 stands in the unknown rack 'r9' (racks of site main: r1, r2, r3); "
        "correct it or add the rack to the site."
    )
    assert len(sentences) == 2


def test_duplicate_vlan_names_both_segments(refusals, lab):
    lab["segments"][6]["vlan"] = 30
    assert only(refusals(lab)) == (
        "segments[6].vlan: VLAN id 30 is used by segment storage and by segment pacs; "
        "give one of them another id, or leave it out to have one assigned."
    )


@pytest.mark.parametrize("vlan", [0, 1, 4095, "ten", 10.5, True])
def test_vlan_bounds(refusals, lab, vlan):
    lab["segments"][0]["vlan"] = vlan
    assert only(refusals(lab)).startswith(f"segments[0].vlan: {vlan!r} is not allowed (allowed: ")


def test_overlapping_and_outside_subnets(refusals, lab):
    lab["segments"][0]["subnet"] = "10.77.10.0/24"
    lab["segments"][1]["subnet"] = "10.77.10.128/25"
    lab["segments"][2]["subnet"] = "10.99.0.0/24"
    sentences = refusals(lab)
    assert any("10.77.10.128/25 of segment oob overlaps 10.77.10.0/24 of segment mgmt" in s for s in sentences)
    assert any("10.99.0.0/24 lies outside the supernet 10.77.0.0/16" in s for s in sentences)


def test_duplicate_names(refusals, lab):
    lab["hosts"][2]["name"] = "kvm1"
    lab["sites"][0]["racks"] = ["r1", "r2", "r3", "r1"]
    sentences = refusals(lab)
    assert any("hosts[2].name: host kvm1 occurs twice" in s for s in sentences)
    assert any("sites[0].racks[3]: site main: rack r1 occurs twice" in s for s in sentences)


def test_two_hosts_with_one_bmc(refusals, lab):
    lab["hosts"][1]["bmc"]["address"] = "10.77.11.111"
    assert "10.77.11.111 is the baseboard controller of host kvm1 and of host kvm2" in only(refusals(lab))


def test_fewer_than_three_hosts(refusals, lab):
    del lab["hosts"][2]
    assert "site main has 2 hosts (kvm1, kvm2), a cluster needs 3" in only(refusals(lab))


def test_missing_bmc_needs_a_complete_waiver(plan, refusals, lab):
    del lab["hosts"][2]["bmc"]
    assert "hosts[2].bmc: host kvm3 has no baseboard controller" in only(refusals(lab))
    lab["waivers"] = [{"rule": "fencing", "reason": "test bench"}]
    text = " ".join(refusals(lab))
    assert "waivers[0].owner: missing" in text and "waivers[0].until: missing" in text
    lab["waivers"] = [{"rule": "fencing", "reason": "test bench", "owner": "IT", "until": "2027-01-31"}]
    result = plan(lab)
    assert result.plan["clusters"]["main"]["fencing"] == {
        "enabled": False,
        "waiver": {"rule": "fencing", "reason": "test bench", "owner": "IT", "until": "2027-01-31"},
    }
    assert "WAIVED fencing until 2027-01-31 by IT: test bench" in result.report


def test_needed_segments_and_nics(refusals, lab):
    lab["segments"] = [s for s in lab["segments"] if s["name"] not in ("ring1", "migration")]
    text = " ".join(refusals(lab))
    assert "no segment has the purpose migration" in text
    assert "1 of 2 segments have the purpose cluster" in text
    assert "NIC ring10 leads to the unknown segment 'ring1'" in text


def test_profile_without_storage_nic(refusals, lab):
    lab["host_profiles"][0]["nics"] = [n for n in lab["host_profiles"][0]["nics"] if n["segment"] != "storage"]
    assert "profile lab_node has no NIC on storage" in only(refusals(lab))


def test_service_references(refusals, lab):
    lab["services"][0].update(segment="storage", profile="double")
    text = " ".join(refusals(lab))
    assert (
        "segment storage has the purpose storage, guests of service pacs must not be on it (for guests: pacs)" in text
    )
    assert "the type pacs has no profile 'double' (profiles: single)" in text


@pytest.mark.parametrize("title", ["SEVENTEEN_LETTERS", "A\\B", "A\tB", "   ", ""])
def test_bad_ae_title(refusals, lab, title):
    lab["services"][0]["ae_title"] = title
    assert "services[0].ae_title:" in only(refusals(lab))
    assert "1 to 16 printable ASCII characters without a backslash" in only(refusals(lab))


def test_reserve_larger_than_host(refusals, lab):
    lab["policies"]["host_reserve"]["cores"] = 2
    assert "profile lab_node has cores 2, and the hosts' own reserve takes 2" in only(refusals(lab))


def test_n_plus_zero_needs_a_waiver(plan, refusals, lab):
    lab["policies"]["n_plus"] = 0
    assert "policies.n_plus: 0 means that a host failure stops guests for good" in only(refusals(lab))
    lab["waivers"] = [{"rule": "n_plus", "reason": "bench", "owner": "IT", "until": "2027-01-31"}]
    assert plan(lab).plan["n_plus"] == {"k": 0, "failures": {}, "headroom": {}}


def test_empty_and_non_mapping(refusals):
    assert "the file has no keys" in only(refusals(""))
    assert "the file has no keys" in only(refusals("- a\n- b\n"))


def test_wrong_shapes_never_crash(plan, lab):
    for key in lab:
        for value in (None, 3, "x", [], {}, [None], [[]], [{"name": []}], {"a": [1]}):
            result = plan({**lab, key: value})
            assert bool(result.findings) != bool(result.text)


def test_tier_may_be_a_number(plan, lab):
    lab["services"][0]["tier"] = 1
    assert plan(lab).findings == []


def test_guest_larger_than_any_host(refusals, lab):
    lab["services"][0]["guest"]["memory_mib"] = 4096
    assert any("4096 MiB is more than the largest host has (2048 MiB)" in s for s in refusals(lab))


def test_bmc_outside_the_out_of_band_segment(refusals, lab):
    lab["hosts"][0]["bmc"]["address"] = "10.88.0.5"
    assert "10.88.0.5 of host kvm1 is in no out-of-band segment (oob 10.77.11.0/24)" in only(refusals(lab))
