# SPDX-License-Identifier: GPL-3.0-or-later
from pathlib import Path

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.cluster import cluster_nodes, cluster_resources
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.host import (
    host_names,
    network_bridges,
    network_links,
)

PLAN = Path(__file__).parents[4] / "inventories" / "lab" / "hosts.yml"


@pytest.fixture(scope="module")
def lab():
    everything = yaml.safe_load(PLAN.read_text())["all"]
    slices = {
        kind: {name: values["hospital"] for name, values in everything["children"][kind]["hosts"].items()}
        for kind in ("kvm_hosts", "guests")
    }
    return everything["vars"]["hospital_plan"], slices["kvm_hosts"], slices["guests"]


def test_a_host_has_no_address_in_a_segment_of_guests(lab):
    links = {link["name"]: link for link in network_links(lab[1]["kvm1"]["nics"])}
    assert links["pacs0"]["address"] is None
    assert links["mgmt0"] == {"name": "mgmt0", "address": "10.77.10.11/24", "gateway": "10.77.10.1", "mtu": 1500}
    assert network_bridges(lab[1]["kvm1"]["nics"]) == [{"name": "br-pacs", "ports": ["pacs0"], "mtu": 1500}]


def test_names_lead_migrations_over_their_own_segment(lab):
    plan, hosts, guests = lab
    names = {entry["name"]: entry["addresses"] for entry in host_names({**hosts, **guests}, plan)}
    assert names["kvm2"] == ["10.77.10.12"]
    assert names["kvm2-migration"] == ["10.77.22.12"]
    assert names["pacs1"] == ["10.77.130.101"]
    probe = {**hosts["kvm2"], "use": "probe"}
    assert [entry["name"] for entry in host_names({"probe1": probe}, plan)] == ["probe1"]


def test_members_of_the_cluster_come_from_the_plan(lab):
    plan, hosts, _guests = lab
    node = cluster_nodes(hosts, plan["clusters"]["main"])[1]
    assert node["addresses"] == ["10.77.20.12", "10.77.21.12"]
    assert node["utilization"] == {
        "cpu": hosts["kvm2"]["capacity"]["cpu_millicores"],
        "hv_memory": hosts["kvm2"]["capacity"]["memory_mib"],
    }
    assert node["bmc"]["address"] == "10.77.11.112"


def test_guests_become_resources_with_the_promised_preferences(lab):
    plan, _hosts, guests = lab
    resource = cluster_resources(guests, "main", plan["timing"])[0]
    assert resource["config"] == "/etc/medvirt/guests/pacs1.xml"
    assert resource["preferences"] == guests["pacs1"]["placement"]["preferences"]
    assert "anti_affinity_group" not in resource
    assert cluster_resources(guests, "other", plan["timing"]) == []
