# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital of 300 beds in figures."""

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.demand import PlanningPolicies, resolve


@pytest.fixture
def policies():
    """Five years, images grow by 20 %, databases by 10 %, images are kept for 20 years."""
    return PlanningPolicies(horizon_years=5, image_growth_percent=20, database_growth_percent=10, retention_years=20)


@pytest.fixture
def demand(catalogue, policies):
    """demand(beds=..., more) -> figures, 300 beds when nothing is said."""

    def call(**given):
        return resolve(given or {"beds": 300}, {}, catalogue, policies)

    return call
