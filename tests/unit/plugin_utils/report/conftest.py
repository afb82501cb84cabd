# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of two sites that no planner is needed for, and the report's templates."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.html import FILES

ROOT = Path(__file__).resolve().parents[4]
build = runpy.run_path(str(ROOT / "tests/browser/synthetic_plan.py"))["build"]


@pytest.fixture
def inventory():
    """A parsed hosts.yml; each test may change its copy."""
    return build()


@pytest.fixture
def small():
    """Two hypervisors and a witness at the second site."""
    return build(hosts_main=3, hosts_north=2, guests=18)


@pytest.fixture
def large():
    return build(hosts_main=30, hosts_north=10, guests=300)


@pytest.fixture(scope="session")
def templates():
    folder = ROOT / "plugins/plugin_utils/report/templates"
    return {name: (folder / name).read_text() for name in FILES}
