# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated annealing: shifts, swaps, returns home, within hard rules, N+k and a budget. Compiled; see jit.py."""

from __future__ import annotations

from typing import Any, NamedTuple

from .jit import jit
from .search_moves import move
from .search_state import (
    CPU,
    HOME,
    HOST,
    LIMIT_MEMORY,
    MEMORY,
    MOVABLE,
    UNITS_ON,
    USED_MEMORY,
    draw,
    lawful,
    refresh,
    score_after,
    score_chain,
)

EPOCHS = 400
LOGARITHMS = 4096


class Recipe(NamedTuple):
    """What one run of annealing minimises, and for how long.

    weight     float: weight of the score (Ganeti's balance)
    price      [2] float: what one move and one GiB cost, in the unit of the score
    budget     [2] float: moves and GiB that the result may take
    steps      int: proposals
    hot, cold  float: first and last temperature
    rise       float: factor by which the current price of a budget rises or falls after each of EPOCHS parts
    slack      float: share by which a budget may be exceeded on the way
    logarithms [LOGARITHMS] float: -ln of evenly spaced numbers, for the acceptance test
    """

    weight: float
    price: Any
    budget: Any
    steps: int
    hot: float
    cold: float
    rise: float
    slack: float
    logarithms: Any


@jit
def fare(state, i, u, a, b):
    """What it adds to the cost in moves (i = 0) or in GiB (1) when a unit goes from host a to host b."""
    if a == state.unit[HOME, u]:
        return state.cost[i, u]
    return -state.cost[i, u] if b == state.unit[HOME, u] else 0.0


@jit
def fits(state, u, v, a, b, c):
    """Do the ends have room when u goes from a to b and (v >= 0) v from b to c? A host that gains nothing has."""
    for resource in range(2):
        used = USED_MEMORY + resource
        limit = LIMIT_MEMORY + resource
        size = state.unit[MEMORY + resource, u]
        other = state.unit[MEMORY + resource, v] if v >= 0 else 0
        if size > other and state.node[used, b] + size - other > state.node[limit, b]:
            return False
        if v >= 0:
            gain = other - size if c == a else other
            if gain > 0 and state.node[used, c] + gain > state.node[limit, c]:
                return False
    return True


@jit
def run(state, witness, recipe, best, random, price):
    """Anneal; the best placement within budget goes into best [U]. Returns its value, or the given one's.

    best    [U] in: a placement within budget, normally its host; out: the best one
    random  [1] int: state of the random numbers; price [2] float: the current prices, kept for a next run
    Value: weight * score + prices of moves and GiB. While the budget is exceeded, prices rise; else they fall back.
    """
    refresh(state)
    score = score_after(state, 0, 0, 0, 0)
    value = recipe.weight * score + recipe.price[0] * state.sums[4] + recipe.price[1] * state.sums[5]
    if state.sums[4] > recipe.budget[0] or state.sums[5] > recipe.budget[1]:
        value = 1e300
    length = max(1, recipe.steps // EPOCHS)
    cooling = (recipe.cold / recipe.hot) ** (1.0 / EPOCHS)
    heat = recipe.hot
    units = state.unit.shape[1]
    hosts = state.node.shape[1]
    for step in range(recipe.steps):
        if step % length == 0:
            heat *= cooling
            refresh(state)
            score = score_after(state, 0, 0, 0, 0)
            for i in range(2):
                if state.sums[4 + i] > recipe.budget[i]:
                    price[i] = max(price[i] * recipe.rise, recipe.price[i] + 1e-3 * heat)
                else:
                    price[i] = max(price[i] / recipe.rise, recipe.price[i])
        kind = draw(random, 8)
        v = -1
        c = -1
        u = draw(random, units)
        b = draw(random, hosts)
        if kind >= 2 and state.away[0] > 0:
            if kind != 4:
                u = state.away[1 + draw(random, state.away[0])]
            if kind == 2 or kind >= 6:
                b = state.unit[HOME, u]
        a = state.unit[HOST, u]
        if a < 0 or b < 0 or a == b or not state.unit[MOVABLE, u]:
            continue
        if kind >= 4:
            if state.node[UNITS_ON, b] == 0:
                continue
            v = state.listing[b, draw(random, state.node[UNITS_ON, b])]
            c = a if kind % 2 == 0 else draw(random, hosts)
            if c == b or not state.unit[MOVABLE, v]:
                continue
        if not fits(state, u, v, a, b, c):
            continue
        change = 0.0
        dear = False
        for i in range(2):
            spent = fare(state, i, u, a, b)
            if v >= 0:
                spent += fare(state, i, v, b, c)
            change += price[i] * spent
            if spent > 0 and state.sums[4 + i] + spent > recipe.budget[i] * (1.0 + recipe.slack):
                dear = True
        if dear:
            continue
        if v >= 0:
            after = score_chain(state, a, b, c, u, v)
        else:
            after = score_after(state, a, b, state.unit[MEMORY, u], state.unit[CPU, u])
        change += recipe.weight * (after - score)
        if change > 0.0 and change >= heat * recipe.logarithms[draw(random, LOGARITHMS)]:
            continue
        if (v < 0 and not lawful(state, u, b, a)) or not move(state, witness, u, v, b, c):
            continue
        score = after
        if state.sums[4] <= recipe.budget[0] + 1e-9 and state.sums[5] <= recipe.budget[1] + 1e-9:
            found = recipe.weight * score + recipe.price[0] * state.sums[4] + recipe.price[1] * state.sums[5]
            if found < value - 1e-12:
                value = found
                for x in range(units):
                    best[x] = state.unit[HOST, x]
    return value
