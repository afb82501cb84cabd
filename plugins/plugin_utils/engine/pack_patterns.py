# SPDX-License-Identifier: GPL-3.0-or-later
"""A lower bound on hosts from the ways to fill one host, by column generation (Gilmore and Gomory 1961 [M]).

A linear program chooses how often each known filling is used; its prices of the kinds tell which filling is missing.
Any prices give a bound, which needs no rounding: what all units are worth, over the most that fits into one host
(Farley 1990 [M]). It is worked out in integers.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.require import MissingPackage
from .pack_kinds import Counts, Kind
from .pack_model import Search, most_on

try:
    from ortools.linear_solver import pywraplp
    from ortools.sat.python import cp_model
except ImportError as missing:
    raise MissingPackage("ortools") from missing

MOST_KINDS = 60
ROUNDS = 300
PRICE = 10**6  # of a whole host


def patterns(kinds: Sequence[Kind], room: tuple[int, int], search: Search) -> tuple[int, Counts]:
    """(lower bound, fillings of one host that are worth using); (0, []) where there are too many kinds."""
    if not 0 < len(kinds) <= MOST_KINDS:
        return 0, []
    most = [most_on(kind, room, 1) for kind in kinds]
    fillings = [[count if k == row else 0 for k in range(len(kinds))] for row, count in enumerate(most)]
    best = 0
    for __ in range(ROUNDS):
        prices = [int(PRICE * price) for price in _prices(kinds, fillings)]
        filling, worth = _filling(kinds, room, most, prices, search)
        if worth <= 0:
            break
        total = sum(price * kind.count for price, kind in zip(prices, kinds, strict=True))
        best = max(best, -(-total // worth))
        if filling is None or filling in fillings or -(-total // PRICE) <= best:
            break
        fillings.append(filling)
    return best, fillings


def _prices(kinds: Sequence[Kind], fillings: Sequence[Sequence[int]]) -> list[float]:
    """Dual values of: use fillings so that all units have a place, on the fewest (fractional) hosts."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    rows = [solver.Constraint(kind.count, solver.infinity()) for kind in kinds]
    for filling in fillings:
        times = solver.NumVar(0, solver.infinity(), "")
        solver.Objective().SetCoefficient(times, 1)
        for row, count in zip(rows, filling, strict=True):
            row.SetCoefficient(times, count)
    solver.Objective().SetMinimization()
    solver.Solve()
    return [max(row.dual_value(), 0.0) for row in rows]


def _filling(
    kinds: Sequence[Kind], room: tuple[int, int], most: Sequence[int], prices: Sequence[int], search: Search
) -> tuple[list[int] | None, int]:
    """(the filling of one host that is worth most, None without an answer; a worth that no filling exceeds)."""
    model = cp_model.CpModel()
    counts = [model.new_int_var(0, limit, "") for limit in most]
    model.add(sum(kind.memory * count for kind, count in zip(kinds, counts, strict=True)) <= room[0])
    model.add(sum(kind.cpu * count for kind, count in zip(kinds, counts, strict=True)) <= room[1])
    for mark in {mark for kind in kinds for mark in kind.apart}:
        model.add_at_most_one(count for kind, count in zip(kinds, counts, strict=True) if mark in kind.apart)
    model.maximize(sum(price * count for price, count in zip(prices, counts, strict=True)))
    solver, status = search.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, 0
    return [solver.value(count) for count in counts], int(solver.best_objective_bound)
