# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan as an instance of the engine."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import EngineGuest, EngineHost
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.instance import assignment, engine_instance
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.observed import situation


def test_units_rules_and_places(cluster):
    cluster.node("kvm3", standby=True)
    for view in cluster.views():
        view["held"] = {"pacs1": ["cli-prefer-pacs1"]}
    cluster.guests["pacs1"]["needs"] = ["gpu"]
    cluster.hosts["kvm1"]["features"] = ["gpu"]
    cluster.hosts["kvm2"]["nics"] = [{"segment": "mgmt"}]
    cluster.guests["emr1"]["placement"]["apart"] = "rack"
    cluster.guests["emr1"]["tenant"] = "clinic"
    now = situation(cluster.answers, cluster.hosts, cluster.guests)
    instance = engine_instance("main", 1, cluster.hosts, cluster.guests, now)
    assert instance.rules.n_plus == 1 and instance.rules.cpu_hard
    assert instance.hosts == (
        EngineHost("kvm1", 8000, 8192, "r1", "main", frozenset({"gpu"})),
        EngineHost("kvm2", 8000, 8192, "r2", "main"),
        EngineHost("kvm3", 8000, 8192, "r3", "main", available=False),
    )
    reach = frozenset({"kvm1", "kvm3"})
    assert instance.guests == (
        EngineGuest("pacs1", 1000, 4096, needs=frozenset({"gpu"}), hosts=reach, movable=False),
        EngineGuest("emr1", 1000, 2048, group="emr/emr_app", scope="rack", hosts=reach, tenant="clinic"),
        EngineGuest("emr2", 1000, 2048, group="emr/emr_app", hosts=reach),
    )
    assert assignment(cluster.hosts, cluster.guests, now) == (0, 0, 1)


def test_a_guest_that_may_run_everywhere_has_no_list_of_hosts(cluster):
    now = situation(cluster.answers, cluster.hosts, cluster.guests)
    instance = engine_instance("main", 2, cluster.hosts, cluster.guests, now)
    assert {guest.hosts for guest in instance.guests} == {None}
    assert instance.rules.n_plus == 2
