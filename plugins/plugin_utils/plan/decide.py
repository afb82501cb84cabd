# SPDX-License-Identifier: GPL-3.0-or-later
"""All decisions of a plan, before they are laid out as an inventory."""

from __future__ import annotations

from ..catalogue.entries import Catalogue
from ..continuity.timing import derive_timing
from ..model.intent import Intent
from ..network.segments import Segments
from .addressing import decide_addresses
from .connecting import decide_flows
from .decisions import Decisions
from .gatewaying import decide_gateways
from .placing import decide_placements
from .previous import Previous
from .segmenting import decide_segments
from .services import name_findings, plan_services
from .storing import decide_storage
from .tenants import quota_findings


def decide(intent: Intent, last: Previous, catalogue: Catalogue) -> Decisions:
    """Decide everything; a finding for each thing that can't be decided."""
    made = Decisions(Segments(intent, catalogue))
    made.services, missing = plan_services(intent, catalogue)
    made.findings += missing
    made.findings += name_findings(intent, made.services)
    made.timing = _timing(intent, catalogue)
    decide_segments(intent, last, catalogue, made)
    if made.findings:
        return made
    decide_addresses(intent, last, made)
    decide_gateways(intent, made)
    decide_flows(intent, catalogue, made)
    decide_storage(intent, catalogue, made)
    decide_placements(intent, last, catalogue, made)
    made.findings += quota_findings(intent, made)
    return made


def _timing(intent: Intent, catalogue: Catalogue) -> dict[str, object]:
    wanted = intent.policies.failover.model_dump()
    return derive_timing(
        **{key: int(catalogue.defaults[key] if value is None else value) for key, value in wanted.items()}
    )
