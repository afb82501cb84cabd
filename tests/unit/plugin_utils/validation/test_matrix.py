# SPDX-License-Identifier: GPL-3.0-or-later
import json
from datetime import date

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix import judge, make_matrix

OUTCOMES = {"dicom": "refused", "admin": "arrived", "updates": "beyond"}


@pytest.fixture
def matrix(small):
    flows = (
        small.flow("dicom", ["10.9.2.0/24"], ["10.9.3.101"], [104]),
        small.flow("admin", ["10.9.1.0/24"], ["10.9.2.0/24"], [22, 23]),
        small.flow("commit", ["10.9.3.101/32"], ["10.9.2.50"], [104]),
        small.flow("updates", ["10.9.1.0/24"], ["0.0.0.0/0"], [443]),
        small.flow("old", ["10.9.2.0/24"], ["10.9.3.101"], [8042], expires="2026-01-31"),
    )
    return make_matrix(small.plan(*flows), small.probe, small.machines, small.guests, 7, date(2026, 11, 22))


def observed(matrix, **more):
    """What a probe meets where all is as planned."""
    seen = [
        [index, port, OUTCOMES[p.flow], p.target]
        for index, p in enumerate(matrix.probes)
        if p.planned and p.flow in OUTCOMES
        for port in p.ports
    ]
    given = {
        "seen": seen,
        "connections": [],
        "strays": [],
        "joined": [],
        "sought": {key: [] for key in matrix.site.places},
        "neighbours": {key: dict.fromkeys(place.neighbours, "m") for key, place in matrix.site.places.items()},
        "sent": 1000,
        "lost": 0,
        "seconds": 3.0,
    }
    return {**given, **more}


def index_of(matrix, **wanted):
    return next(
        index
        for index, probe in enumerate(matrix.probes)
        if all(getattr(probe, key) == value for key, value in wanted.items())
    )


def judged_with(matrix, *seen, **more):
    world = observed(matrix, **more)
    return judge(matrix, {**world, "seen": world["seen"] + list(seen)})


def test_a_sound_site_has_no_findings_and_says_what_it_could_not_prove(matrix):
    verdict = judge(matrix, observed(matrix))
    assert verdict.findings == []
    assert "seed 7" in verdict.remarks[0]
    assert verdict.remarks[1].endswith("commit.")
    counts = verdict.evidence["counts"]
    assert (counts["planned"], counts["planned_passed"], counts["planned_unproved"]) == (5, 4, 1)
    assert (counts["unplanned_passed"], counts["crossed"]) == (0, 4)
    assert json.loads(json.dumps(verdict.evidence)) == verdict.evidence


def test_an_absent_device_that_the_gateway_asks_for_was_reached(matrix):
    sought = {**observed(matrix)["sought"], "ward": ["10.9.2.50"]}
    assert judge(matrix, observed(matrix, sought=sought)).evidence["unproved_flows"] == []


def test_a_hole_is_named_with_its_ports(matrix):
    index = index_of(matrix, row="ward", column="pacs", protocol="tcp", planned=False, whom="", spoofed="")
    first, second = sorted(matrix.probes[index].ports[:2])
    verdict = judged_with(matrix, [index, first, "arrived", ""], [index, second, "arrived", ""])
    assert verdict.findings == [
        f"From ward (10.9.2.13) tcp {first}, {second} reached pacs (10.9.3.13): no flow of the plan allows it; "
        "look at `nft list table inet medvirt_gateway` on gw1 and gw2."
    ]
    assert verdict.evidence["cells"]["ward"]["pacs"]["leaked"] == 2


