# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads and rules, kept up to date while units move. Compiled; see jit.py.

Indexes: u, v units; a, b, t hosts; g groups. Random numbers are those of Park and Miller (48271 mod 2^31 - 1), so that
compiled and plain Python code take the same steps.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

from .jit import jit

HUGE = 1 << 60
HOST, HOME, MEMORY, CPU, KLASS, COLOUR, MOVABLE, SLOT, AWAY_SLOT = range(9)  # rows of State.unit
ROOM_MEMORY, ROOM_CPU, LIMIT_MEMORY, LIMIT_CPU, USED_MEMORY, USED_CPU, UNITS_ON = range(7)  # rows of State.node


class State(NamedTuple):
    """Where each unit is, and what follows from it. Shapes as in Arrays; K colours. Few arrays compile fast.

    unit     [9, U] HOST, HOME (-1: unplaced), sizes, KLASS (of allowed hosts), COLOUR, MOVABLE (0 or 1); SLOT: place of
             the unit in its host's listing; AWAY_SLOT: its place in `away`
    cost     [2, U] float: price of a unit that is not at home, in moves and in GiB
    node     [7, H] ROOM_*: hard limits (HUGE: none); LIMIT_*: limits of this search, never above; USED_*; UNITS_ON
    per      [2, H] float: 1 / memory and 1 / CPU for the score; 0 where a host does not count
    count    [G, D] units of a group in a domain; colours [K, H] units of a colour on a host
    listing  [H, U] units of a host; away [U + 1] units that are not at home: away[1:1 + away[0]]
    sums     [6] float: sum and sum of squares of memory use, the same of CPU, cost in moves, cost in GiB
    counted  number of hosts that count in the score
    """

    unit: Any
    cost: Any
    node: Any
    per: Any
    allowed: Any
    domains: Any
    group_start: Any
    group_index: Any
    group_scope: Any
    group_unit_start: Any
    group_unit: Any
    count: Any
    colours: Any
    listing: Any
    away: Any
    sums: Any
    counted: int


@jit
def add_use(state, b, sign):
    """Add (or take away) a host's use to (from) the sums of the score."""
    memory = state.node[USED_MEMORY, b] * state.per[0, b]
    cpu = state.node[USED_CPU, b] * state.per[1, b]
    state.sums[0] += sign * memory
    state.sums[1] += sign * memory * memory
    state.sums[2] += sign * cpu
    state.sums[3] += sign * cpu * cpu


@jit
def refresh(state):
    """Compute the sums anew, so that rounding errors do not add up."""
    state.sums[:4] = 0.0
    for b in range(state.node.shape[1]):
        add_use(state, b, 1)


@jit
def load(state, u, b, sign):
    """Add a unit to a host's load, or take it away."""
    add_use(state, b, -1)
    state.node[USED_MEMORY, b] += sign * state.unit[MEMORY, u]
    state.node[USED_CPU, b] += sign * state.unit[CPU, u]
    add_use(state, b, 1)
    state.node[UNITS_ON, b] += sign
    state.colours[state.unit[COLOUR, u], b] += sign
    for i in range(state.group_start[u], state.group_start[u + 1]):
        g = state.group_index[i]
        state.count[g, state.domains[state.group_scope[g], b]] += sign
    if b != state.unit[HOME, u]:
        state.sums[4] += sign * state.cost[0, u]
        state.sums[5] += sign * state.cost[1, u]


@jit
def remove(state, u):
    """Take a unit off its host."""
    a = state.unit[HOST, u]
    load(state, u, a, -1)
    last = state.listing[a, state.node[UNITS_ON, a]]
    state.listing[a, state.unit[SLOT, u]] = last
    state.unit[SLOT, last] = state.unit[SLOT, u]
    if a != state.unit[HOME, u]:
        place = state.unit[AWAY_SLOT, u]
        last = state.away[state.away[0]]
        state.away[place] = last
        state.unit[AWAY_SLOT, last] = place
        state.away[0] -= 1
    state.unit[HOST, u] = -1


