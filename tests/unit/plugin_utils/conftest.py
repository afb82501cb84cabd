# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's intent as data, whole and without its gateways, and calls that plan it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
LAB = yaml.safe_load((ROOT / "inventories/lab/hospital.yml").read_text())


@pytest.fixture
def routed():
    """The lab's intent with gateways, probe, modalities and flows; each test may change its copy."""
    return copy.deepcopy(LAB)


@pytest.fixture
def lab(routed):
    """The lab's three hosts and their archive alone."""
    hosts = [host for host in routed["hosts"] if "use" not in host]
    profiles = [profile for profile in routed["host_profiles"] if profile["name"] == hosts[0]["profile"]]
    reached = {nic["segment"] for nic in profiles[0]["nics"]}
    segments = [segment for segment in routed["segments"] if segment["name"] in reached]
    rest = {key: value for key, value in routed.items() if key not in ("modalities", "flows")}
    return {**rest, "hosts": hosts, "host_profiles": profiles, "segments": segments}


@pytest.fixture
def plan(make):
    """plan(intent, previous text) -> Result."""
    return make


@pytest.fixture
def refusals(plan):
    """refusals(intent) -> the sentences of all findings."""

    def call(intent, previous=None):
        result = plan(intent, previous)
        assert result.findings and not result.text
        return [finding.sentence() for finding in result.findings]

    return call


@pytest.fixture
def roomy(lab):
    """The lab with hosts large enough for several services."""
    lab["host_profiles"][0].update(cores=17, memory_mib=65536)
    lab["host_profiles"][0]["disks"][0]["capacity_gib"] = 1000
    return lab


def pacs(name, **more):
    return {
        "name": name,
        "type": "pacs",
        "segment": "pacs",
        "tier": "1",
        "guest": {"vcpus": 4, "memory_mib": 4096, "root_gib": 20},
        **more,
    }


@pytest.fixture
def service():
    return pacs
