# SPDX-License-Identifier: GPL-3.0-or-later
"""Steepest descent: the one move that lowers the score most, again and again. Compiled; see jit.py.

The score's change by a move is not a sum of what its two ends gain, because of the square roots. Linearised at the
present loads it is one: the best target is found once for each size of unit, and only units that could beat the best
candidate so far look for a target of their own. A step so takes about units + sizes x hosts operations instead of
units x hosts. The best candidate of each size is then measured exactly.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from .jit import jit
from .search_moves import move
from .search_state import (
    CPU,
    HOME,
    HOST,
    MEMORY,
    MOVABLE,
    USED_CPU,
    USED_MEMORY,
    lawful,
    refresh,
    room,
    score_after,
    score_now,
)

WORST = 1e300


@jit
def repair(state, witness, wanted, refused):
    """Move (or place) the units marked in wanted [U], each time the one whose best move gives the best score.

    Returns how many could not be moved within rules, limits and N+k; their marks stay. refused: scratch, [U, H] False
    """
    left = 0
    for u in range(len(wanted)):
        if wanted[u]:
            left += 1
    while left > 0:
        best = WORST
        unit = -1
        host = -1
        for u in range(len(wanted)):
            if not wanted[u]:
                continue
            a = state.unit[HOST, u]
            for b in range(state.node.shape[1]):
                if b == a or refused[u, b] or not room(state, u, b) or not lawful(state, u, b, a):
                    continue
                if a >= 0:
                    score = score_after(state, a, b, state.unit[MEMORY, u], state.unit[CPU, u])
                else:
                    score = (state.node[USED_MEMORY, b] + state.unit[MEMORY, u]) * state.per[0, b] - 1e3 * state.unit[
                        MEMORY, u
                    ]
                if score < best:
                    best = score
                    unit = u
                    host = b
        if unit < 0:
            break
        if move(state, witness, unit, -1, host, -1):
            wanted[unit] = False
            left -= 1
        else:
            refused[unit, host] = True
    return left


@jit
def slopes(state, slope):
    """The score's derivatives by memory use and CPU ratio: slope [2, 2] gets weight and mean of each."""
    for i in range(2):
        mean = state.sums[2 * i] / state.counted
        deviation = sqrt(max(1e-18, state.sums[2 * i + 1] / state.counted - mean * mean))
        slope[i, 0] = 1.0 / (2.0 * deviation * state.counted)
        slope[i, 1] = mean


@jit
def pull(state, slope, b, memory, cpu):
    """Linearised change of the score when a host's load grows by memory and cpu (negative: falls)."""
    per = state.per[0, b]
    use = state.node[USED_MEMORY, b] * per - slope[0, 1]
    new = use + memory * per
    change = slope[0, 0] * (new * new - use * use)
    per = state.per[1, b]
    use = state.node[USED_CPU, b] * per - slope[1, 1]
    new = use + cpu * per
    return change + slope[1, 0] * (new * new - use * use)


class Scratch(NamedTuple):
    """Room for the descent to work in; K kinds of units, all units of a kind of one size.

    kind [U]; memory, cpu [K]; value [K, H], least [K], slope [2, 2], found [K] float; unit, host [K]; refused [U, H]
    """

    kind: Any
    memory: Any
    cpu: Any
    value: Any
    least: Any
    slope: Any
    found: Any
    unit: Any
    host: Any
    refused: Any


def make_scratch(memory: Any, cpu: Any, hosts: int) -> Scratch:
    """The scratch for units of these sizes ([U] each)."""
    sizes, kind = np.unique(np.stack([memory, cpu]), axis=1, return_inverse=True)
    count = sizes.shape[1]
    return Scratch(
        kind=kind.reshape(-1),
        memory=sizes[0].copy(),
        cpu=sizes[1].copy(),
        value=np.zeros((count, hosts)),
        least=np.zeros(count),
        slope=np.zeros((2, 2)),
        found=np.zeros(count),
        unit=np.zeros(count, dtype=np.int64),
        host=np.zeros(count, dtype=np.int64),
        refused=np.zeros((len(memory), hosts), dtype=np.bool_),
    )


@jit
def pulls(state, scratch):
    """value: change of the score when a host takes a unit of a kind; least: the best of them over the hosts."""
    for k in range(len(scratch.least)):
        scratch.least[k] = WORST
        for b in range(state.node.shape[1]):
            scratch.value[k, b] = pull(state, scratch.slope, b, scratch.memory[k], scratch.cpu[k])
            scratch.least[k] = min(scratch.least[k], scratch.value[k, b])


@jit
def candidates(state, scratch, budget):
    """For each kind of unit the best move by linearised change: unit [K] (-1: none) to host [K]."""
    scratch.unit[:] = -1
    scratch.found[:] = 0.0
    for u in range(state.unit.shape[1]):
        a = state.unit[HOST, u]
        k = scratch.kind[u]
        if a < 0 or not state.unit[MOVABLE, u]:
            continue
        gain = pull(state, scratch.slope, a, -state.unit[MEMORY, u], -state.unit[CPU, u])
        if gain + scratch.least[k] >= scratch.found[k]:
            continue
        if a == state.unit[HOME, u] and (
            state.sums[4] + state.cost[0, u] > budget[0] or state.sums[5] + state.cost[1, u] > budget[1]
        ):
            continue
        for b in range(state.node.shape[1]):
            if gain + scratch.value[k, b] >= scratch.found[k] or b == a or scratch.refused[u, b]:
                continue
            if room(state, u, b) and lawful(state, u, b, a):
                scratch.found[k] = gain + scratch.value[k, b]
                scratch.unit[k] = u
                scratch.host[k] = b


@jit
def descend(state, witness, scratch, budget, least_gain):
    """Take the best move while it lowers the score by at least least_gain. Returns the number of moves.

    budget [2]: cost in moves and in GiB at most
    """
    unit = scratch.unit
    host = scratch.host
    scratch.refused[:] = False
    dirty = False
    moves = 0
    while moves < 20 * state.unit.shape[1]:
        refresh(state)
        slopes(state, scratch.slope)
        pulls(state, scratch)
        candidates(state, scratch, budget)
        best = score_now(state) - max(least_gain, 1e-9)
        chosen = -1
        for k in range(len(unit)):
            if unit[k] >= 0:
                score = score_after(state, state.unit[HOST, unit[k]], host[k], scratch.memory[k], scratch.cpu[k])
                if score < best:
                    best = score
                    chosen = k
        if chosen >= 0 and move(state, witness, unit[chosen], -1, host[chosen], -1):
            moves += 1
            dirty = True
        elif chosen >= 0:
            scratch.refused[unit[chosen], host[chosen]] = True
        elif dirty:
            scratch.refused[:] = False
            dirty = False
        else:
            break
    return moves
