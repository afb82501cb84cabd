# SPDX-License-Identifier: GPL-3.0-or-later
"""Parking: when no move can start, take units out of the way so that one can."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Array
from .ledger import Ledger
from .ledger_steps import hop

MOST_UNITS = 40
MOST_HOSTS = 6
MOST_PARKED = 5

Steps = list[tuple[int, int]]


def way_out(ledger: Ledger, pending: Sequence[int], goal: Array) -> Steps:
    """(unit, host) steps, to be done one by one: parking moves and, last, a pending move that they make possible.

    [] when none is found. The fewest parking moves come first: one of a unit that has to move anyway, one of another,
    then several units on the host that a pending one waits for.
    """
    saved = ledger.snapshot()

    def again() -> None:
        ledger.restore(tuple(part.copy() for part in saved))

    for unit in _candidates(ledger, pending, goal):
        for host in _shelters(ledger, unit, int(goal[unit])):
            if hop(ledger, unit, host):
                for other in pending:
                    if other != unit and hop(ledger, other, int(goal[other])):
                        again()
                        return [(unit, host), (other, int(goal[other]))]
            again()
    for unit in sorted(pending, key=lambda u: (int(ledger.arrays.unit_memory[u]), u)):
        steps = _clear(ledger, unit, int(goal[unit]))
        again()
        if steps:
            return steps
    return []


def _candidates(ledger: Ledger, pending: Sequence[int], goal: Array) -> list[int]:
    """Units to park: pending ones, then others on the hosts that are waited for; small ones first."""
    waiting = np.zeros(len(goal), dtype=bool)
    waiting[list(pending)] = True
    others = np.isin(ledger.home, goal[list(pending)]) & ~waiting & ledger.arrays.unit_movable
    return [unit for some in (waiting, others) for unit in _small_first(ledger, some)[:MOST_UNITS]]


def _clear(ledger: Ledger, unit: int, goal: int) -> Steps:
    """Park units of the goal, each as large as what is lacking or the largest below, until the unit can go there."""
    steps: Steps = []
    movable = (ledger.home == goal) & ledger.arrays.unit_movable
    mates = [mate for __, mate in ledger.mates(unit) if ledger.home[mate] == goal]
    while len(steps) < MOST_PARKED:
        lack = int((ledger.used[goal] + ledger.size[unit] - ledger.cap[goal])[1])
        units = mates or _small_first(ledger, movable)
        units = sorted(units, key=lambda u: abs(int(ledger.size[u, 1]) - max(0, lack)))
        step = next(((u, h) for u in units[:MOST_UNITS] for h in _shelters(ledger, u, goal) if hop(ledger, u, h)), None)
        if step is None:
            return []
        steps.append(step)
        movable[step[0]] = False
        mates = [mate for mate in mates if mate != step[0]]
        if hop(ledger, unit, goal):
            return [*steps, (unit, goal)]
    return []


def _shelters(ledger: Ledger, unit: int, goal: int) -> list[int]:
    """Hosts that can take the unit for a while, the roomiest first."""
    good = ledger.fitting(unit)
    good[[int(ledger.home[unit]), goal]] = False
    hosts = np.flatnonzero(good)
    free = (ledger.cap - ledger.used)[hosts, 1]
    return hosts[np.lexsort((ledger.rank[hosts], -free))][:MOST_HOSTS].tolist()


def _small_first(ledger: Ledger, some: Array) -> list[int]:
    units = np.flatnonzero(some)
    return units[np.lexsort((units, ledger.arrays.unit_memory[units]))].tolist()
