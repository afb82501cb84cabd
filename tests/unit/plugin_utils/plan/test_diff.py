# SPDX-License-Identifier: GPL-3.0-or-later


def test_first_plan_lists_everything(plan, lab):
    lines = plan(lab).changes
    assert "+ host kvm1 in rack r1 of site main (room for 1000 millicores, 1024 MiB)" in lines
    assert "+ guest pacs1 on kvm1 (2 vCPU, 640 MiB)" in lines
    assert "+ segment pacs VLAN 130, 10.77.130.0/24, guests" in lines
    assert "+ flow pacs-dicom modality -> pacs tcp 4242 (modalities store images (C-STORE, C-ECHO))" in lines


def test_changed_values(plan, lab):
    first = plan(lab)
    lab["services"][0]["guest"]["memory_mib"] = 700
    lab["policies"]["failover"]["token_seconds"] = 5
    lines = plan(lab, first.text).changes
    assert "~ guest pacs1: memory_mib 640 -> 700" in lines
    assert "~ guest pacs1: utilization.hv_memory 909 -> 970" in lines
    assert "~ timing.token_ms 4000 -> 5000" in lines
    assert not [line for line in lines if line.startswith(("+", "-"))]


def test_change_without_consequence(plan, lab):
    first = plan(lab)
    lab["policies"]["n_plus"] = None
    assert plan(lab, first.text).changes == [
        "~ hashes only: the intent or the catalogue was changed without a consequence"
    ]


def test_waiver(plan, lab):
    first = plan(lab)
    lab["waivers"] = [{"rule": "fencing", "reason": "bench", "owner": "IT", "until": "2027-01-31"}]
    assert plan(lab, first.text).changes == ["+ waiver fencing until 2027-01-31 by IT: bench"]


def test_segments_of_the_intent_replace_the_default_ones_of_their_zone(plan, lab):
    first = plan(lab)
    lab["segments"].append({"name": "theatre", "purpose": "clients", "zone": "modality"})
    lines = plan(lab, first.text).changes
    assert "+ segment theatre VLAN 201, 10.77.201.0/24, clients" in lines
    assert [line for line in lines if line.startswith("- segment modality-")] and len(lines) == 5
    assert "~ flow pacs-dicom: source_subnets 10.77.140.0/24, 10.77.141.0/24 -> 10.77.201.0/24" in lines
