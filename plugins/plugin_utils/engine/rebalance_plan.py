# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a rebalance: moves with reasons, figures before and after, status, bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .arrays import Arrays
from .bounds import balance_bound
from .explain import reasons
from .failures import fatal
from .fewest import Fewest
from .improve import Found, Wish
from .instance import Assignment
from .score import Figures, figures, loads


@dataclass(frozen=True)
class Move:
    """One guest's move; source is '' for a guest that had no host."""

    guest: str
    source: str
    target: str
    gib: float
    why: str


@dataclass(frozen=True)
class RebalancePlan:
    """What to move, and what that brings.

    moves           in the order of the guests; order.py makes waves of them
    after           host index of each guest
    status          'optimal' (proved), 'feasible', 'empty' (nothing pays), 'limited' (rules or peaks stay broken)
    value           what was minimised: balance with prices ('hospital'), Ganeti's metric, moves, or GiB
    lower_bound     no plan within the rules and the budget has a smaller value; gap = (value - bound) / value
    fatal_before, fatal_after   names of the failures that are not absorbed
    before_figures, after_figures   balance, peaks, conflicts
    """

    moves: tuple[Move, ...]
    after: Assignment
    status: str
    value: float
    lower_bound: float
    gap: float
    fatal_before: tuple[str, ...]
    fatal_after: tuple[str, ...]
    before_figures: Figures
    after_figures: Figures

    @property
    def gib(self) -> float:
        """Memory to copy."""
        return sum(move.gib for move in self.moves)


def make_plan(
    arrays: Arrays, assignment: Assignment, found: Found, wish: Wish, value: float, few: Fewest | None = None
) -> RebalancePlan:
    """The plan for a placement that was found. few: the answer of CP-SAT, which brings a bound."""
    start = arrays.unit_hosts(assignment)
    after = arrays.guest_hosts(found.hosts)
    before_names = tuple(s.name for s in fatal(arrays, assignment))
    after_names = tuple(s.name for s in fatal(arrays, after))
    moves = _moves(arrays, assignment, after, start, found.hosts, sorted(set(before_names) - set(after_names)))
    plan = RebalancePlan(
        moves=moves,
        after=after,
        status=_status(found, moves, _over(arrays, found.hosts, wish.limits)),
        value=value,
        lower_bound=0.0,
        gap=1.0 if value > 0 else 0.0,
        fatal_before=before_names,
        fatal_after=after_names,
        before_figures=figures(arrays, start),
        after_figures=found.figures,
    )
    return plan if few is None else _bounded(plan, few.bound)


def with_bound(plan: RebalancePlan, arrays: Arrays, assignment: Assignment, wish: Wish) -> RebalancePlan:
    """The plan with a lower bound for the balance (and the prices of the wish) within the budget."""
    start = arrays.unit_hosts(assignment)
    return _bounded(plan, balance_bound(arrays, start, wish, arrays.unit_hosts(plan.after)))


def _bounded(plan: RebalancePlan, bound: float) -> RebalancePlan:
    bound = min(bound, plan.value)
    gap = (plan.value - bound) / plan.value if plan.value > 0 else 0.0
    status = "optimal" if plan.status == "feasible" and gap < 1e-9 else plan.status
    return replace(plan, lower_bound=bound, gap=gap, status=status)


def _over(arrays: Arrays, hosts: Any, limits: tuple[Any, Any] | None) -> bool:
    """Is a host above its limits?"""
    return limits is not None and any(
        bool((load > limit).any()) for load, limit in zip(loads(arrays, hosts), limits, strict=True)
    )


def _status(found: Found, moves: tuple[Move, ...], over: bool) -> str:
    if over or found.figures.violations or found.figures.conflicts or found.figures.unplaced:
        return "limited"
    return "feasible" if moves else "empty"


def _moves(
    arrays: Arrays, assignment: Assignment, after: Assignment, start: Any, hosts: Any, safe: list[str]
) -> tuple[Move, ...]:
    why = reasons(arrays, start, hosts, safe)
    names = [host.name for host in arrays.instance.hosts]
    return tuple(
        Move(
            guest=guest.name,
            source=names[a] if a >= 0 else "",
            target=names[b],
            gib=guest.memory / 1024,
            why=why.get(int(arrays.guest_unit[index]), f"joins the guests that run together with it, on {names[b]}"),
        )
        for index, (guest, a, b) in enumerate(zip(arrays.instance.guests, assignment, after, strict=True))
        if a != b and b >= 0
    )
