# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.verdict import (
    sound,
    verdict,
    waived,
)

NODE = {"online": True, "unclean": False, "standby": False, "maintenance": False}
HOSTS = ("kvm1", "kvm2", "kvm3")


def answer(running=(), quorate=True):
    return {
        "guests": {"running": list(running), "answers": dict.fromkeys(running, True)},
        "cluster": {"cluster": {"available": True, "quorate": quorate, "nodes": {name: dict(NODE) for name in HOSTS}}},
        "bmcs": {"bmcs": {name: {"ok": True, "complaint": ""} for name in HOSTS}},
        "storage": {"shortfalls": []},
    }


def hospital():
    return {"kvm1": answer(["pacs1"]), "kvm2": answer(), "kvm3": answer()}


def test_a_sound_hospital_has_no_findings():
    assert verdict(hospital(), {"pacs1": {}}) == []


def test_a_host_that_does_not_answer_is_found_and_the_others_are_judged():
    answers = hospital()
    answers["kvm3"] = dict.fromkeys(("guests", "cluster", "bmcs", "storage"), {"unreachable": True})
    assert verdict(answers, {"pacs1": {}}) == ["Host kvm3 does not answer over SSH."]


def test_the_view_with_quorum_counts():
    answers = hospital()
    answers["kvm1"] = answer(["pacs1"], quorate=False)
    assert verdict(answers, {"pacs1": {}}) == []


def test_one_host_that_can_use_a_controller_is_enough():
    answers = hospital()
    answers["kvm2"]["bmcs"]["bmcs"]["kvm1"] = {"ok": False, "complaint": "no answer within 20 s"}
    assert verdict(answers, {"pacs1": {}}) == []


def test_unsound_storage_is_told_in_the_words_of_its_module():
    answers = hospital()
    for content in answers.values():
        content["storage"] = {"msg": "The Ceph cluster is not sound: OSD 1 is down."}
    assert verdict(answers, {"pacs1": {}}) == ["The Ceph cluster is not sound: OSD 1 is down."]


def test_a_waiver_is_repeated_and_nothing_is_said_of_fencing_that_is_off():
    waiver = {"reason": "controllers on order", "owner": "it", "until": "2027-01-31"}
    cluster = {"hosts": list(HOSTS), "fencing": {"enabled": False, "waiver": waiver}}
    assert "fencing is off" in sound("main", cluster, {})
    assert waived("main", cluster) == [
        "Cluster main runs WITHOUT FENCING: controllers on order (it, until 2027-01-31)."
    ]
    assert waived("main", {**cluster, "fencing": {"enabled": True, "waiver": None}}) == []


def test_nothing_is_claimed_of_hosts_that_could_not_be_asked():
    nobody = dict.fromkeys(("guests", "cluster", "bmcs", "storage"), {"unreachable": True})
    said = verdict(dict.fromkeys(HOSTS, nobody), {"pacs1": {}})
    assert said[:2] == [
        "Guest pacs1 runs on none of the hosts that answer, and kvm1, kvm2, kvm3 could not be asked.",
        "No host could be asked about the cluster.",
    ]
    assert said[-1] == "No host could be asked about the storage."
