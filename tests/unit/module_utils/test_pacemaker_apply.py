# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards and order of the steps, over a cluster that only exists in memory."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_apply
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_wanted import WantedError
from ansible_collections.medvirt.hospital.tests.unit.module_utils.test_pacemaker_merge import built, live
from ansible_collections.medvirt.hospital.tests.unit.module_utils.test_pacemaker_wanted import params as plain_params


def params(**changes):
    return {"removed_resources": [], "allowed_disruptions": [], **plain_params(**changes)}


class Cluster:
    """Stands in for pacemaker_run.Cluster."""

    def __init__(self, cib, running=(), actions=(), failures=0, up=True):
        self.live, self.running, self.actions, self.failures, self.up = cib, running, list(actions), failures, up
        self.applied = 0

    def available(self):
        return self.up

    def cib(self):
        return copy.deepcopy(self.live)

    def verify(self, cib):
        pass

    def status(self):
        entry = {"agent": "ocf:heartbeat:VirtualDomain", "nodes": ["kvm1"]}
        return {"resources": {name: dict(entry) for name in self.running}}

    def simulate(self, cib):
        return {"actions": self.actions.pop(0) if self.actions else []}

    def apply(self, old, new):
        self.applied += 1
        if self.applied <= self.failures:
            raise ClusterError("cibadmin failed")
        self.live = copy.deepcopy(new)


MOVE = {"resource": "pacs1", "action": "migrate", "source": "kvm1", "target": "kvm2", "reason": ""}


def test_sets_and_reads_back():
    cluster = Cluster(live())
    assert pacemaker_apply.run(cluster, params(), False)["changed"]
    assert not pacemaker_apply.run(cluster, params(), False)["changed"]
    assert cluster.applied == 1


def test_check_mode_names_the_changes_and_does_nothing():
    cluster = Cluster(live())
    result = pacemaker_apply.run(cluster, params(), True)
    assert result["changed"] and "primitive pacs1" in result["objects"] and not cluster.applied


def test_check_mode_without_a_cluster_says_would_change():
    result = pacemaker_apply.run(Cluster(None, up=False), params(), True)
    assert result["changed"] and "property stonith-enabled = true" in result["diff"]["after"]


def test_running_resource_is_not_removed_unasked():
    with pytest.raises(WantedError, match="resource pacs1 runs and is no longer wanted.*ha_cluster_removed_resources"):
        pacemaker_apply.run(Cluster(built(), running=["pacs1"]), params(resources=[]), False)


def test_running_resource_is_removed_when_named():
    cluster = Cluster(built(), running=["pacs1"])
    pacemaker_apply.run(cluster, params(resources=[], removed_resources=["pacs1"]), False)
    assert cluster.live.find(".//primitive[@id='pacs1']") is None


def test_stopped_resource_is_removed_without_a_word():
    assert pacemaker_apply.run(Cluster(built()), params(resources=[]), False)["changed"]


def test_change_that_would_move_a_running_guest_is_refused():
    given = params()
    given["resources"][0]["utilization"]["cpu"] = 1
    cluster = Cluster(built(), running=["pacs1"], actions=[[], [MOVE]])
    with pytest.raises(WantedError, match="pacs1: migrate from kvm1 to kvm2.*ha_cluster_allowed_disruptions"):
        pacemaker_apply.run(cluster, given, False)
    assert not cluster.applied


def test_move_that_is_due_anyway_does_not_stand_in_the_way():
    given = params()
    given["resources"][0]["utilization"]["cpu"] = 1
    assert pacemaker_apply.run(Cluster(built(), running=["pacs1"], actions=[[MOVE], [MOVE]]), given, False)["changed"]


def test_move_is_accepted_when_named():
    given = params(allowed_disruptions=["pacs1"])
    given["resources"][0]["utilization"]["cpu"] = 1
    assert pacemaker_apply.run(Cluster(built(), running=["pacs1"], actions=[[], [MOVE]]), given, False)["changed"]


def test_concurrent_change_is_read_again():
    cluster = Cluster(live(), failures=2)
    assert pacemaker_apply.run(cluster, params(), False)["changed"]
    assert cluster.applied == 3


def test_lasting_failure_is_reported():
    with pytest.raises(ClusterError):
        pacemaker_apply.run(Cluster(live(), failures=9), params(), False)
