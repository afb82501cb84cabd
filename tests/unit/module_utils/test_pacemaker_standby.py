# SPDX-License-Identifier: GPL-3.0-or-later
"""Standby of hosts over a cluster that only exists in memory."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_standby import StandbyError, run

CIB = """
<cib><configuration><nodes>
  <node id="1" uname="kvm1"/>
  <node id="2" uname="kvm2">
    <instance_attributes id="nodes-2"><nvpair id="x" name="rack" value="r2"/></instance_attributes>
  </node>
</nodes></configuration></cib>
"""


class Cluster:
    """Stands in for pacemaker_run.Cluster."""

    def __init__(self, disturbed=()):
        self.live, self.disturbed = ET.fromstring(CIB), list(disturbed)

    def cib(self):
        return copy.deepcopy(self.live)

    def status(self):
        nodes = {
            node.get("uname"): {"standby": node.find(".//nvpair[@name='standby']") is not None}
            for node in self.live.iter("node")
        }
        guest = {"agent": "ocf:heartbeat:VirtualDomain", "nodes": ["kvm1"]}
        device = {"agent": "stonith:fence_redfish", "nodes": ["kvm1"]}
        return {"nodes": nodes, "resources": {"pacs1": guest, "fence-bmc-kvm2": device}}

    def simulate(self, cib):
        stands = cib.find(".//nvpair[@name='standby']") is not None
        return {"actions": self.disturbed if stands else []}

    def apply(self, _old, new):
        self.live = copy.deepcopy(new)


def attributes(cluster):
    return {node.get("uname"): [pair.get("name") for pair in node.iter("nvpair")] for node in cluster.live.iter("node")}


def test_there_and_back():
    cluster = Cluster([{"resource": "fence-bmc-kvm2", "action": "move", "source": "kvm1", "target": "kvm2"}])
    assert run(cluster, ["kvm1", "kvm2"], True, False) == ["kvm1", "kvm2"]
    assert attributes(cluster) == {"kvm1": ["standby"], "kvm2": ["rack", "standby"]}
    assert run(cluster, ["kvm1", "kvm2"], True, False) == []
    assert run(cluster, ["kvm1", "kvm2"], False, False) == ["kvm1", "kvm2"]
    assert attributes(cluster) == {"kvm1": [], "kvm2": ["rack"]}


def test_check_mode_changes_nothing():
    cluster = Cluster()
    assert run(cluster, ["kvm1"], True, True) == ["kvm1"]
    assert attributes(cluster)["kvm1"] == []


def test_a_host_with_a_guest_is_refused():
    cluster = Cluster([{"resource": "pacs1", "action": "migrate", "source": "kvm1", "target": "kvm2"}])
    with pytest.raises(StandbyError, match=r"interrupt guests \(pacs1: migrate from kvm1 to kvm2\)"):
        run(cluster, ["kvm1"], True, False)
    assert attributes(cluster)["kvm1"] == []


def test_an_unknown_host_is_refused():
    with pytest.raises(StandbyError, match="Host kvm9 is not a member"):
        run(Cluster(), ["kvm9"], True, False)
