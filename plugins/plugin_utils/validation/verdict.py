# SPDX-License-Identifier: GPL-3.0-or-later
"""Join what the hosts answered into one view of each cluster, and judge it. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .guests import findings


def answered(result: Any) -> bool:
    """Whether a registered result is an answer: there, reachable and not failed."""
    return isinstance(result, Mapping) and not any(result.get(key) for key in ("unreachable", "failed", "skipped"))


def best_cluster(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the view of a host in the partition with quorum, else of any host that answers; {} without.

    answers: {host: {"guests", "cluster", "bmcs", "storage": registered results}}.
    """
    views = [answer["cluster"]["cluster"] for answer in answers.values() if answered(answer.get("cluster"))]
    views.sort(key=lambda view: (bool(view.get("available")), bool(view.get("quorate"))), reverse=True)
    return dict(views[0]) if views else {}


def joined_bmcs(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return {host: {"ok", "complaint"}}; one host that can use a controller is enough, for it would do the fencing."""
    joined: dict[str, dict[str, Any]] = {}
    for answer in answers.values():
        for name, bmc in (answer["bmcs"]["bmcs"] if answered(answer.get("bmcs")) else {}).items():
            if name not in joined or bmc["ok"]:
                joined[name] = dict(bmc)
    return joined


def host_findings(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return which hosts did not answer at all, and which failed to say what runs on them."""
    said = []
    for name, answer in answers.items():
        result = answer.get("guests")
        if not isinstance(result, Mapping) or result.get("unreachable"):
            said.append(f"Host {name} does not answer over SSH.")
        elif result.get("failed"):
            said.append(f"Host {name}: {result.get('msg', 'its guests could not be read')}")
    return said


def storage_findings(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the storage; nothing when any host finds it sound."""
    results = [answer["storage"] for answer in answers.values() if isinstance(answer.get("storage"), Mapping)]
    results = [result for result in results if not result.get("unreachable")]
    if any(not result.get("msg") for result in results):
        return []
    return [str(results[0]["msg"])] if results else ["No host could be asked about the storage."]


def verdict(answers: Mapping[str, Mapping[str, Any]], guests: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return all that differs from the plan, the gravest first.

    answers: {host: registered results} of one cluster's hosts; guests: {name: slice} of its guests.
    """
    located = {name: answer["guests"] for name, answer in answers.items() if answered(answer.get("guests"))}
    observed = {
        "guests": guests,
        "members": list(answers),
        "running": {name: result["running"] for name, result in located.items()},
        "answers": {guest: any(result["answers"].get(guest) for result in located.values()) for guest in guests},
        "cluster": best_cluster(answers),
        "bmcs": joined_bmcs(answers),
    }
    return [*findings(observed), *host_findings(answers), *storage_findings(answers)]


def sound(name: str, cluster: Mapping[str, Any], guests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what was found sound about a cluster without findings, as one sentence.

    cluster: one entry of hospital_plan.clusters.
    """
    fenced = "each can be fenced" if cluster["fencing"]["enabled"] else "fencing is off"
    return (
        f"Cluster {name} is as planned: {len(cluster['hosts'])} hosts with quorum, {fenced}, storage sound; "
        f"running once and answering: {', '.join(sorted(guests)) or 'no guest'}."
    )


def waived(name: str, cluster: Mapping[str, Any]) -> list[str]:
    """Return the waiver of a cluster's fencing as a sentence; every report repeats it."""
    waiver = cluster["fencing"]["waiver"]
    if not waiver:
        return []
    return [f"Cluster {name} runs WITHOUT FENCING: {waiver['reason']} ({waiver['owner']}, until {waiver['until']})."]