def test_an_answer_on_the_way_to_the_probes_own_port_is_no_arrival(matrix):
    index = index_of(matrix, row="ward", column="pacs", protocol="tcp", planned=False, whom="", spoofed="")
    port = matrix.probes[index].ports[0]
    assert judged_with(matrix, [index, port, "refused", ""], [index, port, "rejected", "10.9.2.1"]).findings == []


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"row": "mgmt", "column": "ward", "protocol": "ipv6"}, "From mgmt IPv6 reached ward: no flow"),
        ({"row": "mgmt", "column": "ward", "protocol": "icmp"}, "From mgmt (10.9.1.13) ping reached ward (10.9.2.13)"),
        (
            {"row": "ward", "column": "pacs", "spoofed": "its own segment"},
            "under the address 10.9.3.250 of its own segm",
        ),
        ({"flow": "old"}, "reached pacs1 in pacs (10.9.3.101): flow old has expired"),
        ({"row": "pacs", "column": "pacs", "whom": "pacs1"}, "look at `nft list ruleset` on the host of pacs1."),
        ({"row": "ring", "column": "ring", "whom": "kvm1"}, "look at `nft list ruleset` on kvm1."),
        ({"row": "ward", "column": "internet"}, "From ward (10.9.2.13) tcp"),
    ],
)
def test_each_kind_of_hole_has_its_sentence(matrix, wanted, sentence):
    index = index_of(matrix, planned=False, **wanted)
    probe = matrix.probes[index]
    outcome = {"internet": "beyond"}.get(probe.column, "accepted" if probe.whom else "arrived")
    (finding,) = judged_with(matrix, [index, (probe.ports or (0,))[0], outcome, ""]).findings
    assert sentence in finding


def test_a_closed_flow_is_named_with_its_ends(matrix):
    world = observed(matrix)
    closed = [entry for entry in world["seen"] if matrix.probes[entry[0]].flow != "dicom"]
    assert judge(matrix, {**world, "seen": closed}).findings == [
        "Flow dicom does not pass from ward (10.9.2.13) to pacs1 in pacs (10.9.3.101) on tcp 104: no answer; "
        "look at `nft list table inet medvirt_gateway` on gw1 and gw2."
    ]


def test_packets_that_pass_without_a_connection_are_a_finding(matrix):
    index = index_of(matrix, flow="admin")
    (finding,) = judge(matrix, observed(matrix, connections=[[index, 22, "timeout"]])).findings
    assert "Flow admin lets packets pass" in finding and "no connection comes about" in finding


def test_the_router_beyond_may_say_whatever_it_likes(matrix):
    world = observed(matrix)
    index = index_of(matrix, flow="updates")
    seen = [entry for entry in world["seen"] if entry[0] != index]
    refused = [index, 443, "rejected", "10.9.5.254"]
    assert judge(matrix, {**world, "seen": [*seen, refused]}).findings == []


def test_a_standstill_is_one_sentence(matrix):
    silent = {key: dict.fromkeys(place.neighbours) for key, place in matrix.site.places.items()}
    silent["ring"]["10.9.4.11"] = "m"
    verdict = judge(matrix, observed(matrix, seen=[], neighbours=silent))
    assert verdict.findings[0] == (
        "Nothing passes between segments at main: the gateways gw1 and gw2 are down, or route nothing."
    )
    assert [line.split()[2] for line in verdict.findings[1:]] == ["mgmt", "ward", "pacs", "wan"]
    assert verdict.evidence["counts"]["crossed"] == 0


def test_what_makes_silence_worthless_comes_first(matrix):
    verdict = judge(matrix, observed(matrix, lost=3, joined=[["ward", "pacs"]], strays=[[0, 22, "ring"]]))
    assert [line.split()[0] for line in verdict.findings] == ["Segments", "In", "The"]


def test_the_table_fits_120_columns_and_marks_what_is_wrong(matrix):
    index = index_of(matrix, row="ward", column="pacs", protocol="tcp", planned=False, whom="", spoofed="")
    verdict = judged_with(matrix, [index, matrix.probes[index].ports[0], "arrived", ""])
    assert max(map(len, verdict.table)) <= 120
    rows = {line.split()[1]: line.split()[2:] for line in verdict.table[1:7]}
    assert rows["mgmt"] == [".", "2", ".", ".", ".", "1"]
    assert rows["ward"] == [".", ".", "1!1", ".", ".", "."]
    assert rows["pacs"] == [".", "?", ".", ".", ".", "."]
