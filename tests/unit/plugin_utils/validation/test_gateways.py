# SPDX-License-Identifier: GPL-3.0-or-later
"""The pair of gateways, judged by what each of them answered."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.gateways import (
    gateway_findings,
    gateways_sound,
)

PAIR = {"hosts": ["gw1", "gw2"], "segments": ["mgmt", "pacs"]}
SEGMENTS = {"mgmt": {"gateway": "10.0.10.1"}, "pacs": {"gateway": "10.0.130.1"}}
ALL = ["10.0.10.1", "10.0.130.1"]


def look(held=(), stopped=(), rules=True, internal=0, external=0):
    connections = {"internal": internal, "external": external}
    return {"held": list(held), "stopped": list(stopped), "rules_loaded": rules, "connections": connections}


def findings(first, second):
    return gateway_findings(PAIR, SEGMENTS, {"gw1": first, "gw2": second})


def test_one_routes_and_the_other_knows_its_connections():
    answers = {"gw1": look(ALL, internal=100), "gw2": look(external=98)}
    assert gateway_findings(PAIR, SEGMENTS, answers) == []
    assert gateways_sound("main", PAIR, answers) == (
        "Gateways of main are as planned: gw1 routes between 2 segments, "
        "gw2 stands by in step with its 100 connections."
    )


def test_it_does_not_matter_which_one_routes():
    assert findings(look(external=5), look(ALL, internal=5)) == []


def test_an_address_on_both_gateways_is_found_per_segment():
    (said,) = findings(look(ALL), look(["10.0.130.1"]))
    assert said.startswith("Both gateways have 10.0.130.1, the address of pacs")


def test_an_address_on_no_gateway_is_found_first():
    said = findings(look(["10.0.10.1"], stopped=["conntrackd"]), look())
    assert said[0].startswith("No gateway has 10.0.130.1, so nothing leaves or enters pacs; `journalctl -u keepalived`")
    assert said[1].startswith("conntrackd does not run on gateway gw1")


def test_segments_that_are_split_between_the_gateways_are_found():
    (said,) = findings(look(["10.0.10.1"]), look(["10.0.130.1"]))
    assert said.startswith("gw1 and gw2 each route a part of the segments")


def test_a_gateway_that_is_off_leaves_nobody_to_take_over():
    for silent in (None, {"unreachable": True}, {"failed": True, "msg": "no"}):
        (said,) = findings(look(ALL), silent)
        assert said.startswith("Gateway gw2 does not answer over SSH")


def test_no_gateway_that_answers():
    assert [said.split()[1] for said in findings(None, None)] == ["gw1", "gw2"]


def test_rules_that_somebody_changed_by_hand():
    assert findings(look(ALL), look(rules=False)) == [
        "The rules in effect on gateway gw2 are not those that were loaded; run site.yml."
    ]


def test_a_standby_out_of_step_is_found_but_not_for_a_few_connections():
    assert findings(look(ALL, internal=20), look(external=0)) == []
    (said,) = findings(look(ALL, internal=100), look(external=49))
    assert said.startswith("Gateway gw2 knows 49 of the 100 connections of gw1")
