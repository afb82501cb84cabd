# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue, and one call that plans with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import FILES, load_catalogue
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.planner import make_plan


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogue_texts(root):
    folder = root / "plugins/plugin_utils/catalogue/data"
    services = [f"services/{path.name}" for path in sorted((folder / "services").glob("*.yml"))]
    return {name: (folder / name).read_text() for name in [*FILES, *services]}


@pytest.fixture(scope="session")
def catalogue(catalogue_texts):
    return load_catalogue(catalogue_texts)


@pytest.fixture(scope="session")
def make(catalogue):
    """make(intent, previous text) -> Result."""

    def call(intent, previous=None):
        text = intent if isinstance(intent, str) else yaml.safe_dump(intent, sort_keys=False)
        return make_plan(text, previous, catalogue, "hospital.yml", "hosts.yml")

    return call
