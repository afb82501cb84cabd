# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from .cabling_bench import HOSTS, PLAN, SEGMENTS, Switches, slices


@pytest.fixture
def switches():
    return Switches(slices())


def test_sound_cables_have_no_findings_and_a_full_table(switches):
    found = switches.judgement()
    assert found.findings == []
    assert found.summary() == "Cables, VLANs, MTUs and addresses are as planned."
    assert found.table() == [
        "segment  VLAN  MTU   machines  heard     full size  addresses in use  verdict",
        "mgmt     10    1500  3         6 of 6    6 of 6     0                 as planned",
        "storage  30    9000  3         12 of 12  12 of 12   0                 as planned",
        "pacs     130   1500  3         12 of 12  12 of 12   0                 as planned",
    ]
    assert ["storage", "kvm1", "eno2", "kvm3", "full"] in found.paths


def test_a_cable_in_another_segment_is_one_finding_that_names_both(switches):
    switches.network[switches.end("kvm2", "mgmt0", "mgmt")] = "storage"
    said = switches.judgement().findings
    assert len(said) == 1
    assert said[0].startswith(
        "kvm2's port mgmt0 should be in segment mgmt and is in segment storage: it exchanges frames with kvm1's link "
        "eno1 of bond0, kvm1's link eno2 of bond0, kvm2's link eno1 of bond0 and 3 more."
    )
    assert said[0].endswith("Move its cable, or make its switch port an access port of VLAN 10.")


def test_two_swapped_cables_are_both_named():
    machines = slices()
    for content in machines.values():
        content["nics"][1].update(name="storage0", parent=None, vlan=None)
        content["nics"][2].update(name="pacs0", parent=None, vlan=None)
    switches = Switches(machines)
    switches.network[switches.end("kvm2", "storage0", "storage")] = "pacs"
    switches.network[switches.end("kvm2", "pacs0", "pacs")] = "storage"
    said = switches.judgement().findings
    assert [text.split(":")[0] for text in said] == [
        "kvm2's port pacs0 should be in segment pacs and is in segment storage",
        "kvm2's port storage0 should be in segment storage and is in segment pacs",
    ]


def test_joined_segments_are_no_cable_in_the_wrong_place(switches):
    for end in switches.ends:
        if end.segment == "pacs":
            switches.network[end] = "storage"
    said = switches.judgement().findings
    assert len(said) == 1
    assert said[0].startswith("Segments pacs and storage are joined: ")


def test_a_link_without_carrier_is_one_finding_for_all_its_vlans(switches):
    switches.problems["kvm2", "eno2"] = {"link": False}
    found = switches.judgement()
    assert found.findings == [
        "kvm2's link eno2 of bond0 has no link: plug in its cable, or switch on its switch port. "
        "It is to carry storage and pacs."
    ]
    assert [row.verdict for row in found.rows] == ["as planned", "1 finding", "1 finding"]


def test_a_link_with_carrier_that_leads_nowhere_is_one_finding(switches):
    for segment in ("storage", "pacs"):
        switches.network[switches.end("kvm2", "eno2", segment)] = "nowhere"
    assert switches.judgement().findings == [
        "kvm2's link eno2 of bond0 exchanges no frames with any other machine in VLAN 30 (storage) and 130 (pacs): "
        "none of its VLANs pass, so check its cable, and that its switch port is a trunk that carries them."
    ]


def test_a_vlan_missing_on_one_link_is_named_with_its_id(switches):
    switches.network[switches.end("kvm3", "eno1", "pacs")] = "nowhere"
    assert switches.judgement().findings == [
        "kvm3's link eno1 of bond0 exchanges no frames with any other machine in VLAN 130 (pacs): its other VLANs "
        "pass, so let its switch port carry these too."
    ]


def test_a_vlan_missing_on_all_switches_is_one_finding_per_segment(switches):
    for end in switches.ends:
        if end.segment == "pacs":
            switches.network[end] = end
    assert switches.judgement().findings == [
        "Segment pacs: none of kvm1, kvm2 and kvm3 hears another one. Check that VLAN 130 exists on the switches and "
        "reaches their ports."
    ]


