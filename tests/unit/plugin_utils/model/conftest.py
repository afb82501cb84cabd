# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the model alone, without a plan; and a clinic that is as small as an intent can be."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.source import read_yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.validate import validate

CLINIC = """
hospital: clinic
domain: clinic.example
supernet: 10.20.0.0/16
demand: {beds: 40}
sites: [{name: main, racks: [r1, r2, r3]}]
host_profiles:
  - name: node
    cores: 32
    memory_mib: 524288
    trunks: [{name: bond0, nics: [eno1, eno2], mode: active-backup, segments: all}]
    disks: [{device: /dev/disk/by-id/nvme-0, use: osd, capacity_gib: 3800}]
hosts:
  - {name: kvm1, profile: node, site: main, rack: r1, bmc: {address: 10.20.11.111, system: "1"}}
  - {name: kvm2, profile: node, site: main, rack: r2, bmc: {address: 10.20.11.112, system: "1"}}
  - {name: kvm3, profile: node, site: main, rack: r3, bmc: {address: 10.20.11.113, system: "1"}}
services: [{name: pacs}]
"""


@pytest.fixture
def clinic():
    """The clinic's intent; each test may change its copy."""
    return yaml.safe_load(CLINIC)


@pytest.fixture
def check(catalogue):
    """check(intent) -> (Intent or None, sentences)."""

    def call(intent):
        text = intent if isinstance(intent, str) else yaml.safe_dump(intent, sort_keys=False)
        model, findings = validate(read_yaml(text), catalogue)
        return model, [finding.sentence() for finding in findings]

    return call


@pytest.fixture
def accepted(check):
    """accepted(intent) -> its model."""

    def call(intent):
        model, sentences = check(intent)
        assert sentences == []
        return model

    return call


@pytest.fixture
def refusals(check):
    """refusals(intent) -> the sentences of all findings."""

    def call(intent):
        model, sentences = check(intent)
        assert model is None and sentences
        return sentences

    return call
