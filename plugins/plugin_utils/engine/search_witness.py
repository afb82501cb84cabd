# SPDX-License-Identifier: GPL-3.0-or-later
"""N+k while units move: for each failure a proof that it can be absorbed, mended after each move. Compiled; see jit.py.

Indexes: u, v units; a, b, t hosts; s scenarios; g groups; j position of a scenario in the list of its host's scenarios.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .jit import jit
from .search_state import COLOUR, CPU, HOST, KLASS, MEMORY, ROOM_CPU, ROOM_MEMORY, UNITS_ON, USED_CPU, USED_MEMORY

UNSET = -2
DOWN = -1


class Witness(NamedTuple):
    """For each scenario a proof that it can be absorbed: where its units would go.

    start, hosts      [S + 1], [*] hosts of a scenario
    of_start, of      [H + 1], [*] scenarios of a host
    place             [S, H] j of the scenario in the host's list; -1: that host does not fail in it
    active            [S] bool: the scenario has a complete witness, which must be kept
    need              [4, S, H] memory, CPU, units and colour that the witness takes on each host
    peak              [2, H] memory and CPU: not less than the largest need of an active scenario
    target            [U, J] host that takes the unit in the j-th scenario of its host; DOWN, UNSET
    order             [2, U] rank of a unit in packing (largest first), and the unit of each rank
    lost              [U] scratch
    log               [N, 4] changes of target since the last move; log[0, 0] is their number
    todo              [N, 3] scenario, unit and j whose target is to be looked at; todo[0, 0] is their number
    """

    start: Any
    hosts: Any
    of_start: Any
    of: Any
    place: Any
    active: Any
    need: Any
    peak: Any
    target: Any
    order: Any
    lost: Any
    log: Any
    todo: Any


@jit
def set_target(state, witness, s, u, j, new):
    """Change where a unit goes in a scenario, and log it."""
    old = witness.target[u, j]
    if old >= 0:
        witness.need[0, s, old] -= state.unit[MEMORY, u]
        witness.need[1, s, old] -= state.unit[CPU, u]
        witness.need[2, s, old] -= 1
    if new >= 0:
        witness.need[0, s, new] += state.unit[MEMORY, u]
        witness.need[1, s, new] += state.unit[CPU, u]
        witness.need[2, s, new] += 1
        witness.need[3, s, new] = state.unit[COLOUR, u]
        witness.peak[0, new] = max(witness.peak[0, new], witness.need[0, s, new])
        witness.peak[1, new] = max(witness.peak[1, new], witness.need[1, s, new])
    witness.target[u, j] = new
    row = witness.log[0, 0] + 1
    witness.log[0, 0] = row
    if row < len(witness.log):
        witness.log[row, 0] = s
        witness.log[row, 1] = u
        witness.log[row, 2] = j
        witness.log[row, 3] = old


@jit
def log_full(witness):
    """Is there too little room to log the packing of one more scenario?"""
    return witness.log[0, 0] + 2 * witness.order.shape[1] + 2 >= len(witness.log)


@jit
def rewind(state, witness, mark):
    """Undo all changes of targets down to a mark in the log."""
    for row in range(witness.log[0, 0], mark, -1):
        set_target(state, witness, witness.log[row, 0], witness.log[row, 1], witness.log[row, 2], witness.log[row, 3])
    witness.log[0, 0] = mark


@jit
def replica_near(state, witness, s, u, t):
    """Would a replica of the unit be in its domain if it went to host t in scenario s?"""
    for i in range(state.group_start[u], state.group_start[u + 1]):
        g = state.group_index[i]
        domains = state.domains[state.group_scope[g]]
        for k in range(state.group_unit_start[g], state.group_unit_start[g + 1]):
            v = state.group_unit[k]
            at = state.unit[HOST, v]
            if v == u or at < 0:
                continue
            j = witness.place[s, at]
            if j >= 0:
                at = witness.target[v, j]
            if at >= 0 and domains[at] == domains[t]:
                return True
    return False


@jit
def open_to(state, witness, s, u, t):
    """May the unit restart on host t in scenario s, but for room, replicas and what else restarts there?"""
    if witness.place[s, t] >= 0 or not state.allowed[state.unit[KLASS, u], t]:
        return False
    return state.colours.shape[0] == 1 or state.colours[state.unit[COLOUR, u], t] == state.node[UNITS_ON, t]


@jit
def apart(state, witness, s, u, t):
    """Does scenario s bring units of another tenant to host t, so that the unit cannot go there?"""
    return witness.need[2, s, t] > 0 and witness.need[3, s, t] != state.unit[COLOUR, u]


@jit
def restart(state, witness, s, u, j, tight):
    """Give the unit a target in scenario s: the fullest host that takes it (tight), or the emptiest. False: none.

    Where a replica runs in the domain of every host that is left to it, the unit stays down.
    """
    chosen = -1
    best = 0
    reachable = False
    blocked = True
    for t in range(state.node.shape[1]):
        if not open_to(state, witness, s, u, t):
            continue
        reachable = True
        left = state.node[ROOM_MEMORY, t] - state.node[USED_MEMORY, t] - witness.need[0, s, t] - state.unit[MEMORY, u]
        spare = state.node[ROOM_CPU, t] - state.node[USED_CPU, t] - witness.need[1, s, t] - state.unit[CPU, u]
        value = -left if tight else left
        better = left >= 0 and spare >= 0 and (chosen < 0 or value > best) and not apart(state, witness, s, u, t)
        if (better or (blocked and chosen < 0)) and not replica_near(state, witness, s, u, t):
            blocked = False
            if better:
                chosen = t
                best = value
    if chosen < 0 and not (reachable and blocked):
        return False
    set_target(state, witness, s, u, j, chosen if chosen >= 0 else DOWN)
    return True


@jit
def lost_units(state, witness, s):
    """Unset the targets of the units that scenario s takes down; lost[:n] gets their ranks, rising. Returns n."""
    total = 0
    for i in range(witness.start[s], witness.start[s + 1]):
        a = witness.hosts[i]
        j = witness.place[s, a]
        for k in range(state.node[UNITS_ON, a]):
            u = state.listing[a, k]
            witness.lost[total] = witness.order[0, u]
            total += 1
            if witness.target[u, j] != UNSET:
                set_target(state, witness, s, u, j, UNSET)
    gap = total // 2
    while gap > 0:  # Shell sort
        for i in range(gap, total):
            rank = witness.lost[i]
            k = i
            while k >= gap and witness.lost[k - gap] > rank:
                witness.lost[k] = witness.lost[k - gap]
                k -= gap
            witness.lost[k] = rank
        gap //= 2
    return total


@jit
def absorb(state, witness, s):
    """Make a complete witness for a scenario. False: none was found, and the targets are as before."""
    if log_full(witness):
        return False
    mark = witness.log[0, 0]
    for attempt in range(2):
        packed = True
        for i in range(lost_units(state, witness, s)):
            u = witness.order[1, witness.lost[i]]
            packed = restart(state, witness, s, u, witness.place[s, state.unit[HOST, u]], attempt == 0)
            if not packed:
                break
        if packed:
            return True
        rewind(state, witness, mark)
    return False


@jit
def absorb_all(state, witness):
    """Make witnesses for all scenarios that have none; those that succeed become active."""
    for s in range(len(witness.active)):
        witness.log[0, 0] = 0
        if not witness.active[s]:
            witness.active[s] = absorb(state, witness, s)
    witness.log[0, 0] = 0


@jit
def overfull(state, witness, s, b):
    """Does scenario s count on more than host b has, or on a host of another tenant?"""
    return witness.need[2, s, b] > 0 and (
        state.node[USED_MEMORY, b] + witness.need[0, s, b] > state.node[ROOM_MEMORY, b]
        or state.node[USED_CPU, b] + witness.need[1, s, b] > state.node[ROOM_CPU, b]
        or state.colours[witness.need[3, s, b], b] < state.node[UNITS_ON, b]
    )


@jit
def note(witness, s, u, j):
    """Put a target on the list of those to look at."""
    row = witness.todo[0, 0] + 1
    if row < len(witness.todo):
        witness.todo[0, 0] = row
        witness.todo[row, 0] = s
        witness.todo[row, 1] = u
        witness.todo[row, 2] = j


@jit
def note_units(state, witness, u):
    """After a unit came to its host: note it and its replicas, which may now be too near, or could be up."""
    for i in range(state.group_start[u] - 1, state.group_start[u + 1]):
        g = state.group_index[i] if i >= state.group_start[u] else -1
        first = state.group_unit_start[g] if g >= 0 else 0
        last = state.group_unit_start[g + 1] if g >= 0 else 1
        for k in range(first, last):
            v = state.group_unit[k] if g >= 0 else u
            a = state.unit[HOST, v]
            if a < 0:
                continue
            for n in range(witness.of_start[a], witness.of_start[a + 1]):
                if witness.active[witness.of[n]]:
                    note(witness, witness.of[n], v, n - witness.of_start[a])


@jit
def note_guests(state, witness, b):
    """After host b took a unit: note the units whose witnesses count on more room than it has left.

    With tenants that stand apart, those that stay down, too: the host may have been the reason why they may.
    """
    memory = state.node[ROOM_MEMORY, b] - state.node[USED_MEMORY, b]
    cpu = state.node[ROOM_CPU, b] - state.node[USED_CPU, b]
    if state.colours.shape[0] == 1 and witness.peak[0, b] <= memory and witness.peak[1, b] <= cpu:
        return
    witness.peak[0, b] = 0
    witness.peak[1, b] = 0
    for s in range(len(witness.active)):
        if not witness.active[s]:
            continue
        witness.peak[0, b] = max(witness.peak[0, b], witness.need[0, s, b])
        witness.peak[1, b] = max(witness.peak[1, b], witness.need[1, s, b])
        if state.colours.shape[0] == 1 and not overfull(state, witness, s, b):
            continue
        for i in range(witness.start[s], witness.start[s + 1]):
            a = witness.hosts[i]
            j = witness.place[s, a]
            for k in range(state.node[UNITS_ON, a]):
                t = witness.target[state.listing[a, k], j]
                if t == b or (t == DOWN and state.colours.shape[0] > 1):
                    note(witness, s, state.listing[a, k], j)


@jit
def mend(state, witness):
    """Give new targets to the noted units that need them. False: N+k would be lost."""
    if witness.todo[0, 0] + 1 >= len(witness.todo):
        return False
    for row in range(1, witness.todo[0, 0] + 1):
        s = witness.todo[row, 0]
        u = witness.todo[row, 1]
        j = witness.todo[row, 2]
        t = witness.target[u, j]
        if t >= 0 and not overfull(state, witness, s, t) and not replica_near(state, witness, s, u, t):
            continue
        if log_full(witness):
            return False
        if t != UNSET:
            set_target(state, witness, s, u, j, UNSET)
        if not restart(state, witness, s, u, j, False) and not absorb(state, witness, s):
            return False
    return True


@jit
def release(state, witness, u):
    """Before a unit leaves its host: take it out of that host's witnesses."""
    a = state.unit[HOST, u]
    for i in range(witness.of_start[a], witness.of_start[a + 1]):
        j = i - witness.of_start[a]
        if witness.target[u, j] != UNSET:
            set_target(state, witness, witness.of[i], u, j, UNSET)
