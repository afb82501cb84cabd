# SPDX-License-Identifier: GPL-3.0-or-later
"""Live migrations through Pacemaker as data: constraints that ask for them, and how far they are; pure, no I/O.

A move is {"guest", "source", "target"}: a primitive and two nodes by name.
The constraints carry the role's own prefix, so that what an interrupted run leaves behind is removed by the next one
and by the role ha_cluster, and end by themselves at ``until``.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

from .pacemaker_merge import section
from .pacemaker_simulate import STAY
from .pacemaker_wanted import PREFIX

MARK = PREFIX + "move-"
# Where the agent's operation names no time-out, Pacemaker's own default applies (20 s); ours name one.
DEFAULT_TIMEOUT_SECONDS = 60
MIGRATION = ("migrate_to", "migrate_from")
AT_REST = ("Started", "Stopped")
DISTURBING = (*MIGRATION, "start", "stop")


def constraint(move, until):
    """Return the rsc_location that draws a guest to its target until a moment (``2026-01-31 12:00:00Z``)."""
    identity = MARK + move["guest"]
    location = ET.Element("rsc_location", {"id": identity, "rsc": move["guest"]})
    rule = ET.SubElement(location, "rule", {"id": identity + "-rule", "score": "INFINITY", "boolean-op": "and"})
    host = {"attribute": "#uname", "operation": "eq", "value": move["target"]}
    ET.SubElement(rule, "expression", {"id": identity + "-host", **host})
    ET.SubElement(rule, "date_expression", {"id": identity + "-end", "operation": "lt", "end": until})
    return location


def without_moves(cib, kept=()):
    """Return a copy of a <cib> without constraints of this module, but for those of the guests in ``kept``."""
    new = copy.deepcopy(cib)
    constraints = section(new.find("configuration"), "constraints")
    for element in list(constraints):
        if element.get("id", "").startswith(MARK) and element.get("rsc") not in kept:
            constraints.remove(element)
    return new


def with_moves(cib, moves, until):
    """Return a copy of a <cib> that asks for these moves and no others."""
    new = without_moves(cib)
    section(new.find("configuration"), "constraints").extend(constraint(move, until) for move in moves)
    return new


def held(cib):
    """Return {resource: [ids]} of the constraints that crm_resource --move and --ban have left."""
    found = {}
    for element in cib.findall("configuration/constraints/rsc_location"):
        if element.get("id", "").startswith("cli-") and element.get("rsc"):
            found.setdefault(element.get("rsc"), []).append(element.get("id"))
    return found


def patience_seconds(cib, moves):
    """Return how long Pacemaker may take for these moves at most: the time-outs of both operations, and a minute."""
    return 60 + max((sum(_timeout(cib, move["guest"], name) for name in MIGRATION) for move in moves), default=0)


def _timeout(cib, guest, operation):
    found = cib.find(".//primitive[@id='%s']/operations/op[@name='%s']" % (guest, operation))
    text = (found.get("timeout") if found is not None else None) or str(DEFAULT_TIMEOUT_SECONDS)
    digits = text.strip().removesuffix("s")
    return int(digits) if digits.isdigit() else DEFAULT_TIMEOUT_SECONDS


def refusals(status, moves, hosts):
    """Return why these moves must not begin, as sentences; [] when they may.

    status: what pacemaker_status.parse() returns; hosts: the members that must be there.
    """
    found = [] if status["quorate"] else ["The cluster has no quorum."]
    if status["maintenance_mode"]:
        found.append("The cluster is in maintenance mode; end it (crm_attribute --name maintenance-mode --delete).")
    for name in hosts:
        node = status["nodes"].get(name, {})
        if not node.get("online") or node.get("unclean") or node.get("pending"):
            found.append("Host %s is not online in the cluster." % name)
    for move in moves:
        found += _refused_move(status, move)
    return found


def _refused_move(status, move):
    guest, target = move["guest"], status["nodes"].get(move["target"], {})
    entry = status["resources"].get(guest)
    if entry is None:
        return ["The cluster knows no guest %s; run site.yml." % guest]
    if target.get("standby") or target.get("maintenance"):
        return ["Host %s takes no guest: it is in standby or maintenance." % move["target"]]
    if restless(guest, entry):
        return [restless(guest, entry)]
    if entry["nodes"] not in ([move["source"]], [move["target"]]):
        where = " and ".join(entry["nodes"]) or "no host"
        return ["Guest %s runs on %s and not on %s; plan again." % (guest, where, move["source"])]
    return []


def restless(guest, entry):
    """Return why Pacemaker would not move a guest now, as a sentence, or ''."""
    if entry["role"] not in AT_REST:
        return "Guest %s is not at rest (%s); wait until crm_mon shows it started." % (guest, entry["role"])
    if entry["blocked"] or entry["failed"]:
        # Not crm_resource --cleanup: it may restart a guest whose migration failed.
        return (
            "Guest %s has a failed operation (crm_mon -1 --failures on a host); mend the cause, and Pacemaker manages "
            "it again by itself 10 minutes after the failure." % guest
        )
    if not entry["managed"]:
        return "Guest %s is unmanaged, so Pacemaker would not move it; crm_resource --meta says why." % guest
    return ""


def contradictions(before, after, moves):
    """Return what the scheduler would do other than these moves, as sentences.

    before, after: pacemaker_simulate.parse() of the live CIB and of the one that asks for the moves.
    """
    wanted = {(move["guest"], move["source"], move["target"]) for move in moves}
    known = {_key(action) for action in before["actions"]}
    done, found = set(), []
    for action in after["actions"]:
        key = (action["resource"], action["source"], action["target"])
        if action["action"] == "migrate" and key in wanted:
            done.add(key)
        elif action["action"] not in STAY and _key(action) not in known:
            way = " from %s to %s" % key[1:] if action["target"] else " on %s" % action["source"]
            found.append("Pacemaker would %s %s%s." % (action["action"], action["resource"], way))
    found += [
        "Pacemaker would leave %s on %s, and not move it to %s: its rules or its utilization forbid it." % key
        for key in sorted(wanted - done)
    ]
    return found


def _key(action):
    return action["resource"], action["action"], action["source"], action["target"]


def outcome(status, known_failures, move):
    """Return ('moving' | 'moved' | 'failed', reason) of one move.

    known_failures: status["failures"] before the move began.
    """
    guest = move["guest"]
    entry = status["resources"].get(guest) or {"nodes": [], "role": ""}
    new = [
        failure
        for failure in status["failures"]
        if failure["resource"] == guest and failure["task"] in DISTURBING and failure not in known_failures
    ]
    if new:
        return "failed", reason(new[-1])
    if entry["role"] == "Started" and entry["nodes"] == [move["target"]]:
        return "moved", ""
    return "moving", ""


def reason(failure):
    """Return what Pacemaker recorded of a failed operation, and where there is more."""
    said = failure["reason"] or failure["exit"] or "no reason given"
    where = "journalctl -u pacemaker --grep %s_%s" % (failure["resource"], failure["task"])
    return "%s: %s; on %s, %s says more" % (failure["task"], said, failure["node"], where)


def at_rest(status, guest):
    """Return the one host on which the guest runs undisturbed, '' while it does not."""
    entry = status["resources"].get(guest) or {}
    quiet = entry.get("role") == "Started" and not entry["blocked"] and not entry["failed"]
    return entry["nodes"][0] if quiet and len(entry["nodes"]) == 1 else ""
