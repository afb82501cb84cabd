# SPDX-License-Identifier: GPL-3.0-or-later
"""A small change of the intent changes the lines that it must, and no others."""

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

INVENTORIES = Path(__file__).resolve().parents[4] / "inventories"
REFERENCE = yaml.safe_load((INVENTORIES / "reference_hospital/hospital.yml").read_text())


def read(text):
    data = yaml.safe_load(text)["all"]
    groups = [data["children"].get(name, {"hosts": {}}) for name in ("kvm_hosts", "gateways", "probes", "guests")]
    hosts = {name: entry for group in groups for name, entry in group["hosts"].items()}
    return data["vars"]["hospital_plan"], {name: entry["hospital"] for name, entry in hosts.items()}


def numbers(text):
    """Everything that must never move: VLAN ids, subnets, addresses, MAC addresses."""
    plan, machines = read(text)
    found = {f"vlan {key}": segment["vlan"] for key, segment in plan["segments"].items()}
    found |= {f"subnet {key}": segment["subnet"] for key, segment in plan["segments"].items()}
    for name, machine in machines.items():
        for nic in machine["nics"]:
            found[f"nic {name} {nic['segment']}"] = (nic["address"], nic.get("mac"))
    return found


def places(text):
    return {name: m["placement"]["host"] for name, m in read(text)[1].items() if m["kind"] == "guest"}


def kept(before, after):
    """Is what both have the same in both?"""
    return all(after[key] == value for key, value in before.items() if key in after)


@pytest.fixture(scope="module")
def first(make):
    return make(REFERENCE, None).text


def add_service(intent):
    intent["services"].append({"name": "his-training", "type": "his", "tier": "4", "demand": {"beds": 20}})


def add_host(intent):
    intent["hosts"].append({**intent["hosts"][5], "name": "north7", "bmc": {"address": "10.40.11.117", "system": "1"}})


def remove_modality(intent):
    intent["modalities"].pop(0)


def remove_service(intent):
    intent["services"] = [s for s in intent["services"] if s["name"] != "telemedicine"]


def remove_gateways(intent):
    intent["hosts"] = [host for host in intent["hosts"] if "use" not in host]
    del intent["segments"]


def shuffle(intent):
    for key in ("services", "hosts", "modalities", "flows", "host_profiles"):
        intent[key].reverse()


CHANGES = [add_service, add_host, remove_modality, remove_service, remove_gateways, shuffle]


@pytest.mark.parametrize("change", CHANGES)
def test_what_need_not_change_stays(make, first, change):
    intent = copy.deepcopy(REFERENCE)
    change(intent)
    second = make(intent, first)
    assert not second.findings
    assert kept(numbers(first), numbers(second.text))
    assert kept(places(first), places(second.text))


def test_adding_a_service_adds_its_lines_only(make, first):
    intent = copy.deepcopy(REFERENCE)
    add_service(intent)
    changes = make(intent, first).changes
    assert any(line.startswith("+ guest his-training") for line in changes)
    own = [line for line in changes if "his-training" in line]
    others = [line for line in changes if "his-training" not in line]
    assert own and not [line for line in others if line.startswith(("+ guest", "- ", "~ guest", "~ segment", "~ host"))]


def test_gateways_come_and_go_alone(make, first):
    intent = copy.deepcopy(REFERENCE)
    remove_gateways(intent)
    without = make(intent, first)
    words = ("gateway", "probe", "segment", "flow")
    assert not [line for line in without.changes if not line.startswith(tuple(f"- {word}" for word in words))]
    back = make(REFERENCE, without.text)
    assert not [line for line in back.changes if not line.startswith(tuple(f"+ {word}" for word in words))]
    assert numbers(back.text) == numbers(first)


def test_removing_a_modality_removes_its_lines_only(make, first):
    intent = copy.deepcopy(REFERENCE)
    remove_modality(intent)
    changes = make(intent, first).changes
    assert changes and all("ct1" in line for line in changes)


def test_ten_percent_growth_changes_sizes_and_moves_who_must(make, first):
    intent = copy.deepcopy(REFERENCE)
    intent["demand"]["beds"] = 330
    second = make(intent, first)
    assert not second.findings
    assert kept(numbers(first), numbers(second.text))
    before, after = places(first), places(second.text)
    moved = [guest for guest in before if guest in after and before[guest] != after[guest]]
    machines = read(second.text)[1]
    assert all("stays" not in machines[guest]["placement"]["why"] for guest in moved)
    assert len(moved) <= len(before) // 10


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.sampled_from(CHANGES), unique=True, min_size=2))
def test_any_mixture_of_changes_keeps_every_number(make, first, changes):
    intent = copy.deepcopy(REFERENCE)
    for change in changes:
        change(intent)
    second = make(intent, first)
    assert kept(numbers(first), numbers(second.text))
    assert make(intent, second.text).text == second.text