def test_links_on_switches_of_their_own_need_no_cable_between_them(switches):
    for end in switches.ends:
        if end.bond:
            switches.network[end] = f"{end.segment} on {end.port}"
    assert switches.judgement().findings == []


def test_a_link_of_a_bond_that_only_hears_is_named(switches):
    mute = switches.end("kvm1", "eno2", "storage")
    switches.cut = {(mute, other) for other in switches.ends}
    assert switches.judgement().findings == [
        "kvm1's link eno2 of bond0 is heard by no other machine, though it hears some, in VLAN 30 (storage): its other "
        "VLANs pass, so let its switch port carry these too."
    ]


@pytest.mark.parametrize(("mode", "count"), [("active-backup", 1), ("802.3ad", 0)])
def test_a_link_that_hears_nothing_counts_unless_the_switch_chooses_one_of_the_links(mode, count):
    switches = Switches(slices(mode))
    deaf = switches.end("kvm1", "eno2", "storage")
    switches.cut = {(other, deaf) for other in switches.ends}
    assert len(switches.judgement().findings) == count


def test_one_missing_direction_names_its_two_machines(switches):
    sender = switches.end("kvm1", "mgmt0", "mgmt")
    switches.cut = {(sender, switches.end("kvm3", "mgmt0", "mgmt"))}
    assert switches.judgement().findings == [
        "In segment mgmt kvm3 does not hear kvm1's port mgmt0, though others do: look at the switches between."
    ]


def test_a_switch_port_with_a_small_mtu_is_named(switches):
    switches.small = {switches.end("kvm2", "eno1", "storage")}
    assert switches.judgement().findings == [
        "kvm2's link eno1 of bond0 passes short frames, but none of full size (9000 bytes) in VLAN 30 (storage): raise "
        "the MTU of its switch port to 9000."
    ]


def test_a_switch_with_a_small_mtu_is_one_finding(switches):
    switches.small = {end for end in switches.ends if end.segment == "storage"}
    found = switches.judgement()
    assert found.findings == [
        "Segment storage: short frames pass between kvm1, kvm2 and kvm3, frames of 9000 bytes do not. Raise the MTU of "
        "the switches to 9000, or lower mtu of the segment in the intent."
    ]
    assert found.rows[1].full == 0


@pytest.mark.parametrize(
    ("place", "sender", "said"),
    [
        (
            ["eno1", None],
            ["kvm1", "mgmt0", "mgmt"],
            "kvm2's link eno1 of bond0 hears kvm1's port mgmt0 without a tag: its switch port is no trunk, or has VLAN "
            "10 (mgmt) as its native VLAN; let it carry its VLANs tagged only.",
        ),
        (
            ["mgmt0", 130],
            ["kvm1", "eno1", "pacs"],
            "kvm2's port mgmt0 hears kvm1's link eno1 of bond0 with the tag of VLAN 130: its switch port is a trunk; "
            "make it an access port of VLAN 10.",
        ),
        (
            ["eno1", 10],
            ["kvm1", "mgmt0", "mgmt"],
            "kvm2's link eno1 of bond0 hears kvm1's port mgmt0 in VLAN 10, which the plan does not give it: take VLAN "
            "10 off its switch port.",
        ),
    ],
)
def test_frames_where_the_plan_has_no_end_are_findings(switches, place, sender, said):
    switches.extra["kvm2"] = [[*place, *sender, "short"]]
    assert switches.judgement().findings == [said]


def test_a_port_that_does_not_exist_or_refuses_the_mtu_is_a_finding(switches):
    switches.problems["kvm1", "eno1"] = {"found": False, "link": False}
    switches.problems["kvm2", "eno1"] = {"problem": "it refuses an MTU of 9000 bytes (Invalid argument)"}
    said = switches.judgement().findings
    assert said[0].startswith("kvm1 has no port eno1: correct the name in its host profile")
    assert "kvm2's link eno1 of bond0 can't be checked fully: it refuses an MTU of 9000 bytes" in said[1]


def test_a_machine_that_could_not_be_asked_is_a_finding_and_blames_nobody_else(switches):
    assert switches.judgement(unasked=["kvm3"]).findings == [
        "kvm3 could not be asked, so nothing is known of its cables: bring it up and run the check again."
    ]


