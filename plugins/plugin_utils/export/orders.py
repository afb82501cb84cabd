# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall matrix and power orders as tables."""

from __future__ import annotations

from ..report.source import Entry, PlanData
from .table import Table


def firewall(data: PlanData) -> Table:
    """One row for each allowed flow, then the rule that refuses the rest."""
    rows = [_rule(number, flow) for number, flow in enumerate(data.plan["flows"], start=1)]
    rows.append((len(rows) + 1, "rest", "any", "0.0.0.0/0", "any", "0.0.0.0/0", "any", "", "deny", "all else", "", ""))
    return Table(
        "firewall",
        "firewall matrix",
        "For sites whose gateways are appliances. Answers of an allowed connection are allowed with it.",
        (
            "rule",
            "flow",
            "source",
            "source_subnets",
            "destination",
            "destination_addresses",
            "protocol",
            "ports",
            "action",
            "reason",
            "owner",
            "expires",
        ),
        tuple(rows),
    )


def _rule(number: int, flow: Entry) -> tuple[object, ...]:
    destinations = [*(flow.get("destination_addresses") or ()), *(flow.get("destination_subnets") or ())]
    return (
        number,
        flow["name"],
        flow["source"],
        " ".join(flow["source_subnets"]),
        flow["destination"],
        " ".join(destinations),
        flow["protocol"],
        " ".join(str(port) for port in flow.get("ports") or ()),
        "allow",
        flow["reason"],
        flow.get("owner") or "",
        str(flow.get("expires") or ""),
    )


def power(data: PlanData, direction: str) -> Table:
    """direction: up or down."""
    rows = tuple((s["step"], s["what"], " ".join(s["members"])) for s in data.plan.get(f"power_{direction}") or [])
    lead = "The whole hospital. Begin a step when the one before it is done; tick it off."
    return Table(f"power_{direction}", f"power {direction}", lead, ("step", "what", "members"), rows)
