# SPDX-License-Identifier: GPL-3.0-or-later
"""Where guests run, and what forbids to move any of them."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.observed import edited, refusals, situation
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.hashes import content_hash

from .conftest import WHERE, entry


def said(cluster):
    return refusals(cluster.answers, cluster.hosts, cluster.guests)


def test_a_sound_cluster_is_seen_as_it_is(cluster):
    assert said(cluster) == []
    now = situation(cluster.answers, cluster.hosts, cluster.guests)
    assert (now.where, now.closed, now.held) == (WHERE, {}, {})


def test_hosts_that_take_no_guest_and_guests_that_are_held(cluster):
    cluster.node("kvm2", standby=True)
    cluster.hosts["kvm3"]["maintenance"] = True
    for view in cluster.views():
        view["held"] = {"pacs1": ["cli-prefer-pacs1"], "dummy": ["cli-ban-dummy-on-kvm1"]}
    assert said(cluster) == []
    now = situation(cluster.answers, cluster.hosts, cluster.guests)
    assert now.closed == {"kvm2": "standby", "kvm3": "maintenance in the plan"}
    assert list(now.held) == ["pacs1"]
    assert "crm_resource --clear --resource pacs1" in now.held["pacs1"]


def test_without_quorum(cluster):
    for view in cluster.views():
        view["quorate"] = False
    assert said(cluster) == ["The cluster has no quorum: more than half of its hosts must see each other."]


def test_in_maintenance_mode(cluster):
    for view in cluster.views():
        view["maintenance_mode"] = True
    assert said(cluster) == [
        "The cluster is in maintenance mode, in which Pacemaker moves nothing; end that mode first."
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"online": False}, "Host kvm3 is not online in the cluster"),
        ({"online": False, "unclean": True}, "Host kvm3 is not cleanly down"),
        ({"pending": True}, "Host kvm3 is not online in the cluster"),
    ],
)
def test_a_host_that_is_not_whole(cluster, changes, words):
    cluster.node("kvm3", **changes)
    assert [words in line for line in said(cluster)] == [True]


def test_a_host_that_does_not_answer(cluster):
    cluster.answers["kvm3"] = {"guests": {"unreachable": True}, "cluster": {"unreachable": True}, "storage": None}
    assert said(cluster) == ["Host kvm3 does not answer over SSH."]


def test_nobody_answers(cluster):
    for answer in cluster.answers.values():
        answer.update(cluster={"unreachable": True}, guests={"unreachable": True}, storage={"unreachable": True})
    assert "No host could be asked about the cluster" in said(cluster)[-1]


def test_a_guest_that_runs_nowhere(cluster):
    cluster.answers["kvm2"]["guests"]["running"] = []
    cluster.resource("emr2", role="Stopped", nodes=[])
    assert said(cluster) == ["Guest emr2 runs on no host; `crm_mon -1 --failures` on a host says why."]


def test_a_guest_that_runs_twice(cluster):
    cluster.answers["kvm3"]["guests"]["running"] = ["emr2"]
    assert said(cluster) == ["Guest emr2 runs 2 times, on kvm2 and kvm3; validate.yml says what to do."]


def test_a_guest_that_moves_just_now_runs_at_both_ends(cluster):
    cluster.answers["kvm3"]["guests"]["running"] = ["emr2"]
    cluster.resource("emr2", nodes=["kvm2", "kvm3"], role="Migrating")
    assert said(cluster) == ["Guest emr2 is not at rest (Migrating); wait until crm_mon shows it started."]


def test_the_cluster_believes_otherwise(cluster):
    cluster.resource("emr2", nodes=["kvm3"])
    assert said(cluster) == ["Guest emr2 runs on kvm2, and the cluster believes on kvm3."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"blocked": True, "managed": False}, "10 minutes after the failure"),
        ({"blocked": True, "nodes": ["kvm2", "kvm3"]}, "10 minutes after the failure"),
        ({"failed": True}, "Guest emr2 has a failed operation"),
        ({"managed": False}, "Guest emr2 is unmanaged"),
    ],
)
def test_a_guest_that_pacemaker_would_not_move(cluster, changes, words):
    cluster.resource("emr2", **changes)
    assert [words in line for line in said(cluster)] == [True]


def test_a_guest_that_the_cluster_does_not_know(cluster):
    for view in cluster.views():
        del view["resources"]["emr2"]
    assert said(cluster) == ["The cluster does not know guest emr2 of the plan; run site.yml first."]


def test_a_guest_that_the_plan_does_not_know(cluster):
    for view in cluster.views():
        view["resources"]["his1"] = entry("kvm3")
    assert said(cluster) == ["Guest his1 runs on kvm3 and is not in the plan; plan again and run site.yml first."]


def test_storage_that_is_not_sound(cluster):
    for answer in cluster.answers.values():
        answer["storage"] = {"msg": "The Ceph cluster is not sound: Of 3 OSDs 2 are up."}
    assert said(cluster) == ["The Ceph cluster is not sound: Of 3 OSDs 2 are up."]


def test_a_file_as_the_planner_wrote_it():
    inventory = {"all": {"vars": {"hospital_plan": {"name": "lab", "hashes": {}}}}}
    hashes = inventory["all"]["vars"]["hospital_plan"]["hashes"]
    hashes["intent_sha256"] = "of an intent that is gone"
    hashes["content_sha256"] = content_hash(inventory)
    assert edited(inventory, "hosts.yml") is None
    inventory["all"]["vars"]["hospital_plan"]["name"] = "other"
    assert edited(inventory, "hosts.yml") == (
        "hosts.yml was changed since the planner wrote it; restore it, or run playbooks/plan.yml and site.yml first."
    )
    assert "holds no plan" in edited({"all": None}, "hosts.yml")