def test_a_segment_with_one_machine_is_a_note():
    machines = slices()
    machines["kvm1"]["nics"].append({"name": "oob0", "segment": "oob", "address": None, "parent": None, "vlan": None})
    oob = {"site": "main", "vlan": 11, "purpose": "out_of_band", "mtu": 1500, "gateway": None}
    found = Switches(machines).judgement({"segments": {**SEGMENTS, "oob": oob}})
    assert found.findings == []
    assert found.notes == ["Only one machine has a port in oob: its cable there can't be compared with another."]
    assert found.rows[-1].verdict == "nothing to compare"


def test_an_address_that_another_machine_answers_for_is_named(switches):
    switches.claims["kvm1"] = [
        ["eno1", 30, "10.0.30.12", "52:54:00:00:00:02"],
        ["eno1", 30, "10.0.30.12", "02:00:00:00:00:99"],
    ]
    switches.claims["kvm3"] = [["eno2", 30, "10.0.30.11", "52:54:00:00:00:02"]]
    assert switches.judgement().findings == [
        "10.0.30.11 (kvm1, segment storage) is answered by kvm2 (52:54:00:00:00:02), which should not have it: take "
        "the address away from that machine, or give it another in the plan. Heard by kvm3.",
        "10.0.30.12 (kvm2, segment storage) is answered by 02:00:00:00:00:99, which should not have it: take the "
        "address away from that machine, or give it another in the plan. Heard by kvm1.",
    ]


def test_a_gateway_of_unknown_make_may_have_one_mac_but_not_two(switches):
    switches.claims["kvm1"] = [["mgmt0", None, "10.0.10.1", "02:00:00:00:00:01"]]
    assert switches.judgement().findings == []
    switches.claims["kvm2"] = [["mgmt0", None, "10.0.10.1", "02:00:00:00:00:02"]]
    assert (
        switches.judgement()
        .findings[0]
        .startswith("10.0.10.1 (the gateway, segment mgmt) is answered by 02:00:00:00:00:01 and 02:00:00:00:00:02: ")
    )


def test_the_planned_gateways_share_their_address_one_at_a_time(switches):
    gateways = {"main": {"hosts": ["kvm1", "kvm2"], "segments": ["mgmt"]}}
    plan = {**PLAN, "gateways": gateways}
    for mac in ("52:54:00:00:00:01", "00:00:5e:00:01:0a"):
        switches.claims["kvm3"] = [["mgmt0", None, "10.0.10.1", mac]]
        assert switches.judgement(plan).findings == []
    switches.claims["kvm3"] = [["mgmt0", None, "10.0.10.1", f"52:54:00:00:00:0{number}"] for number in (1, 2)]
    assert "is answered by kvm1 and kvm2 at once" in switches.judgement(plan).findings[0]
    switches.claims["kvm3"] = [["mgmt0", None, "10.0.10.1", "02:00:00:00:00:99"]]
    assert "is answered by 02:00:00:00:00:99, which should not have it" in switches.judgement(plan).findings[0]


def test_a_guest_answers_with_its_planned_mac(switches):
    guests = {"pacs1": {"nics": [{"segment": "pacs", "address": "10.0.130.101", "mac": "52:54:00:AA:00:01"}]}}
    switches.claims["kvm2"] = [["eno1", 130, "10.0.130.101", "52:54:00:aa:00:01"]]
    assert switches.judgement(guests=guests).findings == []
    switches.claims["kvm2"] = [["eno1", 130, "10.0.130.101", "02:00:00:00:00:99"]]
    assert (
        switches.judgement(guests=guests).findings[0].startswith("10.0.130.101 (guest pacs1, segment pacs) is answered")
    )


def test_a_claim_in_another_segment_says_nothing(switches):
    switches.claims["kvm2"] = [["mgmt0", None, "10.0.30.11", "02:00:00:00:00:99"]]
    assert switches.judgement().findings == []


def test_two_machines_that_do_not_hear_each_other_are_one_finding_per_segment():
    switches = Switches(slices(hosts=HOSTS[:2]))
    switches.network[switches.end("kvm2", "mgmt0", "mgmt")] = "nowhere"
    assert switches.judgement().findings == [
        "Segment mgmt: none of kvm1 and kvm2 hears another one. Check that VLAN 10 exists on the switches and reaches "
        "their ports."
    ]
