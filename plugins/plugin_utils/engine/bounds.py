# SPDX-License-Identifier: GPL-3.0-or-later
"""Lower bounds: no plan within the rules and the budget can do better."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Arrays
from .improve import Wish
from .score import loads

CUTS = 100  # tangents; each costs one small linear program
LARGE = 2_000  # kinds x hosts above which that takes seconds, and the bound is 0
STEP = 0.3  # of the way from the best point known to the program's solution, where the next tangent is taken


def balance_bound(arrays: Arrays, start: Any, wish: Wish, after: Any) -> float:
    """A bound for balance plus prices, when units may be cut and only capacity and the budget hold.

    A linear program over the amount of each kind of unit that leaves and enters each host. The standard deviation is
    the largest of its tangents; they are added one by one, between the program's solution and the best point known,
    at first the plan found (after: host of each unit). Each program's value is a bound. The bound is 0
    without ortools, for a large cluster, and when a guest has no host (the program does not place guests).
    """
    try:
        from ortools.linear_solver import pywraplp
    except ImportError:
        return 0.0
    if (start < 0).any() or (after < 0).any() or not arrays.available.any():
        return 0.0
    program = _Program(arrays, start, wish, pywraplp)
    if program.cells > LARGE:
        return 0.0
    centre = np.stack(loads(arrays, after)) * program.per
    program.add_tangents(centre)
    best = 0.0
    for __ in range(CUTS):
        value = program.solve()
        if value is None:
            break
        best = max(best, value)
        point = centre + STEP * (program.use() - centre)
        program.add_tangents(point)
        if program.deviation(point) < program.deviation(centre):
            centre = point
    return best


class _Program:
    """Variables: leave [K, H], enter [K, H], two deviations. Rows: flow of each kind, room, budget, tangents."""

    def __init__(self, arrays: Arrays, start: Any, wish: Wish, pywraplp: Any) -> None:
        sizes = np.stack([arrays.unit_memory, arrays.unit_cpu, arrays.unit_cost, arrays.unit_class])
        kinds, of = np.unique(sizes, axis=1, return_inverse=True)
        self.kinds, self.hosts = kinds.shape[1], arrays.hosts
        self.sizes = kinds[:2].astype(float)
        on = np.zeros((self.kinds, self.hosts))
        np.add.at(on, (of.reshape(-1), start), 1.0)
        self.up = np.flatnonzero(arrays.available)
        self.per = np.where(arrays.available, 1.0, 0.0) / np.maximum([arrays.host_memory, arrays.host_cpu], 1)
        self.used = np.stack([(on * size[:, None]).sum(axis=0) for size in self.sizes])
        self.cells = self.kinds * self.hosts
        self.model = pywraplp.Solver.CreateSolver("GLOP")
        self.optimal = pywraplp.Solver.OPTIMAL
        self.infinite = self.model.infinity()
        movable = np.zeros(self.kinds)
        np.maximum.at(movable, of.reshape(-1), arrays.unit_movable.astype(float))
        allowed = arrays.allowed[kinds[3]]
        cost = np.array(wish.price) @ np.stack([kinds[2], kinds[0] / 1024])
        upper = np.concatenate([(on * movable[:, None]).ravel(), np.where(allowed, self.infinite, 0.0).ravel()])
        price = np.concatenate([np.repeat(cost, self.hosts), np.zeros(self.cells), [1.0, 1.0]])
        self._columns(price, np.concatenate([upper, [self.infinite] * 2]))
        for kind in range(self.kinds):
            row = np.arange(kind * self.hosts, (kind + 1) * self.hosts)
            ones = np.ones(self.hosts)
            self._row(0.0, 0.0, np.concatenate([row, row + self.cells]), np.concatenate([ones, -ones]))
        for limit, amount in zip(wish.budget, (kinds[2], kinds[0] / 1024), strict=True):
            if limit is not None:
                self._row(-self.infinite, limit, np.arange(self.cells), np.repeat(amount.astype(float), self.hosts))
        self._rooms(arrays, wish)
        self.add_tangents(self.used * self.per)

    def _columns(self, price: Any, upper: Any) -> None:
        self.columns = [self.model.NumVar(0.0, float(limit), "") for limit in upper]
        objective = self.model.Objective()
        for column, value in zip(self.columns, price, strict=True):
            objective.SetCoefficient(column, float(value))
        objective.SetMinimization()

    def _row(self, lower: float, upper: float, columns: Any, values: Any) -> None:
        row = self.model.Constraint(float(lower), float(upper))
        for index in np.flatnonzero(values):
            row.SetCoefficient(self.columns[columns[index]], float(values[index]))

    def _rooms(self, arrays: Arrays, wish: Wish) -> None:
        limits = [arrays.host_memory, arrays.host_cpu if arrays.instance.rules.cpu_hard else None]
        if wish.limits is not None:
            limits = list(wish.limits)
        for resource, limit in enumerate(limits):
            if limit is None:
                continue
            for host in range(self.hosts):
                room = max(float(limit[host]), self.used[resource, host])  # what is overfull may stay so
                cells = np.arange(self.kinds) * self.hosts + host
                sizes = self.sizes[resource]
                columns = np.concatenate([cells, cells + self.cells])
                self._row(-self.infinite, room - self.used[resource, host], columns, np.concatenate([-sizes, sizes]))

    def add_tangents(self, use: Any) -> None:
        """deviation >= g * use, where g is the gradient of the standard deviation at `use` ([2, H])."""
        for resource in range(2):
            gradient = np.zeros(self.hosts)
            away = use[resource, self.up] - use[resource, self.up].mean()
            norm = float(np.sqrt((away**2).sum() * len(self.up)))
            if norm < 1e-12:
                continue
            gradient[self.up] = away / norm
            slope = gradient * self.per[resource]
            cells = (self.sizes[resource][:, None] * slope[None, :]).ravel()
            columns = np.concatenate([np.arange(2 * self.cells), [2 * self.cells + resource]])
            constant = float((slope * self.used[resource]).sum())
            self._row(constant, self.infinite, columns, np.concatenate([cells, -cells, [1.0]]))

    def solve(self) -> float | None:
        """The program's value; None when it found none."""
        if self.model.Solve() != self.optimal:
            return None
        return float(self.model.Objective().Value())

    def use(self) -> Any:
        """Memory use and CPU ratio of the hosts in the present solution, [2, H]."""
        flow = np.array([column.solution_value() for column in self.columns[: 2 * self.cells]]).reshape(
            2, self.kinds, self.hosts
        )
        load = self.used + np.stack([(size[:, None] * (flow[1] - flow[0])).sum(axis=0) for size in self.sizes])
        return load * self.per

    def deviation(self, use: Any) -> float:
        """Balance at some use of the hosts, [2, H]."""
        return float(use[:, self.up].std(axis=1).sum())
