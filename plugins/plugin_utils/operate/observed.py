# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the guests of a cluster really run, and what forbids to move any of them. Pure functions.

answers: {host: {"guests", "cluster", "storage": what guest_info, pacemaker_info and ceph_health returned there}} of
one cluster; hosts, guests: {name: slice of the plan} of that cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.guest_migration import AT_REST, restless
from ...module_utils.pacemaker_apply import is_guest
from ..plan.freshness import content_hash_or_none
from ..validation.verdict import answered, best_cluster, host_findings, storage_findings

Slices = Mapping[str, Mapping[str, Any]]
Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Situation:
    """A cluster at one moment.

    where   guest -> the host that runs it
    closed  host -> why it takes no guest
    held    guest -> why it can't be moved
    """

    where: Mapping[str, str]
    closed: Mapping[str, str]
    held: Mapping[str, str]


def situation(answers: Answers, hosts: Slices, guests: Slices) -> Situation:
    """The situation of a cluster about which refusals() found nothing."""
    cluster = best_cluster(answers)
    return Situation(
        where={guest: _hosts_of(answers, guest)[0] for guest in guests},
        closed={name: why for name in hosts if (why := _closed(hosts[name], cluster["nodes"][name]))},
        held={
            guest: f"{' and '.join(ids)} holds it; crm_resource --clear --resource {guest} on a host takes that away"
            for guest, ids in cluster["held"].items()
            if guest in guests
        },
    )


def refusals(answers: Answers, hosts: Slices, guests: Slices) -> list[str]:
    """Why no guest of this cluster may be moved now, as sentences, the gravest first; [] when guests may move."""
    cluster = best_cluster(answers)
    if not cluster.get("available"):
        return [*host_findings(answers), "No host could be asked about the cluster; is Pacemaker running?"]
    said = [
        *_member_refusals(cluster, hosts),
        *host_findings(answers),
        *(line for guest in sorted(guests) for line in _guest_refusals(guest, answers, cluster)),
        *_stranger_refusals(cluster, guests),
        *storage_findings(answers),
    ]
    return list(dict.fromkeys(said))


def edited(inventory: Any, file: str) -> str | None:
    """Whether a plan's file still holds what the planner wrote, else a sentence; intent and catalogue do not matter.

    inventory: the parsed file.
    """
    try:
        written = inventory["all"]["vars"]["hospital_plan"]["hashes"]["content_sha256"]
    except (KeyError, TypeError):
        return f"{file} holds no plan; pass the hosts.yml that playbooks/plan.yml wrote."
    if written == content_hash_or_none(inventory):
        return None
    return f"{file} was changed since the planner wrote it; restore it, or run playbooks/plan.yml and site.yml first."


def _hosts_of(answers: Answers, guest: str) -> list[str]:
    return sorted(
        host for host, said in answers.items() if answered(said.get("guests")) and guest in said["guests"]["running"]
    )


def _closed(host: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    if host["maintenance"]:
        return "maintenance in the plan"
    return next((word for word in ("standby", "maintenance") if node.get(word)), "")


def _member_refusals(cluster: Mapping[str, Any], hosts: Slices) -> list[str]:
    said = [] if cluster["quorate"] else ["The cluster has no quorum: more than half of its hosts must see each other."]
    if cluster["maintenance_mode"]:
        said.append("The cluster is in maintenance mode, in which Pacemaker moves nothing; end that mode first.")
    for name in hosts:
        node = cluster["nodes"].get(name, {})
        if node.get("unclean"):
            said.append(f"Host {name} is not cleanly down: its power-off is not confirmed; validate.yml says why.")
        elif not node.get("online") or node.get("pending"):
            said.append(f"Host {name} is not online in the cluster; bring it back, or confirm that it is gone, first.")
    return said


def _guest_refusals(guest: str, answers: Answers, cluster: Mapping[str, Any]) -> list[str]:
    entry = cluster["resources"].get(guest)
    hosts = _hosts_of(answers, guest)
    if entry is None:
        return [f"The cluster does not know guest {guest} of the plan; run site.yml first."]
    if entry["role"] not in AT_REST:
        return [restless(guest, entry)]
    if len(hosts) > 1:
        return [f"Guest {guest} runs {len(hosts)} times, on {' and '.join(hosts)}; validate.yml says what to do."]
    if not hosts:
        return [f"Guest {guest} runs on no host; `crm_mon -1 --failures` on a host says why."]
    if why := restless(guest, entry):
        return [why]
    if entry["nodes"] != hosts:
        believed = " and ".join(entry["nodes"]) or "no host"
        return [f"Guest {guest} runs on {hosts[0]}, and the cluster believes on {believed}."]
    return []


def _stranger_refusals(cluster: Mapping[str, Any], guests: Slices) -> list[str]:
    """A guest that the plan does not know takes room that nobody has counted."""
    return [
        f"Guest {name} runs on {entry['nodes'][0]} and is not in the plan; plan again and run site.yml first."
        for name, entry in sorted(cluster["resources"].items())
        if name not in guests and entry["nodes"] and is_guest(entry)
    ]
