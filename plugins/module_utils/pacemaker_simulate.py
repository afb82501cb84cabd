# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scheduler would do: arguments for ``crm_simulate`` and its answer as data; pure."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

STAY = ("leave", "start", "reload", "monitor")


def command(cib_file):
    """Return the argument list that shows the next transition and its outcome."""
    return ["crm_simulate", "--xml-file", cib_file, "--simulate", "--output-as=xml"]


def without_node(cib, name):
    """Return a copy of ``cib`` in which the node is lost without warning.

    This is what ``--node-fail`` does; with it crm_simulate 3.0.0 leaves the actions out of its XML.
    """
    lost = copy.deepcopy(cib)
    state = lost.find("status/node_state[@uname='%s']" % name)
    state.attrib.update({"in_ccm": "false", "crmd": "offline", "join": "down", "expected": "member"})
    return lost


def parse(text):
    """Return {actions: [{resource, action, source, target, reason}], fenced: [node], placement: {resource: [nodes]}}.

    ``placement`` is where resources run after the transition.
    """
    root = ET.fromstring(text)
    return {
        "actions": [action(item) for item in root.findall("actions/rsc_action")],
        "fenced": [
            item.get("node") for item in root.findall("actions/node_action") if item.get("task", "").startswith("Fence")
        ],
        "placement": placement(root),
    }


def action(item):
    return {
        "resource": item.get("resource"),
        "action": (item.get("action") or "").lower(),
        "source": item.get("node") or item.get("source") or "",
        "target": item.get("dest") or "",
        "reason": item.get("reason") or "",
    }


def placement(root):
    """Read the status after the simulated transition (<revised_cluster_status>)."""
    final = root.find("revised_cluster_status")
    found = {}
    for item in (final if final is not None else root).findall("resources//resource"):
        nodes = found.setdefault(item.get("id"), [])
        nodes += [node.get("name") for node in item.findall("node")]
    return found


def disturbed(before, after, running):
    """Return actions of ``after`` that interrupt a running resource and that ``before`` does not hold already.

    before, after: results of parse() for the live and the wanted CIB; running: names of running resources.
    """
    known = {(item["resource"], item["action"]) for item in before["actions"]}
    return [
        item
        for item in after["actions"]
        if item["resource"] in running
        and item["action"] not in STAY
        and (item["resource"], item["action"]) not in known
    ]


def sentence(item):
    """Return 'pacs1 would be moved …' for one action."""
    way = " from %s to %s" % (item["source"], item["target"]) if item["target"] else " on %s" % item["source"]
    return "%s: %s%s" % (item["resource"], item["action"], way)
