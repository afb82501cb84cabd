# SPDX-License-Identifier: GPL-3.0-or-later
"""How many units of each kind go on each of so many identical hosts, by CP-SAT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.require import MissingPackage
from .pack_kinds import Counts, Kind, units_of_measure

try:
    from ortools.sat.python import cp_model
except ImportError as missing:
    raise MissingPackage("ortools") from missing

SHARE = 0.4  # of what is left of the limit, for one call


@dataclass(frozen=True)
class Scheme:
    """Which packings are looked for.

    blocks    sizes of blocks of hosts that are filled alike; a block of 1 is a host by itself
    hosts     in all; those in no block have one of the fillings
    fillings  units of each kind on a host
    """

    blocks: Sequence[int]
    hosts: int
    fillings: Sequence[Sequence[int]] = ()


class Search:
    """CP-SAT with one worker, a fixed seed, and a limit over all its calls."""

    def __init__(self, limit: float, *, timed: bool) -> None:
        self.left = limit
        self.timed = timed

    def solve(self, model: cp_model.CpModel) -> tuple[cp_model.CpSolver, Any]:
        """The solver after its search, and its status."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        if self.timed:
            solver.parameters.max_time_in_seconds = max(self.left, 0.0) * SHARE
        else:
            solver.parameters.max_deterministic_time = max(self.left, 0.0) * SHARE
        status = solver.solve(model)
        self.left -= solver.wall_time if self.timed else solver.response_proto.deterministic_time
        return solver, status


def solve(
    kinds: Sequence[Kind], room: tuple[int, int], scheme: Scheme, cuts: Iterable[tuple[int, int]], search: Search
) -> tuple[Counts | None, bool]:
    """(units of each kind on each host or None; whether there are none for this scheme).

    cuts: (kind, j) of Kind.spread_needed to keep.
    """
    blocks, fillings = scheme.blocks, scheme.fillings
    model = cp_model.CpModel()
    steps = units_of_measure(kinds)
    capacity = tuple(offer // step for offer, step in zip(room, steps, strict=True))
    amount = [
        [model.new_int_var(0, most_on(kind, room, size), f"k{k}b{b}") for k, kind in enumerate(kinds)]
        for b, size in enumerate(blocks)
    ]
    times = [model.new_int_var(0, scheme.hosts, f"f{f}") for f in range(len(fillings))]
    model.add(sum(times) == scheme.hosts - sum(blocks))
    for k, kind in enumerate(kinds):
        fixed = sum(filling[k] * time for filling, time in zip(fillings, times, strict=True))
        total = fixed + sum(size * amount[b][k] for b, size in enumerate(blocks))
        model.add(total >= kind.count)
    marks = sorted({mark for kind in kinds for mark in kind.apart})
    for row in amount:
        model.add(sum(kind.memory // steps[0] * row[k] for k, kind in enumerate(kinds)) <= capacity[0])
        model.add(sum(kind.cpu // steps[1] * row[k] for k, kind in enumerate(kinds)) <= capacity[1])
        for mark in marks:
            model.add_at_most_one(row[k] for k, kind in enumerate(kinds) if mark in kind.apart)
    for k, j in cuts:
        counted = [model.new_int_var(0, j, f"k{k}b{b}j{j}") for b in range(len(blocks))]
        for b, few in enumerate(counted):
            model.add(few <= amount[b][k])
        fixed = sum(min(filling[k], j) * time for filling, time in zip(fillings, times, strict=True))
        model.add(fixed + sum(size * counted[b] for b, size in enumerate(blocks)) >= kinds[k].spread_needed()[j - 1])
    solver, status = search.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, status == cp_model.INFEASIBLE
    rows = [[solver.value(v) for v in row] for row, size in zip(amount, blocks, strict=True) for __ in range(size)]
    rows += [list(filling) for filling, time in zip(fillings, times, strict=True) for __ in range(solver.value(time))]
    _trim(kinds, rows)
    return rows, False


def _trim(kinds: Sequence[Kind], rows: Counts) -> None:
    """Take away what is too much of a kind, from where there is most of it."""
    for k, kind in enumerate(kinds):
        for __ in range(sum(row[k] for row in rows) - kind.count):
            max(rows, key=lambda row: row[k])[k] -= 1


def most_on(kind: Kind, room: tuple[int, int], hosts: int) -> int:
    """Most units of the kind on each of `hosts` equal hosts."""
    most = min(len(kind.groups), kind.count // hosts)
    for size, offer in ((kind.memory, room[0]), (kind.cpu, room[1])):
        most = min(most, offer // size) if size else most
    return most
