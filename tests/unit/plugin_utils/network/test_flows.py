# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
import yaml


@pytest.fixture(scope="module")
def flows(make, root):
    text = (root / "inventories/reference_hospital/hospital.yml").read_text()
    made = make(text, None)
    return {flow["name"]: flow for flow in made.plan["flows"]}, yaml.safe_load(made.text)["all"]["children"]


def addresses(children, role):
    hosts = children["guests"]["hosts"]
    return {f"{hosts[name]['ansible_host']}/32" for name in children[f"guest_role_{role}"]["hosts"]}


def test_databases_start_traffic_to_databases_only(flows):
    named, children = flows
    roles = [name.removeprefix("guest_role_") for name in children if name.endswith("_database")]
    databases = {address for role in roles for address in addresses(children, role)}
    started = {f["name"]: f for f in named.values() if databases & set(f["source_subnets"])}
    assert started and all(f["destination"] == "clinical-db" for f in started.values())


def test_the_archive_answers_modalities_from_its_nodes(flows):
    named, children = flows
    answer = named["pacs-to-mr1"]
    assert set(answer["source_subnets"]) == addresses(children, "pacs_archive")
    assert (answer["destination_addresses"], answer["ports"]) == (["10.40.140.12"], [2762])
    assert "pacs-to-dx1" not in named


def test_the_platform_talks_within_a_site(flows):
    named, _children = flows
    assert named["corosync"]["source_subnets"] == ["10.40.20.0/24", "10.40.21.0/24"]
    assert named["south-corosync"]["destination_subnets"] == ["10.41.20.0/24", "10.41.21.0/24"]


def test_any_leaves_out_who_is_not_trusted(flows, catalogue):
    named, _children = flows
    untrusted = {entry.vlan for entry in catalogue.segments.values() if entry.untrusted}
    octets = {int(subnet.split(".")[2]) for subnet in named["infra-directory-tcp"]["source_subnets"]}
    assert octets and not octets & untrusted


def test_flows_of_the_intent_keep_reason_owner_and_end(flows):
    flow = flows[0]["ct-maintenance"]
    assert (flow["owner"], flow["expires"], flow["service"]) == ("medical engineering", "2027-06-30", None)
    assert flow["source_subnets"] == ["10.40.172.0/24"]
    assert flow["destination_subnets"] == ["10.40.140.0/24", "10.40.141.0/24"]
