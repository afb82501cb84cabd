# SPDX-License-Identifier: GPL-3.0-or-later
"""Power orders as tables."""

from __future__ import annotations

from ..report.source import PlanData
from .table import Table


def power(data: PlanData, direction: str) -> Table:
    """direction: up or down."""
    rows = tuple((s["step"], s["what"], " ".join(s["members"])) for s in data.plan.get(f"power_{direction}") or [])
    lead = "The whole hospital. Begin a step when the one before it is done; tick it off."
    return Table(f"power_{direction}", f"power {direction}", lead, ("step", "what", "members"), rows)
