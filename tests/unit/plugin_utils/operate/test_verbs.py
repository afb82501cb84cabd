# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebalancing and emptying as lines for people and waves for the module."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.balanced import balanced
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.emptied import (
    Refused,
    chosen,
    emptied,
    returned,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.seen import REGISTERED, Seen, clusters_of

PLAN = {"n_plus": {"k": {"main": 1}}, "clusters": {"main": {"site": "main", "hosts": ["kvm1", "kvm2", "kvm3"]}}}


def seen(cluster, n_plus=1):
    return Seen("main", n_plus, cluster.hosts, cluster.guests, cluster.answers)


def moves(answer):
    return [(move["guest"], move["source"], move["target"]) for wave in answer["waves"] for move in wave]


def test_clusters_are_joined_from_plan_and_answers(cluster):
    variables = {
        host: {variable: answer[key] for key, variable in REGISTERED.items()}
        for host, answer in cluster.answers.items()
    }
    other = {**cluster.guests["pacs1"], "cluster": "north"}
    found = clusters_of(PLAN, cluster.hosts, {**cluster.guests, "pacs9": other}, variables)
    assert found == [seen(cluster)]
    assert found[0].refusals() == []


def test_the_moves_of_rebalancing_and_what_they_bring(cluster):
    answer = balanced(seen(cluster))
    assert moves(answer) == [("emr1", "kvm1", "kvm3")]
    text = "\n".join(answer["report"])
    assert "kvm1     25 %        75 %       2      12 %         50 %       1" in text
    assert "   1  emr1   kvm1  kvm3  2.0  relieves kvm1: memory from 75 % to 50 %" in text
    assert "1 move, 2.0 GiB of memory, 1 wave, about 1 min." in text
    assert "Imbalance 0.414 -> 0.118" in text
    assert "when lost  its guests go to" in text
    assert "kvm1       pacs1: " in text


def test_a_balanced_cluster_is_left_alone(cluster):
    cluster.answers["kvm1"]["guests"]["running"] = ["pacs1"]
    cluster.answers["kvm3"]["guests"]["running"] = ["emr1"]
    cluster.resource("emr1", nodes=["kvm3"])
    answer = balanced(seen(cluster))
    assert answer["waves"] == []
    assert "Nothing to do: imbalance 0.118" in "\n".join(answer["report"])


def test_without_a_budget_for_moves_nothing_moves(cluster):
    assert balanced(seen(cluster), max_moves=0)["waves"] == []
    assert balanced(seen(cluster), max_gib=1)["waves"] == []


def test_a_guest_that_an_operator_holds_stays(cluster):
    for view in cluster.views():
        view["held"] = {"emr1": ["cli-prefer-emr1"]}
    answer = balanced(seen(cluster))
    assert "emr1" not in [guest for guest, _source, _target in moves(answer)]
    assert "Guest emr1 stays on kvm1: cli-prefer-emr1 holds it" in answer["report"][-1]


def test_a_host_is_emptied_so_that_the_others_absorb_what_they_can(cluster):
    answer = emptied(seen(cluster), ["kvm1"])
    assert sorted(moves(answer)) == [("emr1", "kvm1", "kvm3"), ("pacs1", "kvm1", "kvm3")]
    text = "\n".join(answer["report"])
    assert "takes no guest" in text and "kvm1 is emptied" in text
    assert "kvm2       emr2: stays down, its replicas carry on" in text


def test_failures_that_are_not_absorbed_meanwhile_are_named(cluster):
    cluster.guests["pacs1"]["utilization"]["hv_memory"] = 6200
    for guest in ("emr1", "emr2"):
        cluster.guests[guest]["placement"]["apart_from"] = []
    text = "\n".join(emptied(seen(cluster), ["kvm1"])["report"])
    assert "WITHOUT kvm1 THESE FAILURES ARE NOT ABSORBED: kvm2, kvm3." in text
    assert "NOT ABSORBED: some would stay down" in text


def test_guests_that_do_not_fit_elsewhere_are_named_with_the_shortfall(cluster):
    cluster.hosts["kvm2"]["capacity"]["memory_mib"] = cluster.hosts["kvm3"]["capacity"]["memory_mib"] = 4000
    with pytest.raises(Refused) as refusal:
        emptied(seen(cluster), ["kvm1"])
    said = str(refusal.value)
    assert said.startswith("kvm1 can't be emptied: ")
    assert "pacs1" in said and "96 too few" in said


def test_a_held_guest_is_not_moved_off(cluster):
    for view in cluster.views():
        view["held"] = {"pacs1": ["cli-prefer-pacs1"]}
    with pytest.raises(Refused, match="Guest pacs1 can't leave kvm1: cli-prefer-pacs1 holds it"):
        emptied(seen(cluster), ["kvm1"])
    assert emptied(seen(cluster), ["kvm2"])["waves"]


def test_an_empty_host_has_nothing_to_move(cluster):
    answer = emptied(seen(cluster), ["kvm3"])
    assert answer["waves"] == []
    assert "No guest runs on kvm3." in answer["report"]


def test_taking_a_host_back(cluster):
    cluster.node("kvm3", standby=True)
    cluster.hosts["kvm2"]["maintenance"] = True
    answer = returned(seen(cluster), ["kvm2", "kvm3"])
    assert answer["waves"] == []
    assert answer["report"][:3] == [
        "kvm2 is not in standby: nothing to do.",
        "kvm3 takes guests again.",
        "The plan still has kvm2 in maintenance: rebalance.yml gives nothing to it.",
    ]


def test_the_hosts_that_are_meant(cluster):
    assert chosen(cluster.hosts, "kvm2", None) == ["kvm2"]
    assert chosen(cluster.hosts, None, "r2") == ["kvm2"]
    assert chosen(cluster.hosts, None, "main/r3") == ["kvm3"]


@pytest.mark.parametrize(
    ("host", "rack", "said"),
    [
        (None, None, "Give either evacuate_host or evacuate_rack."),
        ("kvm1", "r1", "Give either evacuate_host or evacuate_rack."),
        ("kvm9", None, "The plan has no host kvm9; its hosts are kvm1, kvm2, kvm3."),
        (None, "r9", "The plan has no rack r9 with hosts; its racks are main/r1, main/r2, main/r3."),
        (None, "r1", "Rack r1 exists at main and north; say which one, as main/r1."),
    ],
)
def test_what_is_not_one_host_or_rack(cluster, host, rack, said):
    hosts = cluster.hosts
    if "north" in said:
        hosts = {**hosts, "kvm4": {**hosts["kvm1"], "site": "north"}}
    with pytest.raises(Refused) as refusal:
        chosen(hosts, host, rack)
    assert str(refusal.value) == said
