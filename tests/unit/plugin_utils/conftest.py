# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's intent as data, and one call that plans it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import FILES, load_catalogue
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.planner import make_plan

ROOT = Path(__file__).resolve().parents[3]
LAB = yaml.safe_load((ROOT / "inventories/lab/hospital.yml").read_text())


@pytest.fixture(scope="session")
def catalogue_texts():
    folder = ROOT / "plugins/plugin_utils/catalogue/data"
    return {name: (folder / name).read_text() for name in FILES}


@pytest.fixture(scope="session")
def catalogue(catalogue_texts):
    return load_catalogue(catalogue_texts)


@pytest.fixture
def lab():
    """The lab's intent; each test may change its copy."""
    return copy.deepcopy(LAB)


@pytest.fixture
def plan(catalogue):
    """plan(intent, previous text) -> Result."""

    def call(intent, previous=None):
        text = intent if isinstance(intent, str) else yaml.safe_dump(intent, sort_keys=False)
        return make_plan(text, previous, catalogue, "hospital.yml", "hosts.yml")

    return call


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
