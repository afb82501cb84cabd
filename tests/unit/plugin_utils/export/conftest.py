# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of two sites that no planner is needed for."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import read_plan

ROOT = Path(__file__).resolve().parents[4]
build = runpy.run_path(str(ROOT / "tests/browser/synthetic_plan.py"))["build"]


@pytest.fixture
def inventory():
    """A parsed hosts.yml; each test may change its copy."""
    return build()


@pytest.fixture
def data(inventory):
    return read_plan(inventory)


@pytest.fixture
def small():
    """Two hypervisors and a witness at the second site."""
    return read_plan(build(hosts_main=3, hosts_north=2, guests=18))
