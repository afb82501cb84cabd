# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of flows, site by site, for those who configure a firewall appliance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..network.boxes import Range, addresses, common, common_of
from ..network.ruleset import INTERNET, MULTICAST
from ..report.markdown import table as markdown_table
from ..report.source import Entry, PlanData
from .table import Table

# What the plan calls whatever is beyond it; no zone may have that name.
BEYOND = "internet"
HEADS = (
    "site",
    "rule",
    "flow",
    "source",
    "source_subnets",
    "destination",
    "destination_addresses",
    "protocol",
    "ports",
    "action",
    "between_segments",
    "reason",
    "owner",
    "expires",
)
LEAD = (
    "For sites whose gateways are appliances. A flow that is not between segments never reaches the gateway. Answers "
    "of an allowed connection are allowed with it; what is not listed is denied and logged."
)


def flow_list(data: PlanData) -> Table:
    """One row for each flow that a site takes part in, then the rule that refuses the rest."""
    rows = tuple(row for site in data.sites() for row in _rows(data, site))
    return Table("flows", "flows", LEAD, HEADS, rows)


def flow_pages(data: PlanData) -> str:
    """Markdown: for each site how many flows lead from zone to zone, and the list."""
    parts = [f"# {data.plan['name']}: flows", LEAD]
    for site in data.sites():
        overview = _overview(data, site)
        parts += [f"## {data.site_title(site)}", "### From zone to zone"]
        parts += ["Numbers of flows; the source stands on the left.", "\n".join(overview)] if overview else ["None."]
        parts += ["### List", "\n".join(markdown_table(HEADS[1:], [row[1:] for row in _rows(data, site)]))]
    return "\n\n".join(parts) + "\n"


def _rows(data: PlanData, site: str) -> Iterator[tuple[object, ...]]:
    flows = [flow for flow in data.plan["flows"] if _concerns(data, site, flow)]
    for number, flow in enumerate(flows, start=1):
        yield (
            site,
            number,
            flow["name"],
            flow["source"],
            " ".join(flow["source_subnets"]),
            flow["destination"],
            " ".join(_targets(flow)),
            flow["protocol"],
            " ".join(str(port) for port in flow["ports"]),
            "allow",
            "yes" if _crosses(data, flow) else "no",
            flow["reason"],
            flow["owner"] or "",
            str(flow["expires"] or ""),
        )
    refused = ("rest", "any", INTERNET, "any", INTERNET, "any", "", "deny", "yes", "all else", "", "")
    yield (site, len(flows) + 1, *refused)


def _targets(flow: Entry) -> list[str]:
    return [*flow["destination_addresses"], *flow["destination_subnets"]]


def _segments(data: PlanData, texts: list[str]) -> set[str]:
    """Keys of the segments in which the addresses lie, BEYOND when some lie in none; multicast lies nowhere."""
    subnets = {key: addresses(segment["subnet"]) for key, segment in data.plan["segments"].items()}
    found = {
        text: {key for key in subnets if text != INTERNET and common(addresses(text), subnets[key])}
        for text in texts
        if text == INTERNET or not common(addresses(text), MULTICAST)
    }
    return set[str]().union(*(keys or {BEYOND} for keys in found.values()))


def _concerns(data: PlanData, site: str, flow: Entry) -> bool:
    """Does it begin or end at a site? A flow between places that are no site's concerns all."""
    ends = [addresses(text) for text in (*flow["source_subnets"], *_targets(flow)) if text != INTERNET]
    at = [name for name in data.sites() if common_of(ends, _ranges(data, name))]
    return site in at or not at


def _ranges(data: PlanData, site: str) -> list[Range]:
    subnets = [s["subnet"] for s in data.plan["segments"].values() if s["site"] == site]
    return [addresses(text) for text in (data.sites()[site]["supernet"], *subnets)]


def _crosses(data: PlanData, flow: Entry) -> bool:
    """Is some of it between two segments, or between one and what is beyond?"""
    targets = _segments(data, _targets(flow))
    places = targets | _segments(data, flow["source_subnets"])
    return bool(targets) and (len(places) > 1 or BEYOND in places)


def _zones(data: PlanData, site: str, texts: list[str]) -> set[str]:
    """Zones in which some of the addresses lie; those of other sites with the site's name."""
    segments = data.plan["segments"]
    return {_zone(segments[key], site) if key in segments else key for key in _segments(data, texts)}


def _zone(segment: Entry, site: str) -> str:
    return segment["zone"] if segment["site"] == site else f"{segment['zone']} ({segment['site']})"


def _overview(data: PlanData, site: str) -> list[str]:
    """Lines of the table of zones, [] for a site without flows."""
    here = {s["zone"] for s in data.plan["segments"].values() if s["site"] == site}
    count: Counter[tuple[str, str]] = Counter()
    for flow in data.plan["flows"]:
        for source in _zones(data, site, flow["source_subnets"]):
            for target in _zones(data, site, _targets(flow)):
                if {source, target} & here:
                    count[source, target] += 1
    sources, targets = (sorted({pair[end] for pair in count}) for end in (0, 1))
    rows = [(source, *(count[source, target] or "" for target in targets)) for source in sources]
    return markdown_table(("from / to", *targets), rows)
