# SPDX-License-Identifier: GPL-3.0-or-later
"""Placement by CP-SAT: the fewest moves, failures added to the model as they turn out not to be absorbed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Array, Arrays
from .exact_model import ExactModel, Solved, variables
from .failures import Scenario
from .failures_exact import solve as solve_failure
from .ledger import Ledger

MOST_VARIABLES = 60_000  # beyond that CP-SAT needs minutes [E]
MOST_AT_ONCE = 8


def exact_placement(arrays: Arrays, current: Sequence[int] | Array, fails: Sequence[Scenario], work: float) -> Solved:
    """Place every unit with the fewest moves from `current` (host per unit), every failure absorbed.

    'infeasible' is a proof; 'unknown' means that the work or the model's size ended the search.
    """
    active: list[Scenario] = []
    spent = 0.0
    size = variables(arrays)
    while spent < work and size * (1 + len(active)) <= MOST_VARIABLES:
        model = ExactModel(arrays, current)
        for fail in active:
            model.absorb(fail)
        model.fewest_moves()
        found = model.solve(work - spent)
        spent += found.work + 0.01
        if found.hosts is None:
            return found
        missed = unabsorbed(settled(arrays, found.hosts, fails))
        if not missed:
            return found
        new = [fails[index] for index in missed if fails[index] not in active]
        if not new:
            break
        active += new[:MOST_AT_ONCE]
    return Solved("unknown", None, 0, 0, spent)


def settled(arrays: Arrays, unit_hosts: Sequence[int] | Array, fails: Sequence[Scenario] | None = None) -> Ledger:
    """A ledger with the units on these hosts and, where there are any, targets for each failure."""
    ledger = Ledger(arrays, fails)
    ledger.force(unit_hosts)
    ledger.absorb_all()
    return ledger


def unabsorbed(ledger: Ledger) -> tuple[int, ...]:
    """Failures that are not absorbed, after CP-SAT has looked at each that the ledger found no targets for."""
    for fail in ledger.fatal():
        proof, lost, goals = solve_failure(ledger.arrays, ledger.home, ledger.fails[fail].hosts)
        if proof == "witness":
            ledger.keep(fail, np.asarray(lost), np.array(goals, dtype=np.int64).reshape(len(lost)))
    return ledger.fatal()
