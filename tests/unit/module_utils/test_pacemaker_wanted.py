# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted cluster configuration: what is built and what is refused."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_wanted as wanted

PARAMS = {
    "nodes": [
        {
            "name": "kvm%d" % number,
            "utilization": {"cpu": 2, "hv_memory": 2048},
            "bmc": {"address": "192.0.2.%d" % number, "port": 443, "system": "kvm%d" % number, "user": "fence"},
        }
        for number in (1, 2, 3)
    ],
    "resources": [
        {
            "name": "pacs1",
            "config": "/etc/medvirt/guests/pacs1.xml",
            "utilization": {"cpu": 2, "hv_memory": 896},
            "preferences": [{"host": "kvm1", "score": 200}],
            "start_timeout_seconds": 120,
            "stop_timeout_seconds": 60,
            "migrate_timeout_seconds": 300,
            "priority": 10,
        }
    ],
    "fence_timeout_seconds": 20,
    "password_directory": "/etc/medvirt/fencing",
    "blocklist_client": "fence",
    "blocklist_seconds": 3600,
    "storage_addresses": {"kvm1": "10.0.0.1", "kvm2": "10.0.0.2", "kvm3": "10.0.0.3"},
}


def params(**changes):
    return {**copy.deepcopy(PARAMS), **changes}


def values(element, tag):
    return {pair.get("name"): pair.get("value") for pair in element.findall("%s/nvpair" % tag)}


def primitives(result):
    return {element.get("id"): element for element in result.primitives}


def test_level_holds_power_off_then_blocklist():
    result = wanted.build(params())
    assert [(level.get("target"), level.get("devices")) for level in result.levels][0] == (
        "kvm1",
        "fence-bmc-kvm1,fence-ceph-blocklist",
    )
    assert {level.get("index") for level in result.levels} == {"1"}


def test_level_without_ceph_is_the_controller_alone():
    result = wanted.build(params(blocklist_client=""))
    assert {level.get("devices") for level in result.levels} == {"fence-bmc-kvm1", "fence-bmc-kvm2", "fence-bmc-kvm3"}
    assert "fence-ceph-blocklist" not in primitives(result)


def test_controller_password_is_a_script_and_tls_is_verified():
    device = values(primitives(wanted.build(params()))["fence-bmc-kvm2"], "instance_attributes")
    assert device["passwd_script"] == "/etc/medvirt/fencing/kvm2"
    assert "passwd" not in device and "password" not in device
    assert device["ssl_secure"] == "1" and "ssl_insecure" not in device


def test_tls_verification_can_be_given_up_by_name():
    given = params()
    given["nodes"][0]["bmc"]["verify_tls"] = False
    device = values(primitives(wanted.build(given))["fence-bmc-kvm1"], "instance_attributes")
    assert device["ssl_insecure"] == "1" and "ssl_secure" not in device


def test_blocklist_device_maps_nodes_to_storage_addresses():
    device = values(primitives(wanted.build(params()))["fence-ceph-blocklist"], "instance_attributes")
    assert device["pcmk_host_map"] == "kvm1:10.0.0.1;kvm2:10.0.0.2;kvm3:10.0.0.3"


def test_guest_does_not_set_its_own_utilization():
    guest = primitives(wanted.build(params()))["pacs1"]
    assert values(guest, "utilization") == {"cpu": "2", "hv_memory": "896"}
    assert values(guest, "instance_attributes")["autoset_utilization_cpu"] == "false"
    assert values(guest, "meta_attributes")["allow-migrate"] == "true"


def test_stickiness_is_above_preferences_and_below_infinity():
    result = wanted.build(params())
    pairs = {pair.get("name"): pair.get("value") for pair in result.rsc_defaults}
    assert 200 < int(pairs["resource-stickiness"]) < 1000000


def test_preference_as_high_as_the_stickiness_is_refused():
    given = params()
    given["resources"][0]["preferences"][0]["score"] = 100000
    with pytest.raises(wanted.WantedError, match="guest pacs1: preference 100000 for kvm1 must stay below"):
        wanted.build(given)


def test_cluster_without_fencing_is_refused():
    given = params()
    given["nodes"][1]["bmc"] = None
    with pytest.raises(wanted.WantedError, match="node kvm2 has no baseboard controller.*ha_cluster_fencing_waiver"):
        wanted.build(given)


def test_waiver_switches_fencing_off_and_leaves_no_devices():
    given = params(fencing_waiver={"reason": "r", "owner": "o", "until": "2030-01-01"})
    result = wanted.build(given)
    assert result.properties["stonith-enabled"] == "false"
    assert list(primitives(result)) == ["pacs1"] and not result.levels


def test_all_findings_at_once():
    given = params(storage_addresses={})
    given["resources"][0]["preferences"].append({"host": "kvm9", "score": 1})
    given["resources"][0]["order_after"] = ["nobody"]
    with pytest.raises(wanted.WantedError) as caught:
        wanted.build(given)
    assert len(caught.value.findings) == 5


def test_anti_affinity_and_order():
    guest = PARAMS["resources"][0]
    guests = [{**guest, "name": name, "preferences": [], "anti_affinity_group": "db"} for name in ("a", "b", "c")]
    guests[1]["order_after"] = ["a"]
    result = wanted.build(params(resources=guests))
    apart = [
        (item.get("rsc"), item.get("with-rsc"), item.get("score"))
        for item in result.constraints
        if item.tag == "rsc_colocation"
    ]
    assert apart == [("b", "a", "-INFINITY"), ("c", "a", "-INFINITY"), ("c", "b", "-INFINITY")]
    order = [item for item in result.constraints if item.tag == "rsc_order"]
    assert [(item.get("first"), item.get("then"), item.get("kind")) for item in order] == [("a", "b", "Optional")]


def test_guests_stop_without_quorum_and_hosts_return():
    properties = wanted.build(params()).properties
    assert properties["no-quorum-policy"] == "stop"
    assert properties["stonith-action"] == "reboot"
    assert properties["placement-strategy"] == "balanced"
    assert properties["join-integration-timeout"] == properties["join-finalization-timeout"] == "60s"


def test_a_guest_whose_migration_fails_is_left_running():
    made = primitives(wanted.build(params()))["pacs1"]
    handling = {op.get("name"): op.get("on-fail") for op in made.iter("op")}
    assert handling == {"start": None, "stop": None, "monitor": None, "migrate_to": "block", "migrate_from": None}
