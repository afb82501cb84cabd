# SPDX-License-Identifier: GPL-3.0-or-later
"""One wave of live migrations over a Cluster-like object: ask the scheduler first, follow, clear the way behind."""

from __future__ import annotations

import time

from . import guest_migration as wave
from .pacemaker_run import ClusterError
from .pacemaker_status import StatusError

POLL_SECONDS = 1
# What a constraint outlives the longest migration by: it must not end under one that still runs.
MARGIN_SECONDS = 60
REST_SECONDS = 120


class Refused(Exception):
    """The wave was not begun; the text holds one sentence each."""


class Clock:
    """Time; replaced in tests."""

    now = staticmethod(time.time)
    sleep = staticmethod(time.sleep)


def run(cluster, moves, hosts, check_mode, clock=Clock):
    """Carry out one wave; return {"changed", "moved": [move + seconds], "failed": [move + reason, now]}.

    moves: [{"guest", "source", "target"}]; hosts: the members that must be online. ``now`` is the one host on which
    the guest of a failed move is at rest, '' when it is not.
    Raises Refused before any guest was touched, ClusterError when a tool fails.
    """
    status = cluster.status()
    refuse(wave.refusals(status, moves, hosts))
    todo = [move for move in moves if status["resources"][move["guest"]]["nodes"] != [move["target"]]]
    if not todo:
        return {"changed": False, "moved": [], "failed": []}
    nodes = sorted(name for name, node in status["nodes"].items() if node["online"])
    if not check_mode:
        prepare(cluster, todo, nodes)
    live = cluster.cib()
    patience = wave.patience_seconds(live, todo)
    until = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(clock.now() + patience + MARGIN_SECONDS))
    wanted = wave.with_moves(live, todo, until)
    refuse(wave.contradictions(cluster.simulate(live), cluster.simulate(wanted), todo))
    if check_mode:
        return {"changed": True, "moved": [], "failed": []}
    cluster.apply(live, wanted)
    moved, failed, still = follow(cluster, todo, status["failures"], patience, clock)
    clear(cluster, {move["guest"] for move in still})
    failed = [settle(cluster, move, nodes, clock) for move in failed]
    late = [{**move, "reason": "it has not ended after %d s" % patience, "now": ""} for move in still]
    return {"changed": True, "moved": moved, "failed": failed + late}


def prepare(cluster, moves, nodes):
    """Let Pacemaker forget earlier migrations of these guests on the hosts on which they do not run.

    Pacemaker 3.0.0 takes the record of an earlier migration over the same way for that of the one that runs: when
    anything changes in the cluster just then, it holds the guest for stopped and starts it a second time.
    """
    for move in moves:
        for node in nodes:
            if node != move["source"]:
                cluster.forget(move["guest"], node)
    cluster.wait_until_settled()


def refuse(sentences):
    if sentences:
        raise Refused(" ".join(sentences))


def follow(cluster, moves, known_failures, patience, clock):
    """Wait for the end of all moves; return (moved, failed, still moving)."""
    begin, still, moved, failed = clock.now(), list(moves), [], []
    while still and clock.now() < begin + patience:
        status = look(cluster)
        for move in list(still) if status else []:
            state, reason = wave.outcome(status, known_failures, move)
            if state == "moving":
                continue
            still.remove(move)
            if state == "moved":
                moved.append({**move, "seconds": round(clock.now() - begin)})
            else:
                failed.append({**move, "reason": reason})
        if still:
            clock.sleep(POLL_SECONDS)
    return moved, failed, still


def look(cluster):
    """The cluster's status, None while it does not answer, as when its coordinator changes."""
    try:
        return cluster.status()
    except (ClusterError, StatusError):
        return None


def clear(cluster, moving):
    """Take away the constraints of moves that have ended; stickiness, above every preference, holds the guests.

    Pacemaker would stop a guest that loses its constraint while it moves: that one ends by itself, later.
    """
    live = cluster.cib()
    cluster.apply(live, wave.without_moves(live, moving))


def settle(cluster, move, nodes, clock):
    """Let Pacemaker look anew at a guest that a failed migration has blocked; return the move with ``now``.

    The source comes last: as long as its record of the failure stands, nothing is done to the guest. With that gone and
    the record of an earlier migration to the source left elsewhere, Pacemaker would restart the guest.
    """
    status = look(cluster)
    if status and status["resources"].get(move["guest"], {}).get("blocked"):
        for node in [name for name in nodes if name != move["source"]] + [move["source"]]:
            cluster.forget(move["guest"], node)
    deadline = clock.now() + REST_SECONDS
    host = ""
    while not host and clock.now() < deadline:
        clock.sleep(POLL_SECONDS)
        status = look(cluster)
        host = wave.at_rest(status, move["guest"]) if status else ""
    return {**move, "now": host}
