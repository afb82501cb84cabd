# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebalance a cluster within a budget: fewest and cheapest moves, each with its reason, N+k never lost.

Loads are what the caller says: to be stable against short peaks, give loads averaged over the hold time (some
minutes, as other balancers wait some rounds), not samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .arrays import Arrays, compile
from .failures import fatal
from .fewest import Fewest, solve_fewest
from .improve import Found, Wish, improve, measure, settled
from .instance import Assignment, Instance
from .rebalance_plan import Move, RebalancePlan, make_plan, with_bound
from .score import GIB_GAIN, MOVE_GAIN

__all__ = ["MINIMISE", "OBJECTIVES", "Move", "RebalancePlan", "add_bound", "rebalance"]

OBJECTIVES = ("hospital", "ganeti")
MINIMISE = ("balance", "moves", "gib")
LINK_MBPS = 10_000  # [E] one 10 Gbit/s link, all copies one after the other
DIRTY_FACTOR = 1.3  # [E] memory copied again because it changed meanwhile
STEPS = 2_000  # proposals for each unit in one run
LEAST_STEPS = 1_000_000
SMALL, MEDIUM = 600, 2500  # units up to which 12 runs and 2 runs are made; more get one
SEEDS = 8
WORK_FEWEST = 5.0  # of CP-SAT's deterministic time for work 1
GANETI_SHARE = 0.05  # of those prices: enough that no move is free
LEAST_GAIN = 0.015  # [E] of Ganeti's balance; hbal stops at 0.01 [V: hbal(1), --min-gain]


def rebalance(
    instance: Instance,
    assignment: Assignment,
    *,
    objective: str = "hospital",
    minimise: str = "balance",
    max_moves: int | None = None,
    max_gib: float | None = None,
    max_minutes: float | None = None,
    peaks: tuple[float, float] | None = None,
    work: float = 1.0,
    bound: bool = True,
    deadline: Callable[[], bool] | None = None,
) -> RebalancePlan:
    """The plan for an assignment (host index per guest).

    objective  'hospital': each move must gain more balance than it costs; 'ganeti': Ganeti's metric alone
    minimise   'balance' within the budget; or 'moves' or 'gib' with every host under `peaks`
    max_*      budget; minutes count as if all memory were copied over one link of LINK_MBPS
    peaks      highest memory use and CPU ratio that a host may have after it, as shares of its memory and CPU
    work       deterministic effort, 1 is ordinary, less only shortens the runs
    bound      compute a lower bound of the balance, too; it takes longer than the plan and does not change it
    deadline   used by benchmarks only: True ends the search early
    ValueError: an unknown objective, or minimising moves without peaks.
    """
    _check(objective, minimise, peaks)
    arrays = compile(instance)
    start = arrays.unit_hosts(assignment)
    gib = _least(max_gib, None if max_minutes is None else _gib_in(max_minutes))
    wish = Wish(
        price=_price(arrays, objective),
        budget=(max_moves, gib),
        limits=_limits(arrays, peaks),
        steps=int(min(1.0, work) * max(LEAST_STEPS, STEPS * arrays.units)),
        runs=max(1, round(work * (12 if arrays.units <= SMALL else 2 if arrays.units <= MEDIUM else 1))),
    )
    late = deadline or (lambda: False)
    if minimise != "balance":
        found, few = _fewest(arrays, start, wish, minimise, work, late)
        return make_plan(arrays, assignment, found, wish, _cost(found, minimise), few)
    found = _balanced(arrays, start, wish, objective, late)
    value = found.value if objective == "hospital" else found.figures.ganeti
    plan = make_plan(arrays, assignment, found, wish, value)
    if not bound:
        return plan
    return add_bound(
        instance, assignment, plan, objective=objective, max_moves=max_moves, max_gib=wish.budget[1], peaks=peaks
    )


def add_bound(
    instance: Instance,
    assignment: Assignment,
    plan: RebalancePlan,
    *,
    objective: str = "hospital",
    max_moves: int | None = None,
    max_gib: float | None = None,
    peaks: tuple[float, float] | None = None,
) -> RebalancePlan:
    """A plan made with bound=False, with the bound. The other arguments are those of rebalance."""
    arrays = compile(instance)
    price = _price(arrays, objective) if objective == "hospital" else (0.0, 0.0)
    return with_bound(plan, arrays, assignment, Wish(price, (max_moves, max_gib), _limits(arrays, peaks)))


def _balanced(arrays: Arrays, start: Any, wish: Wish, objective: str, late: Callable[[], bool]) -> Found:
    """Within a budget one search spends it; without one the search goes on until it gains too little."""
    if wish.budget != (None, None) or objective == "ganeti":
        return improve(arrays, start, wish, late)
    return settled(arrays, start, wish, LEAST_GAIN, late)


def _cost(found: Found, minimise: str) -> float:
    return float(found.moves) if minimise == "moves" else found.gib


def _check(objective: str, minimise: str, peaks: tuple[float, float] | None) -> None:
    if objective not in OBJECTIVES:
        raise ValueError(f"objective is {objective!r}, it may be {' or '.join(OBJECTIVES)}")
    if minimise not in MINIMISE:
        raise ValueError(f"minimise is {minimise!r}, it may be {', '.join(MINIMISE)}")
    if minimise != "balance" and peaks is None:
        raise ValueError(f"minimise is {minimise!r}, which needs peaks: without them the fewest moves are none")


def _price(arrays: Arrays, objective: str) -> tuple[float, float]:
    hosts = max(1, int(arrays.available.sum()))
    return (
        (MOVE_GAIN / hosts, GIB_GAIN / hosts)
        if objective == "hospital"
        else (MOVE_GAIN / hosts / 20, GIB_GAIN / hosts / 20)
    )


def _least(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return min(known) if known else None


def _gib_in(minutes: float) -> float:
    return minutes * 60 * LINK_MBPS * 1e6 / 8 / DIRTY_FACTOR / 2**30


def _limits(arrays: Arrays, peaks: tuple[float, float] | None) -> tuple[Any, Any] | None:
    if peaks is None:
        return None
    return tuple(
        np.floor(room * peak + 1e-6).astype(np.int64)
        for room, peak in zip((arrays.host_memory, arrays.host_cpu), peaks, strict=True)
    )


def _fewest(
    arrays: Arrays, start: Any, wish: Wish, minimise: str, work: float, late: Callable[[], bool]
) -> tuple[Found, Fewest | None]:
    """The fewest moves (GiB) under the limits: the search gives a start, CP-SAT the proof or something better."""

    found = improve(arrays, start, replace(wish, runs=0))
    if (start < 0).any():
        return found, None
    unit = int(np.gcd.reduce(arrays.unit_memory)) or 1
    price = arrays.unit_cost if minimise == "moves" else arrays.unit_memory // unit
    scale = 1.0 if minimise == "moves" else unit / 1024
    few = None
    for seed in range(SEEDS):  # another solution of the same cost may keep N+k
        few = solve_fewest(arrays, start, wish.limits, price, found.hosts, WORK_FEWEST * work, late, seed)
        few = replace(few, cost=few.cost * scale, bound=few.bound * scale)
        if few.hosts is None:
            break
        if not _lost(arrays, start, few.hosts):
            return measure(arrays, start, few.hosts, wish), few
        if late():
            break
    return found, few


def _lost(arrays: Arrays, start: Any, hosts: Any) -> set[str]:
    """Failures that were absorbed before and are not after."""
    before, after = ({s.name for s in fatal(arrays, arrays.guest_hosts(placed))} for placed in (start, hosts))
    return after - before
