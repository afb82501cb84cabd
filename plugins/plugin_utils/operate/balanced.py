# SPDX-License-Identifier: GPL-3.0-or-later
"""How a cluster is spread more evenly, for people and for guest_migrations. Pure functions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from ..engine.arrays import compile
from ..engine.failures import check_failures
from ..engine.instance import Assignment, Instance
from ..engine.order import Schedule, order
from ..engine.rebalance import RebalancePlan, rebalance
from . import table
from .seen import Seen
from .waves import as_waves

TRIES = 4


def balanced(
    seen: Seen, max_moves: int | None = None, max_gib: int | None = None, max_minutes: int | None = None
) -> dict[str, Any]:
    """{"report": lines, "waves": waves for guest_migrations} for one cluster about which nothing is refused."""
    instance, before = seen.instance()
    budget = {"max_moves": max_moves, "max_gib": max_gib, "max_minutes": max_minutes}
    made, schedule, stuck = _executable(instance, before, budget)
    lines = [
        f"Cluster {seen.name}, measured by what the plan gives each guest.",
        *table.host_lines(instance, before, made.after),
        "",
        *_moves(instance, made, schedule),
        "",
        *table.failure_lines(instance, check_failures(compile(instance), made.after)),
        *_remarks(made, schedule, stuck),
        *(
            f"Guest {guest} stays on {seen.situation().where[guest]}: {why}."
            for guest, why in seen.situation().held.items()
        ),
    ]
    return {"report": lines, "waves": as_waves(schedule)}


def _executable(
    instance: Instance, before: Assignment, budget: dict[str, Any]
) -> tuple[RebalancePlan, Schedule, tuple[str, ...]]:
    """A plan for which there is an order; guests for whose moves there was none stay where they are."""
    stuck: tuple[str, ...] = ()
    for _try in range(TRIES):
        made = rebalance(_without(instance, stuck), before, **budget)
        schedule = order(instance, before, made.after)
        if not schedule.blocked:
            return made, schedule, stuck
        stuck += schedule.blocked
    made = rebalance(instance, before, max_moves=0)
    return made, order(instance, before, before), stuck


def _without(instance: Instance, stuck: Collection[str]) -> Instance:
    return replace(
        instance,
        guests=tuple(replace(guest, movable=guest.movable and guest.name not in stuck) for guest in instance.guests),
    )


def _moves(instance: Instance, made: RebalancePlan, schedule: Schedule) -> list[str]:
    then, now = made.after_figures, made.before_figures
    bound = f"no plan has less than {made.lower_bound:.3f}, gap {100 * made.gap:.0f} %"
    if not schedule.moves:
        return [f"Nothing to do: imbalance {now.balance:.3f}, and no move is worth its cost ({bound})."]
    return [
        *table.move_lines(instance, schedule, {move.guest: move.why for move in made.moves}),
        table.total_line(instance, schedule),
        f"Imbalance {now.balance:.3f} -> {then.balance:.3f}; with the cost of the moves {made.value:.3f}; {bound}.",
    ]


def _remarks(made: RebalancePlan, schedule: Schedule, stuck: Collection[str]) -> list[str]:
    lines = []
    if made.fatal_before and not made.fatal_after:
        lines.append(f"Before the moves, not absorbed: {', '.join(made.fatal_before)}.")
    if made.fatal_after:
        lines.append(f"NOT ABSORBED AFTER THE MOVES EITHER: {', '.join(made.fatal_after)}; the cluster lacks room.")
    if schedule.parking:
        lines.append(f"{table.counted(schedule.parking, 'move')} only make room and are undone later.")
    if stuck:
        lines.append(f"No order was found in which these could move, so they stay: {', '.join(stuck)}.")
    if made.status == "limited":
        lines.append("Within this budget some hard rules stay broken; give more moves, GiB or minutes.")
    return lines
