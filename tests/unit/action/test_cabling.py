# SPDX-License-Identifier: GPL-3.0-or-later
import json

from ansible_collections.medvirt.hospital.plugins.action.cabling import HEARD, SENT, answers, evidence
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.cabling import Judgement, Row

PORT = {"found": True, "link": True, "problem": ""}


def heard(**changes):
    return {"ports": {"eno1": dict(PORT)}, "heard": [], "claims": [], "macs": [], **changes}


def test_a_machine_that_failed_or_never_answered_gives_no_answer():
    hostvars = {
        "kvm1": {SENT: {"problems": {}}, HEARD: heard()},
        "kvm2": {SENT: {"failed": True, "msg": "no"}, HEARD: heard()},
        "kvm3": {},
    }
    assert list(answers(hostvars, hostvars)) == ["kvm1"]


def test_a_problem_of_sending_is_told_with_its_port():
    hostvars = {"kvm1": {SENT: {"problems": {"eno1": "it can't send"}}, HEARD: heard()}}
    assert answers(hostvars, hostvars)["kvm1"]["ports"]["eno1"]["problem"] == "it can't send"
    assert hostvars["kvm1"][HEARD]["ports"]["eno1"]["problem"] == ""


def test_the_evidence_names_the_plan_and_what_was_found():
    row = Row("pacs", 130, 1500, 3, 6, 6, 5, 0, "1 finding")
    found = Judgement(["a finding"], [], [row], [["pacs", "kvm1", "eno1", "kvm2", "full"]])
    plan = {"name": "lab", "hashes": {"content_sha256": "abc"}}
    record = json.loads(evidence(found, plan, "run1", ["kvm1", "kvm2"]))
    assert record["passed"] is False
    assert record["plan_content_sha256"] == "abc"
    assert record["segments"][0]["full"] == 5
    assert record["made"].endswith("+00:00")
