# SPDX-License-Identifier: GPL-3.0-or-later
"""crm_mon and crm_simulate as data."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_simulate, pacemaker_status

MON = """
<pacemaker-result api-version="2.38" request="crm_mon">
  <summary>
    <current_dc present="true" version="3.0.0" name="kvm3" id="3" with_quorum="true"/>
    <cluster_options stonith-enabled="true" maintenance-mode="false"/>
  </summary>
  <nodes>
    <node name="kvm1" id="1" online="false" standby="false" maintenance="false" pending="false" unclean="true"
      shutdown="false" is_dc="false"/>
    <node name="kvm3" id="3" online="true" standby="false" maintenance="false" pending="false" unclean="false"
      shutdown="false" is_dc="true"/>
  </nodes>
  <resources>
    <resource id="pacs1" resource_agent="ocf:heartbeat:VirtualDomain" role="Started" managed="true" failed="false"
      blocked="false" orphaned="false"><node name="kvm3" id="3"/></resource>
  </resources>
  <failures>
    <failure op_key="pacs1_monitor_10000" node="kvm3" exitstatus="error" exitreason="gone" task="monitor"
      last-rc-change="2026-01-01 00:00:00Z"/>
  </failures>
  <fence_history>
    <fence_event status="failed" exit-reason="no route" target="kvm1" action="reboot" origin="kvm3" delegate="kvm3"
      completed="2026-01-01 00:00:00Z"/>
  </fence_history>
</pacemaker-result>
"""

SIMULATION = """
<pacemaker-result request="crm_simulate">
  <cluster_status><resources><resource id="pacs1"><node name="kvm1"/></resource></resources></cluster_status>
  <actions>
    <node_action task="Fence (reboot)" node="kvm1" reason="peer is no longer part of the cluster"/>
    <rsc_action action="move" resource="pacs1" source="kvm1" dest="kvm2"/>
  </actions>
  <revised_cluster_status><resources>
    <resource id="pacs1"><node name="kvm2"/></resource><resource id="pacs2"/>
  </resources></revised_cluster_status>
</pacemaker-result>
"""


def test_status_as_data():
    state = pacemaker_status.parse(MON)
    assert state["quorate"] and state["dc"] == "kvm3" and state["stonith_enabled"]
    assert state["resources"]["pacs1"]["nodes"] == ["kvm3"]
    assert state["failures"] == [
        {
            "node": "kvm3",
            "task": "monitor",
            "resource": "pacs1",
            "reason": "gone",
            "exit": "error",
            "when": "2026-01-01 00:00:00Z",
        }
    ]
    assert state["fencing"][0]["reason"] == "no route"


def test_settled_names_what_is_missing():
    state = pacemaker_status.parse(MON)
    assert pacemaker_status.settled(state, ["kvm3"]) == []
    assert pacemaker_status.settled(state, ["kvm1", "kvm2"]) == [
        "kvm1 is not online",
        "kvm2 is not known to the cluster",
    ]


def test_no_coordinator():
    text = MON.replace('present="true" version="3.0.0" name="kvm3" id="3" with_quorum="true"', 'present="false"')
    assert pacemaker_status.settled(pacemaker_status.parse(text), []) == ["no coordinator has been elected"]


def test_not_xml():
    with pytest.raises(pacemaker_status.StatusError):
        pacemaker_status.parse("crm_mon: Connection to cluster failed")


def test_simulation_as_data():
    result = pacemaker_simulate.parse(SIMULATION)
    assert result["fenced"] == ["kvm1"]
    assert result["placement"] == {"pacs1": ["kvm2"], "pacs2": []}
    assert pacemaker_simulate.sentence(result["actions"][0]) == "pacs1: move from kvm1 to kvm2"


def test_only_new_interruptions_of_running_resources_count():
    none, move = {"actions": []}, pacemaker_simulate.parse(SIMULATION)
    assert len(pacemaker_simulate.disturbed(none, move, {"pacs1"})) == 1
    assert pacemaker_simulate.disturbed(none, move, {"other"}) == []
    assert pacemaker_simulate.disturbed(move, move, {"pacs1"}) == []


def test_lost_node_is_out_of_membership_but_was_expected():
    cib = ET.fromstring('<cib><status><node_state uname="kvm1" in_ccm="true" expected="member"/></status></cib>')
    state = pacemaker_simulate.without_node(cib, "kvm1").find("status/node_state")
    assert (state.get("in_ccm"), state.get("crmd"), state.get("expected")) == ("false", "offline", "member")
    assert cib.find("status/node_state").get("in_ccm") == "true"


def test_the_resource_of_a_failed_operation():
    """The names of operations hold underscores as those of resources may."""
    failed = '<failure op_key="lab_pacs1_migrate_to_0" node="kvm3" task="migrate_to"/>'
    state = pacemaker_status.parse(MON.replace("<failures>", "<failures>" + failed))
    assert [entry["resource"] for entry in state["failures"]] == ["lab_pacs1", "pacs1"]
