# SPDX-License-Identifier: GPL-3.0-or-later
"""Read ``crm_mon --output-as=xml --inactive --fence-history=2 --failures`` into a dictionary; pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET

FLAGS = ("online", "standby", "maintenance", "pending", "unclean", "shutdown", "is_dc")


class StatusError(ValueError):
    """The text is not what crm_mon prints."""


def parse(text):
    """Return the cluster's state as plain data.

    quorate, dc ('' when none), stonith_enabled, maintenance_mode,
    nodes {name: {flags…}}, resources {name: {agent, role, nodes, managed, failed, blocked, orphaned}},
    failures [{node, task, resource, reason, exit, when}],
    fencing [{target, action, status, device_origin, completed, reason}], newest first.
    """
    try:
        root = ET.fromstring(text)
    except ET.ParseError as exc:
        raise StatusError("crm_mon did not answer with XML: %s" % exc) from exc
    return {
        **summary(root),
        "nodes": {node.get("name"): flags(node) for node in root.findall("nodes/node")},
        "resources": resources(root),
        "failures": [failure(item) for item in root.findall("failures/failure")],
        "fencing": [fence_event(item) for item in root.findall("fence_history/fence_event")],
    }


def is_true(element, name):
    return element is not None and element.get(name) == "true"


def summary(root):
    dc, options = root.find("summary/current_dc"), root.find("summary/cluster_options")
    return {
        "quorate": is_true(dc, "with_quorum"),
        "dc": dc.get("name", "") if dc is not None else "",
        "stonith_enabled": is_true(options, "stonith-enabled"),
        "maintenance_mode": is_true(options, "maintenance-mode"),
    }


def flags(node):
    return {name: is_true(node, name) for name in FLAGS}


def resources(root):
    """Return name -> state; a resource that crm_mon lists on several nodes is merged."""
    found = {}
    for item in root.findall("resources//resource"):
        entry = found.setdefault(
            item.get("id"),
            {"agent": item.get("resource_agent"), "role": item.get("role"), "nodes": []},
        )
        entry.update(
            managed=is_true(item, "managed"),
            failed=is_true(item, "failed"),
            blocked=is_true(item, "blocked"),
            orphaned=is_true(item, "orphaned"),
        )
        entry["nodes"] += [node.get("name") for node in item.findall("node")]
    return found


def failure(item):
    """Read one failed operation; op_key is <resource>_<task>_<interval>."""
    task = item.get("task") or ""
    return {
        "node": item.get("node"),
        "task": task,
        "resource": (item.get("op_key") or "").rpartition("_")[0].removesuffix("_" + task) or item.get("id", ""),
        "reason": item.get("exitreason") or "",
        "exit": item.get("exitstatus"),
        "when": item.get("last-rc-change"),
    }


def fence_event(item):
    return {
        "target": item.get("target"),
        "action": item.get("action"),
        "status": item.get("status"),
        "origin": item.get("origin"),
        "delegate": item.get("delegate"),
        "completed": item.get("completed"),
        "reason": item.get("exit-reason") or "",
    }


def settled(state, members):
    """Return sentences about what is missing until all ``members`` form one quorate cluster ([] = settled)."""
    findings = []
    if not state["dc"]:
        findings.append("no coordinator has been elected")
    elif not state["quorate"]:
        findings.append("the partition of this host has no quorum")
    for name in members:
        node = state["nodes"].get(name)
        if node is None:
            findings.append("%s is not known to the cluster" % name)
        elif not node["online"] or node["pending"] or node["unclean"]:
            findings.append("%s is not online" % name)
    return findings
