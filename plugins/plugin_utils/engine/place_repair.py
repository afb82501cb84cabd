# SPDX-License-Identifier: GPL-3.0-or-later
"""Single moves of known units that get a failure absorbed, or make room for one more unit."""

from __future__ import annotations

import numpy as np

from .ledger import NOWHERE, Ledger
from .ledger_steps import by_balance, put_best, release, try_put

MOST_MOVES = 64
MOST_UNITS = 64
MOST_HOSTS = 4


def repair(ledger: Ledger) -> bool:
    """Move known units one by one, cheapest first, until every failure is absorbed."""
    for __ in range(MOST_MOVES):
        fatal = ledger.fatal()
        if not fatal:
            return True
        if not _relieve(ledger, fatal[0]):
            return False
    return not ledger.fatal()


def make_room(ledger: Ledger, unit: int) -> bool:
    """Move one known unit away so that an unplaced one can be placed."""
    arrays = ledger.arrays
    hosts = np.flatnonzero(arrays.allowed[arrays.unit_class[unit]])
    free = (ledger.cap - ledger.used)[hosts, 1]
    for host in hosts[np.lexsort((ledger.rank[hosts], -free))][: 2 * MOST_HOSTS]:
        for other in _by_cost(ledger, ledger.home == host)[:MOST_UNITS]:
            saved = ledger.snapshot()
            if release(ledger, other) and try_fitting(ledger, unit, int(host)) and put_best(ledger, other) != NOWHERE:
                return True
            ledger.restore(saved)
    return False


def try_fitting(ledger: Ledger, unit: int, host: int) -> bool:
    """Place the unit on the host if it fits there and all failures stay absorbed."""
    return bool(ledger.fitting(unit)[host]) and try_put(ledger, unit, host)


def _relieve(ledger: Ledger, fail: int) -> bool:
    """Find one move after which the failure is absorbed: of a unit that it takes down, else of another."""
    on = ledger.failed[fail][ledger.home] & (ledger.home != NOWHERE)
    others = (ledger.home != NOWHERE) & ~on
    for unit in [*_by_cost(ledger, on)[:MOST_UNITS], *_by_cost(ledger, others)[:MOST_UNITS]]:
        old = int(ledger.home[unit])
        saved = ledger.snapshot()
        release(ledger, unit)
        for host in by_balance(ledger, unit)[:MOST_HOSTS]:
            if host != old and try_put(ledger, unit, int(host)):
                if ledger.absorb(fail):
                    return True
                release(ledger, unit)
        ledger.restore(saved)
    return False


def _by_cost(ledger: Ledger, chosen: np.ndarray) -> list[int]:
    """Units that may move, by disruption, then memory, then order."""
    arrays = ledger.arrays
    units = np.flatnonzero(chosen & arrays.unit_movable)
    return units[np.lexsort((units, arrays.unit_memory[units], arrays.unit_cost[units]))].tolist()
