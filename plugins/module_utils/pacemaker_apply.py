# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, merge, guard, patch: the steps of the module ``pacemaker_cib`` over a Cluster-like object."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .pacemaker_merge import diff_of, merge
from .pacemaker_run import ClusterError
from .pacemaker_simulate import disturbed, sentence
from .pacemaker_wanted import WantedError, build

EMPTY = "<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>"
ATTEMPTS = 3


def run(cluster, params, check_mode):
    """Bring the cluster to the wanted state; return {changed, objects, diff}.

    Raises WantedError when the wanted state is refused and ClusterError when a tool fails.
    """
    wanted = build(params)
    if check_mode and not cluster.available():
        return outcome(merge(bare_cib(wanted), wanted)[1])
    for attempt in range(1, ATTEMPTS + 1):
        live = cluster.cib()
        new, changes = merge(live, wanted)
        if not changes:
            return outcome([])
        guard(cluster, live, new, changes, params)
        if check_mode:
            return outcome(changes)
        try:
            cluster.apply(live, new)
        except ClusterError:
            # Somebody else changed the same object in between: read again.
            if attempt == ATTEMPTS:
                raise
            continue
        return verified(cluster, wanted, changes)
    raise AssertionError("unreachable")


def outcome(changes):
    return {"changed": bool(changes), "objects": [change.label for change in changes], "diff": diff_of(changes)}


def verified(cluster, wanted, changes):
    """Read back: the state must now be the wanted one."""
    left = merge(cluster.cib(), wanted)[1]
    if left:
        raise ClusterError("the cluster did not accept: %s" % ", ".join(change.label for change in left))
    return outcome(changes)


def bare_cib(wanted):
    """Return the CIB of a cluster that does not exist yet: its nodes, nothing else."""
    cib = ET.fromstring(EMPTY)
    nodes = cib.find("configuration/nodes")
    for number, name in enumerate(wanted.utilization, 1):
        ET.SubElement(nodes, "node", {"id": str(number), "uname": name})
    return cib


def guard(cluster, live, new, changes, params):
    """Refuse what would remove or interrupt a running resource without consent."""
    cluster.verify(new)
    running = {name for name, entry in cluster.status()["resources"].items() if entry["nodes"] and is_guest(entry)}
    removed = {
        change.label.split(" ", 1)[1] for change in changes if change.removes and change.label.startswith("primitive ")
    }
    findings = [
        "resource %s runs and is no longer wanted; list it in ha_cluster_removed_resources to stop and remove it" % name
        for name in sorted(removed & running - set(params["removed_resources"]))
    ]
    allowed = set(params["allowed_disruptions"]) | set(params["removed_resources"])
    if running - allowed - removed:
        actions = disturbed(cluster.simulate(live), cluster.simulate(new), running - allowed - removed)
        findings += [
            "the change would interrupt a running resource (%s); list it in ha_cluster_allowed_disruptions "
            "to accept that" % sentence(action)
            for action in actions
        ]
    if findings:
        raise WantedError(findings)


def is_guest(entry):
    """Fencing devices may come and go."""
    return not (entry["agent"] or "").startswith("stonith:")
