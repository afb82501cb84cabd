# SPDX-License-Identifier: GPL-3.0-or-later
"""Standby of cluster nodes: hosts that take no guests. Pure functions, and the steps over a Cluster-like object."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

from .pacemaker_apply import is_guest
from .pacemaker_simulate import disturbed, sentence


class StandbyError(Exception):
    """A sentence for the operator; nothing was changed."""


def with_standby(cib, nodes, standby):
    """Return a copy of a <cib> in which the nodes are in standby, or not. Unknown nodes raise StandbyError."""
    new = copy.deepcopy(cib)
    for name in nodes:
        node = new.find("configuration/nodes/node[@uname='%s']" % name)
        if node is None:
            raise StandbyError("Host %s is not a member of this cluster." % name)
        _set(node, standby)
    return new


def _set(node, standby):
    block = node.find("instance_attributes")
    pairs = [] if block is None else [pair for pair in block if pair.get("name") == "standby"]
    if not standby:
        for pair in pairs:
            block.remove(pair)
        return
    if block is None:
        block = ET.SubElement(node, "instance_attributes", {"id": "nodes-%s" % node.get("id")})
    if not pairs:
        identity = "%s-standby" % block.get("id")
        pairs = [ET.SubElement(block, "nvpair", {"id": identity, "name": "standby"})]
    pairs[0].set("value", "on")


def run(cluster, nodes, standby, check_mode):
    """Put the nodes into standby or take them back; return the names that changed.

    Refuses (StandbyError) what would stop or move a running guest.
    """
    status = cluster.status()
    live = cluster.cib()
    wanted = with_standby(live, nodes, standby)
    changed = [name for name in nodes if status["nodes"][name]["standby"] != standby]
    if not changed:
        return []
    guests = {name for name, entry in status["resources"].items() if entry["nodes"] and is_guest(entry)}
    actions = disturbed(cluster.simulate(live), cluster.simulate(wanted), guests)
    if actions:
        raise StandbyError(
            "Standby of %s is left as it is, for it would interrupt guests (%s)."
            % (", ".join(changed), "; ".join(sentence(action) for action in actions))
        )
    if not check_mode:
        cluster.apply(live, wanted)
    return changed
