# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with flows, once it is known where their ends are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from typing import Any

from ..catalogue.entries import Catalogue
from ..model.finding import Finding
from ..model.intent import Intent
from ..model.prohibited import prohibition
from ..model.segment import OUTSIDE
from ..model.words import listed
from ..network.flows import INTERNET
from ..network.segments import Segment
from .decisions import Decisions

_MOST = 5


def prohibited_subnets(
    intent: Intent, catalogue: Catalogue, made: Decisions, planned: Sequence[dict[str, Any]]
) -> list[Finding]:
    """Flows from a subnet that lies in a segment whose zone they must not come from.

    planned: the flows of the intent as the plan has them, in the same order.
    """
    findings = []
    for index, (flow, entry) in enumerate(zip(intent.flows, planned, strict=True)):
        if flow.subnet is None or intent.waiver("flow", flow.name):
            continue
        to = _words(catalogue, made, _segments_of(made, _ends(entry, "destination")))
        for segment in _segments_of(made, _ends(entry, "source")):
            wall = prohibition(catalogue.prohibited, _words(catalogue, made, [segment]), to, flow.ports)
            if wall:
                problem = (
                    f"flow {flow.name} opens {flow.destination} to {flow.source}, which lies in segment {segment.key}, "
                    f"{wall.because}"
                )
                remedy = f"{wall.remedy}, or add a waiver for the rule flow"
                findings.append(Finding(("flows", index, "source"), problem, remedy))
                break
    return findings


def ways_out(intent: Intent, made: Decisions) -> list[Finding]:
    """Sites whose gateways have no way out although flows lead to the internet or come from it."""
    findings = []
    for site in intent.sites:
        if not intent.gateways_of(site.name) or made.segments.of(site.name, OUTSIDE):
            continue
        names = [flow["name"] for flow in made.flows if _leads_out(flow) and _is_at(made, flow, site.name)]
        if names:
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            problem = (
                f"the gateways of site {site.name} have no segment that leads out, and these flows go to the internet "
                f"or come from it: {listed(names[:_MOST])}{more}"
            )
            own = next((index for index, flow in enumerate(intent.flows) if flow.name in names), None)
            loc = ("segments",) if own is None else ("flows", own, "name")
            findings.append(Finding(loc, problem, "list a segment with purpose: outside and its 'router'"))
    return findings


def _leads_out(flow: dict[str, Any]) -> bool:
    return INTERNET in (*flow["source_subnets"], *flow["destination_subnets"])


def _is_at(made: Decisions, flow: dict[str, Any], site: str) -> bool:
    ends = [*_ends(flow, "source"), *_ends(flow, "destination")]
    return any(s.site == site for s in _segments_of(made, (end for end in ends if end.prefixlen)))


def _ends(flow: dict[str, Any], end: str) -> list[IPv4Network]:
    return [IPv4Network(text) for text in (*flow.get(f"{end}_addresses", ()), *flow[f"{end}_subnets"])]


def _segments_of(made: Decisions, nets: Iterable[IPv4Network]) -> list[Segment]:
    nets = list(nets)
    return [segment for segment in made.segments if any(made.subnets[segment.key].overlaps(net) for net in nets)]


def _words(catalogue: Catalogue, made: Decisions, segments: Sequence[Segment]) -> set[str]:
    """What segments are, in the words of a prohibition: their zones and purposes, the zones of the guests there."""
    keys = {segment.key for segment in segments}
    guests = {
        catalogue.segments[guest.entry.segment].zone for guest in made.guests if made.guest_segments[guest.name] in keys
    }
    return guests | {s.base_zone for s in segments} | {f"purpose:{s.purpose}" for s in segments}
