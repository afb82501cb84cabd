# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples are plans of their intents, and Ansible reads them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

EXAMPLES = sorted(path.parent.name for path in (ROOT / "inventories").glob("*/hospital.yml"))


def read(name):
    folder = ROOT / "inventories" / name
    return (folder / "hospital.yml").read_text(), (folder / "hosts.yml").read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_committed_plan_is_the_plan(make, name):
    intent, plan = read(name)
    made = make(intent, plan)
    assert not made.findings
    assert made.text == plan


def test_every_service_of_the_catalogue_is_in_the_reference_hospital(catalogue):
    plan = yaml.safe_load(read("reference_hospital")[1])["all"]["vars"]["hospital_plan"]
    assert {service["type"] for service in plan["services"].values()} == set(catalogue.services)
    assert len(plan["sites"]) == 2 and plan["demand"]["beds"] == 300


def test_the_graph_of_the_reference_hospital_is_readable():
    inventory = Path(sys.executable).with_name("ansible-inventory")
    hosts = ROOT / "inventories/reference_hospital/hosts.yml"
    graph = subprocess.run([inventory, "-i", hosts, "--graph"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not graph.stderr
    lines = graph.stdout.splitlines()
    assert "  |--@site_north:" in lines and "  |--@service_pacs:" in lines and "  |  |--pacs-archive1" in lines
    assert all(len(line) <= 60 for line in lines)
    listed = subprocess.run([inventory, "-i", hosts, "--list"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert len(json.loads(listed.stdout)["kvm_hosts"]["hosts"]) == 9


def test_a_minimal_intent_is_short(make):
    text = (ROOT / "inventories/small_clinic/hospital.yml").read_text()
    assert len(text.splitlines()) < 40
    assert not make(text, None).findings


def test_site_says_what_it_builds_bare_and_what_it_does_not_build():
    playbook = Path(sys.executable).with_name("ansible-playbook")
    hosts = ROOT / "inventories/reference_hospital/hosts.yml"
    run = subprocess.run([playbook, "site.yml", "-i", hosts], capture_output=True, text=True, check=False, cwd=ROOT)
    said = " ".join(run.stdout.split())
    assert run.returncode == 2
    assert (
        "Built bare, with system, SSH and agent, for no role installs their application yet: infra-directory1," in said
    )
    assert "It has 2 clusters (north, south) and one is built" in said
