# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan in about forty lines of Markdown, for a merge request."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..plan.diff import compare
from ..plan.previous import plan_of
from .markdown import cell, table
from .units import number, plural
from .view import View, view

MOST_SERVICES = 20
MOST_CHANGES = 200


def summary(inventory: Any, previous: Any = None, compared: bool = False) -> str:
    """previous: the parsed last plan (None: there is none); compared: whether to speak of changes at all.

    Raises NotReadable when `inventory` is no plan of the format that is read here.
    """
    shown = view(inventory)
    blocks = [
        [f"# Plan of {cell(shown.name)}"],
        [_opening(shown)],
        _waivers(shown),
        _sites(shown),
        _services(shown),
        _failures(shown) + _network(shown),
    ]
    if compared:
        blocks.append(_changes(previous, inventory))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _opening(shown: View) -> str:
    hosts = sum(site.hypervisors for site in shown.sites)
    edited = " **The file was edited by hand: its hash does not fit.**" if shown.edited else ""
    ks = sorted({promise.k for promise in shown.promises})
    return (
        f"{plural(hosts, 'hypervisor')} at {plural(len(shown.sites), 'site')}, "
        f"{plural(len(shown.guests), 'guest')} of {plural(len(shown.services), 'service')}, "
        f"{' / '.join(f'N+{k}' for k in ks)}, longest failover {number(shown.timing.seconds)} s. "
        f"Content `{dict(shown.hashes).get('content', '')[:12]}`.{edited}"
    )


def _waivers(shown: View) -> list[str]:
    return [
        f"> **Waiver {cell(w.rule)}** until {cell(w.until)}, borne by {cell(w.owner)}: {cell(w.reason)}"
        for w in shown.waivers
    ]


def _sites(shown: View) -> list[str]:
    rows = []
    last = {curve.site: curve.rows[-1] for curve in shown.curves}
    for site in shown.sites:
        load = {label: f"{text} ({share:.0f} %)" for label, text, share in site.load}
        year = last.get(site.name)
        later = f"year {year[0]}: {year[-1]}" if year else ""
        rows.append(
            (
                site.title,
                " + ".join([str(site.hypervisors), *(plural(*other) for other in site.others)]),
                site.guests,
                *(load.get(label, "") for label in ("CPU", "Memory", "Storage")),
                later,
            )
        )
    return table(("Site", "Hosts", "Guests", "CPU", "Memory", "Storage", "Later"), rows)


def _services(shown: View) -> list[str]:
    rows = [
        (
            f"{s.name}: {s.title}",
            s.tier,
            len(s.guests),
            s.vcpus,
            s.memory,
            s.volumes,
            "" if s.verdict == "virtualise" else s.verdict_text,
            "bare" if s.bare else "complete",
        )
        for s in shown.services[:MOST_SERVICES]
    ]
    heads = ("Service", "Tier", "Guests", "vCPU", "Memory", "Volumes", "Verdict", "State")
    return table(heads, rows) + _more(len(shown.services) - MOST_SERVICES, "services")


def _failures(shown: View) -> list[str]:
    lines = []
    for promise in shown.promises:
        if promise.k and promise.failures:
            tight = min(promise.failures, key=lambda failure: failure.least)
            lines.append(
                f"- {cell(promise.title)}: tightest when {cell(tight.host)} fails, then {tight.cpu_text} "
                f"({tight.cpu_percent:.0f} %) and {tight.memory_text} ({tight.memory_percent:.0f} %) are left"
            )
        else:
            lines.append(f"- {cell(promise.title)}: **no host failure is absorbed**")
    return lines


def _network(shown: View) -> list[str]:
    outside = [cell(f"{f.name} ({f.source} to {f.destination}, {f.ports})") for f in shown.flows if f.outside]
    lines = [
        f"- {plural(len(shown.segments), 'segment')}, {plural(len(shown.flows), 'allowed flow')}, "
        f"{plural(len(shown.modalities), 'modality', 'modalities')}"
    ]
    lines += [f"- Open from outside or anywhere: {', '.join(outside)}"] if outside else []
    for tenant in shown.tenants:
        use = ", ".join(f"{label} {text}" for label, text, _share in tenant.use)
        lines.append(f"- Tenant {cell(tenant.title)}: {cell(use)}")
    return lines


def _changes(before: Any, after: Any) -> list[str]:
    if plan_of(before) is None:
        return ["## Changes", "", "This is the first plan."]
    changes = [" ".join(line.split()) for line in compare(before, after)]
    if not changes:
        return ["## Changes", "", "None."]
    signs = Counter(line[0] for line in changes)
    counted = f"{signs['+']} added, {signs['-']} removed, {signs['~']} changed."
    return [
        "## Changes",
        "",
        counted,
        "",
        "```diff",
        *changes[:MOST_CHANGES],
        "```",
        *_more(len(changes) - MOST_CHANGES, "changes, see the difference of hosts.yml"),
    ]


def _more(left: int, what: str) -> list[str]:
    return ["", f"And {left} more {what}."] if left > 0 else []
