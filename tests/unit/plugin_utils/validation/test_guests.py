# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.guests import findings

HOSTS = ("kvm1", "kvm2", "kvm3")


def observed(**changes):
    node = {"online": True, "unclean": False, "standby": False, "maintenance": False}
    state = {
        "guests": {"pacs1": {}},
        "members": HOSTS,
        "running": {"kvm1": ["pacs1"], "kvm2": [], "kvm3": []},
        "answers": {"pacs1": True},
        "cluster": {"available": True, "quorate": True, "nodes": {name: dict(node) for name in HOSTS}},
        "bmcs": {name: {"ok": True, "complaint": ""} for name in HOSTS},
    }
    return {**state, **changes}


def test_a_cluster_as_planned_has_no_findings():
    assert findings(observed()) == []


def test_two_copies_are_the_first_finding():
    said = findings(observed(running={"kvm1": ["pacs1"], "kvm2": ["pacs1"], "kvm3": []}))
    assert said[0] == "Guest pacs1 runs 2 times, on kvm1 and kvm2: power one of them off now."


def test_a_guest_that_waits_for_fencing_says_why_in_one_line():
    state = observed(running={"kvm2": [], "kvm3": []})
    state["cluster"]["nodes"]["kvm1"].update(online=False, unclean=True)
    state["bmcs"]["kvm1"] = {"ok": False, "complaint": "Unable to get PowerState: https://10.0.0.1"}
    assert findings(state)[0] == (
        "Guest pacs1 is not started elsewhere because the power-off of kvm1 is not confirmed: it refuses user and "
        "password, or does not know the system: put the right password into hospital_secrets.bmc_passwords and run "
        "site.yml."
    )


def test_a_guest_whose_agent_is_silent_is_named_with_its_host():
    assert findings(observed(answers={})) == ["Guest pacs1 runs on kvm1 but its agent does not answer."]


def test_lost_quorum_and_an_absent_host_are_found():
    state = observed()
    state["cluster"]["quorate"] = False
    del state["cluster"]["nodes"]["kvm3"]
    assert [text.split(":")[0] for text in findings(state)] == [
        "The cluster has no quorum",
        "Host kvm3 is not online in the cluster.",
    ]


def test_a_silent_controller_is_found_though_nothing_has_failed_yet():
    state = observed()
    state["bmcs"]["kvm2"] = {"ok": False, "complaint": "no answer within 20 s"}
    assert findings(state) == [
        "Host kvm2 cannot be fenced, so its guests would not be started elsewhere; "
        "it does not answer: check its power, cable and address."
    ]