@jit
def insert(state, u, b):
    """Put a unit that has no host on one."""
    state.listing[b, state.node[UNITS_ON, b]] = u
    state.unit[SLOT, u] = state.node[UNITS_ON, b]
    load(state, u, b, 1)
    if b != state.unit[HOME, u]:
        state.away[0] += 1
        state.away[state.away[0]] = u
        state.unit[AWAY_SLOT, u] = state.away[0]
    state.unit[HOST, u] = b


@jit
def lawful(state, u, b, a):
    """May the unit run on host b by all rules but room, when it comes from host a (-1: from nowhere)?"""
    if not state.allowed[state.unit[KLASS, u], b]:
        return False
    if state.colours.shape[0] > 1 and state.colours[state.unit[COLOUR, u], b] < state.node[UNITS_ON, b]:
        return False
    for i in range(state.group_start[u], state.group_start[u + 1]):
        g = state.group_index[i]
        domain = state.domains[state.group_scope[g], b]
        own = 1 if a >= 0 and state.domains[state.group_scope[g], a] == domain else 0
        if state.count[g, domain] > own:
            return False
    return True


@jit
def room(state, u, b):
    """Is there room for the unit within this search's limits of host b?"""
    return (
        state.node[USED_MEMORY, b] + state.unit[MEMORY, u] <= state.node[LIMIT_MEMORY, b]
        and state.node[USED_CPU, b] + state.unit[CPU, u] <= state.node[LIMIT_CPU, b]
    )


@jit
def score_after(state, a, b, memory, cpu):
    """Ganeti's balance (sd of memory use + sd of CPU ratio) after memory and cpu went from host a to host b."""
    pa = state.per[0, a]
    pb = state.per[0, b]
    old_a = state.node[USED_MEMORY, a] * pa
    old_b = state.node[USED_MEMORY, b] * pb
    new_a = (state.node[USED_MEMORY, a] - memory) * pa
    new_b = (state.node[USED_MEMORY, b] + memory) * pb
    mean = (state.sums[0] + new_a - old_a + new_b - old_b) / state.counted
    square = state.sums[1] + new_a * new_a - old_a * old_a + new_b * new_b - old_b * old_b
    variance = max(0.0, square / state.counted - mean * mean)
    pa = state.per[1, a]
    pb = state.per[1, b]
    old_a = state.node[USED_CPU, a] * pa
    old_b = state.node[USED_CPU, b] * pb
    new_a = (state.node[USED_CPU, a] - cpu) * pa
    new_b = (state.node[USED_CPU, b] + cpu) * pb
    mean = (state.sums[2] + new_a - old_a + new_b - old_b) / state.counted
    square = state.sums[3] + new_a * new_a - old_a * old_a + new_b * new_b - old_b * old_b
    return sqrt(variance) + sqrt(max(0.0, square / state.counted - mean * mean))


@jit
def score_chain(state, a, b, c, u, v):
    """The same after unit u went from host a to b and unit v from there to c; c may be a. b is neither."""
    total = 0.0
    for resource in range(2):
        used = USED_MEMORY + resource
        first = state.unit[MEMORY + resource, u]
        second = state.unit[MEMORY + resource, v]
        mean = state.sums[2 * resource]
        square = state.sums[2 * resource + 1]
        for end in range(3):
            host = a if end == 0 else (b if end == 1 else c)
            change = -first if end == 0 else (first - second if end == 1 else second)
            if c == a:
                if end == 2:
                    continue
                if end == 0:
                    change += second
            old = state.node[used, host] * state.per[resource, host]
            new = (state.node[used, host] + change) * state.per[resource, host]
            mean += new - old
            square += new * new - old * old
        mean /= state.counted
        total += sqrt(max(0.0, square / state.counted - mean * mean))
    return total


@jit
def score_now(state):
    """Ganeti's balance of the present loads."""
    return score_after(state, 0, 0, 0, 0)


@jit
def draw(random, below):
    """A random index from 0 to below - 1; random [1] int is the state of the generator."""
    random[0] = random[0] * 48271 % 2147483647
    return random[0] * below >> 31
