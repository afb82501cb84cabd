# SPDX-License-Identifier: GPL-3.0-or-later
"""All findings at once, each at its place, whatever is malformed."""

from pathlib import Path

import pytest


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_lab_and_clinic_are_accepted(accepted, lab, clinic):
    assert accepted(lab).hospital == "lab"
    assert accepted(clinic).hospital == "clinic"


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


def test_a_malformed_name_is_said_once(refusals, clinic):
    clinic["services"] = [{"name": "Pacs"}]
    assert only(refusals(clinic)).startswith("services[0].name: 'Pacs' is not allowed")


def test_references_to_malformed_entries_count_as_known(refusals, clinic):
    clinic["host_profiles"][0]["cores"] = 0
    clinic["segments"] = [{"name": "images", "purpose": "gests"}]
    clinic["services"][0]["segment"] = "images"
    assert [s.split(":")[0] for s in refusals(clinic)] == ["host_profiles[0].cores", "segments[0].purpose"]


@pytest.mark.parametrize("vlan", [0, 1, 4095, "ten", 10.5, True])
def test_vlan_bounds(refusals, lab, vlan):
    lab["segments"][0]["vlan"] = vlan
    assert only(refusals(lab)).startswith(f"segments[0].vlan: {vlan!r} is not allowed (allowed: ")


@pytest.mark.parametrize("title", ["SEVENTEEN_LETTERS", "A\\B", "A\tB", "   ", ""])
def test_bad_ae_title(refusals, lab, title):
    lab["services"][0]["ae_title"] = title
    assert "services[0].ae_title:" in only(refusals(lab))
    assert "1 to 16 printable ASCII characters without a backslash" in only(refusals(lab))


@pytest.mark.parametrize("figure", [-1, True, "many", float("nan"), float("inf"), [], {}, {"CT": -1}, {"CT": {}}])
def test_bad_demand(refusals, clinic, figure):
    clinic["demand"]["studies_per_year"] = figure
    assert only(refusals(clinic)).startswith("demand.studies_per_year: ")


@pytest.mark.parametrize("ports", [0, 65536, True, 2.5, "443", "0-5", "9-3", "7-7", "1-70000", "all"])
def test_bad_ports(refusals, clinic, ports):
    clinic["flows"] = [
        {"name": "f", "source": "clinical", "destination": "pacs", "protocol": "tcp", "reason": "r", "owner": "o"}
        | {"ports": [ports]}
    ]
    assert only(refusals(clinic)).startswith(f"flows[0].ports[0]: {ports!r} is not allowed")


@pytest.mark.parametrize("source", ["10.20.0.1/16", "10.20.0.1", "Clinical", "fe80::/64", ""])
def test_bad_source(refusals, clinic, source):
    clinic["flows"] = [
        {"name": "f", "source": source, "destination": "pacs", "protocol": "icmp", "reason": "r", "owner": "o"}
    ]
    assert "a zone, internet, any, or an IPv4 subnet" in only(refusals(clinic))


def test_empty_and_non_mapping(refusals):
    assert "the file has no keys" in only(refusals(""))
    assert "the file has no keys" in only(refusals("- a\n- b\n"))


KEYS = (
    "hospital domain supernet demand sites host_profiles hosts segments services tenants modalities flows policies "
    "waivers"
)


@pytest.mark.parametrize("key", KEYS.split())
def test_wrong_shapes_never_crash(check, lab, key):
    for value in (None, 3, "x", [], {}, [None], [[]], [{"name": []}], {"a": [1]}, [{"name": "x"}, {"name": "x"}]):
        model, sentences = check({**lab, key: value})
        assert (model is None) == bool(sentences)


def test_the_smallest_intent_of_the_reference_is_accepted(accepted):
    root = Path(__file__).resolve().parents[4]
    block = (root / "docs/intent.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert [service.type for service in accepted(block).services] == ["pacs", "his"]
