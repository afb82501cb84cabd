# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that pile up at a steady rate, and the growth of databases."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalogue.entries import Catalogue
from .imaging import GIB, MB
from .policies import PlanningPolicies


def record_figures(demand: Mapping[str, float], _catalogue: Catalogue, policies: PlanningPolicies) -> dict[str, float]:
    """emr_documents_gib and genomics_gib at the horizon, where their demand is known; database_growth_factor."""
    figures = {"database_growth_factor": policies.database_growth_factor}
    if "encounters_per_year" in demand:
        yearly = demand["encounters_per_year"] * demand["mb_per_encounter"] * MB / GIB
        figures["emr_documents_gib"] = yearly * policies.horizon_years
    figures["genomics_gib"] = demand["genomes_per_year"] * demand["gib_per_genome"] * policies.horizon_years
    return figures
