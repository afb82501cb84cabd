# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the plan of a cluster with what was read from it; every difference is one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils.bmc_status import findings as fencing_findings
from ...module_utils.bmc_status import remedy


def cluster_findings(cluster: Mapping[str, Any], members: Sequence[str]) -> list[str]:
    """Return what is wrong with membership and quorum.

    cluster: what the module pacemaker_info returns, {} when nobody could be asked; members: the hosts of the plan.
    """
    if not cluster:
        return ["No host could be asked about the cluster."]
    if not cluster.get("available"):
        return ["Pacemaker does not answer on the host that was asked; run site.yml to build or start it."]
    findings = (
        [] if cluster["quorate"] else ["The cluster has no quorum: more than half of its hosts must see each other."]
    )
    for name in members:
        node = cluster["nodes"].get(name, {})
        if not node.get("online") or node.get("unclean"):
            state = "is not cleanly down: its power-off is not confirmed" if node.get("unclean") else "is not online"
            findings.append(f"Host {name} {state} in the cluster.")
        elif node.get("standby") or node.get("maintenance"):
            findings.append(f"Host {name} takes no guests: it is in standby or maintenance.")
    return findings


def _whereabouts(name: str, running: Mapping[str, Sequence[str]]) -> list[str]:
    return sorted(host for host, domains in running.items() if name in domains)


def guest_findings(
    guests: Mapping[str, Mapping[str, Any]],
    running: Mapping[str, Sequence[str]],
    answers: Mapping[str, bool],
    cluster: Mapping[str, Any],
    bmcs: Mapping[str, Mapping[str, Any]],
    members: Sequence[str],
) -> list[str]:
    """Return which guests do not run exactly once, or do not answer, and why.

    guests: {name: slice of the plan}; running: {host: names of running domains}; answers: {guest: its agent answered}.
    """
    findings = []
    silent = [name for name in members if name not in running]
    unclean = sorted(name for name, node in cluster.get("nodes", {}).items() if node.get("unclean"))
    for name in sorted(guests):
        hosts = _whereabouts(name, running)
        if len(hosts) > 1:
            findings.append(
                f"Guest {name} runs {len(hosts)} times, on {' and '.join(hosts)}: power one of them off now."
            )
        elif not hosts and unclean:
            why = "; ".join(
                remedy(bmcs[host]["complaint"]) for host in unclean if host in bmcs and not bmcs[host]["ok"]
            )
            findings.append(
                f"Guest {name} is not started elsewhere because the power-off of {', '.join(unclean)} is not confirmed"
                f"{': ' + why if why else ''}."
            )
        elif not hosts and silent:
            findings.append(
                f"Guest {name} runs on none of the hosts that answer, and {', '.join(silent)} could not be asked."
            )
        elif not hosts:
            findings.append(f"Guest {name} does not run on any host; `crm_mon -1 --failures` on a host says why.")
        elif not answers.get(name):
            findings.append(f"Guest {name} runs on {hosts[0]} but its agent does not answer.")
    return findings


def findings(observed: Mapping[str, Any]) -> list[str]:
    """Return all findings of one cluster, the gravest first.

    observed: guests, members, running, answers, cluster and bmcs as the functions above take them, and waivers
    (list of {rule, reason, owner, until}).
    """
    cluster, bmcs = observed["cluster"], observed["bmcs"]
    return [
        *guest_findings(
            observed["guests"], observed["running"], observed["answers"], cluster, bmcs, observed["members"]
        ),
        *cluster_findings(cluster, observed["members"]),
        *fencing_findings(bmcs),
    ]
