# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging into a live CIB: what is set, what survives, what the diff shows."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_merge as merging
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_wanted as wanted
from ansible_collections.medvirt.hospital.tests.unit.module_utils.test_pacemaker_wanted import params

CIB = """
<cib><configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
    <nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="3.0.0"/>
    <nvpair id="cib-bootstrap-options-maintenance-mode" name="maintenance-mode" value="true"/>
    <nvpair id="x" name="stonith-enabled" value="false"/>
  </cluster_property_set></crm_config>
  <nodes>
    <node id="1" uname="kvm1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-standby" name="standby" value="on"/>
    </instance_attributes></node>
    <node id="2" uname="kvm2"/><node id="3" uname="kvm3"/>
  </nodes>
  <resources><primitive id="foreign" class="ocf" provider="pacemaker" type="Dummy"/></resources>
  <constraints><rsc_location id="cli-prefer-foreign" rsc="foreign" node="kvm1" score="INFINITY"/></constraints>
</configuration><status/></cib>
"""


def live():
    return ET.fromstring(CIB)


def built(**changes):
    """A live CIB that already holds the wanted state."""
    return merging.merge(live(), wanted.build(params(**changes)))[0]


def labels(changes):
    return [change.label for change in changes]


def test_second_merge_changes_nothing():
    assert merging.merge(built(), wanted.build(params()))[1] == []


def test_order_of_children_and_attributes_is_no_difference():
    cib = built()
    for parent in cib.iter():
        parent[:] = list(reversed(list(parent)))
    assert merging.merge(cib, wanted.build(params()))[1] == []


def test_argument_stays_untouched():
    cib = live()
    before = ET.tostring(cib)
    merging.merge(cib, wanted.build(params()))
    assert ET.tostring(cib) == before


def test_what_is_not_owned_survives():
    text = ET.tostring(built(), encoding="unicode")
    for survivor in ("dc-version", "maintenance-mode", "nodes-1-standby", 'id="foreign"', "cli-prefer-foreign"):
        assert survivor in text


def test_property_of_an_operator_that_contradicts_is_set_back():
    new, changes = merging.merge(live(), wanted.build(params()))
    change = next(item for item in changes if item.label == "property stonith-enabled")
    assert (change.before, change.after) == ("property stonith-enabled = false", "property stonith-enabled = true")
    assert len(new.findall(".//nvpair[@name='stonith-enabled']")) == 1


@pytest.mark.parametrize("name", ["target-role", "is-managed", "maintenance"])
def test_operators_word_about_a_guest_survives(name):
    cib = built()
    block = cib.find(".//primitive[@id='pacs1']/meta_attributes")
    ET.SubElement(block, "nvpair", {"id": "medvirt-pacs1-meta-" + name, "name": name, "value": "x"})
    assert merging.merge(cib, wanted.build(params()))[1] == []


def test_drift_of_a_guest_is_one_readable_change():
    cib = built()
    cib.find(".//primitive[@id='pacs1']/utilization/nvpair[@name='cpu']").set("value", "7")
    changes = merging.merge(cib, wanted.build(params()))[1]
    assert labels(changes) == ["primitive pacs1"]
    assert "  cpu=7" in changes[0].before.splitlines() and "  cpu=2" in changes[0].after.splitlines()


def test_temporary_move_survives_and_goes_with_its_resource():
    cib = built()
    ET.SubElement(
        cib.find(".//constraints"),
        "rsc_location",
        {"id": "cli-ban-pacs1", "rsc": "pacs1", "node": "kvm1", "score": "-INFINITY"},
    )
    assert merging.merge(copy.deepcopy(cib), wanted.build(params()))[1] == []
    changes = merging.merge(cib, wanted.build(params(resources=[])))[1]
    assert labels(changes) == [
        "primitive pacs1",
        "rsc_location cli-ban-pacs1",
        "rsc_location medvirt-prefer-pacs1-kvm1",
    ]


def test_foreign_resource_of_the_same_name_is_refused():
    given = params()
    given["resources"][0]["name"] = "foreign"
    with pytest.raises(
        wanted.WantedError, match="resource foreign exists in the cluster but was not made by this role"
    ):
        merging.merge(live(), wanted.build(given))


def test_unknown_node_is_named():
    cib = live()
    cib.find(".//nodes").remove(cib.find(".//node[@uname='kvm3']"))
    with pytest.raises(wanted.WantedError, match="node kvm3 is not a member"):
        merging.merge(cib, wanted.build(params()))


def test_waiver_removes_devices_levels_and_their_locations():
    waiver = {"reason": "r", "owner": "o", "until": "u"}
    new = merging.merge(built(), wanted.build(params(fencing_waiver=waiver)))[0]
    text = ET.tostring(new, encoding="unicode")
    assert "fence-" not in text and new.find(".//fencing-level") is None


def test_diff_shows_only_what_differs_and_masks_passwords():
    cib = built()
    device = cib.find(".//primitive[@id='fence-bmc-kvm1']/instance_attributes")
    ET.SubElement(device, "nvpair", {"id": "p", "name": "passwd", "value": "geheim"})
    changes = merging.merge(cib, wanted.build(params()))[1]
    diff = merging.diff_of(changes)
    assert labels(changes) == ["primitive fence-bmc-kvm1"]
    assert "passwd=********" in diff["before"] and "geheim" not in str(diff)
