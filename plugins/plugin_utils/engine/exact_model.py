# SPDX-License-Identifier: GPL-3.0-or-later
"""The placement problem for CP-SAT, with units of one kind counted instead of named.

A kind is what units share: size, allowed hosts, groups, tenant, cost. The model chooses how many units of each kind
stand on each host, and how many go where in each failure. Any units of a kind will do: those that stand there stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..model.require import MissingPackage
from .arrays import Array, Arrays
from .failures import Scenario
from .instance import UNPLACED

try:
    from ortools.sat.python import cp_model
except ImportError as missing:
    raise MissingPackage("ortools") from missing


@dataclass(frozen=True)
class Solved:
    """status: optimal, feasible, infeasible or unknown; hosts: per unit (UNPLACED where left out), None without one.

    value, bound: of the objective; work: CP-SAT's deterministic time.
    """

    status: str
    hosts: tuple[int, ...] | None
    value: int
    bound: int
    work: float


class ExactModel:
    """kinds: units of each kind; on[k][h]: how many of them on a host (absent where not allowed)."""

    def __init__(
        self, arrays: Arrays, current: Sequence[int] | Array, *, optional: bool = False, marks: Array | None = None
    ) -> None:
        """current: host per unit or UNPLACED. optional: units may be left out. marks: units of one kind share these."""
        self.arrays = arrays
        self.current = np.asarray(current, dtype=np.int64)
        self.model = cp_model.CpModel()
        self.kinds = kinds_of(arrays, marks)
        self.groups = [arrays.group_index[arrays.group_start[k[0]] : arrays.group_start[k[0] + 1]] for k in self.kinds]
        self.on: list[dict[int, Any]] = []
        for units, groups in zip(self.kinds, self.groups, strict=True):
            most = 1 if len(groups) else len(units)
            row = {h: self.model.new_int_var(0, most, "") for h in self.allowed(units[0])}
            total = sum(row.values()) if row else 0
            if not row and not optional:
                self.model.add_bool_or([])
            elif row:
                self.model.add(total <= len(units)) if optional else self.model.add(total == len(units))
            self.on.append(row)
        self._rules(self.on, range(arrays.hosts), None)

    def allowed(self, unit: int) -> list[int]:
        """Hosts that may run the unit."""
        return [int(h) for h in np.flatnonzero(self.arrays.allowed[self.arrays.unit_class[unit]])]

    def absorb(self, fail: Scenario) -> None:
        """Demand that a failure is absorbed."""
        left = [h for h in range(self.arrays.hosts) if h not in fail.hosts]
        both: list[dict[int, Any]] = []
        down: dict[int, list[Any]] = {}
        for kind, units in enumerate(self.kinds):
            gone = sum(self.on[kind][h] for h in fail.hosts if h in self.on[kind])
            most = 1 if len(self.groups[kind]) else len(units)
            goes = {h: self.model.new_int_var(0, most, "") for h in self.on[kind] if h not in fail.hosts}
            rest: list[Any] = []
            if len(self.groups[kind]) and goes:
                rest = [self.model.new_int_var(0, len(units), "")]
                for group in self.groups[kind]:
                    down.setdefault(int(group), []).extend(rest)
            self.model.add(sum(goes.values()) + sum(rest) == gone)
            both.append({h: self.on[kind][h] + goes[h] for h in goes})
        for group, rest in down.items():
            self.model.add(sum(rest) <= self._surplus(group, left))
        self._rules(both, left, fail)

    def fewest_moves(self) -> None:
        """Minimise moved disruption, then moved memory; units that may not move stay."""
        total = int(self.arrays.unit_memory.sum()) + 1
        lost = []
        for kind, units in enumerate(self.kinds):
            unit = units[0]
            weight = int(self.arrays.unit_cost[unit]) * total + int(self.arrays.unit_memory[unit])
            for host, count in _counts(self.current[units]).items():
                if host not in self.on[kind]:
                    continue
                if not self.arrays.unit_movable[unit]:
                    self.model.add(self.on[kind][host] >= count)
                    continue
                away = self.model.new_int_var(0, count, "")
                self.model.add(away >= count - self.on[kind][host])
                lost.append(weight * away)
                self.model.add_hint(self.on[kind][host], count)
        self.model.minimize(sum(lost))

    def keep(self, units: Iterable[int]) -> None:
        """The units stay where they are."""
        wanted = set(units)
        for kind, members in enumerate(self.kinds):
            stay = [u for u in members if u in wanted and self.current[u] != UNPLACED]
            for host, count in _counts(self.current[stay]).items():
                self.model.add(self.on[kind][host] >= count) if host in self.on[kind] else self.model.add_bool_or([])

    def most(self, weight: Array) -> None:
        """Maximise the weight of the units that are placed."""
        self.model.maximize(
            sum(int(weight[units[0]]) * x for units, row in zip(self.kinds, self.on, strict=True) for x in row.values())
        )

    def solve(self, work: float) -> Solved:
        """Solve within a limit of deterministic time, on one worker: the same input gives the same answer."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model)
        names = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible", cp_model.INFEASIBLE: "infeasible"}
        name = names.get(status, "unknown")
        used = float(solver.response_proto.deterministic_time)
        if name not in ("optimal", "feasible"):
            return Solved(name, None, 0, 0, used)
        hosts = self._name(solver)
        value, bound = round(solver.objective_value), round(solver.best_objective_bound)
        return Solved(name, hosts, value, bound, used)

    def _name(self, solver: Any) -> tuple[int, ...]:
        """Name the units of each kind: those that stand on a host already stay, the others fill up in order."""
        hosts = [UNPLACED] * self.arrays.units
        for kind, units in enumerate(self.kinds):
            room = {h: solver.value(x) for h, x in self.on[kind].items()}
            waiting = []
            for unit in units:
                at = int(self.current[unit])
                if room.get(at, 0) > 0:
                    room[at] -= 1
                    hosts[unit] = at
                else:
                    waiting.append(unit)
            free = [h for h, count in sorted(room.items()) for __ in range(count)]
            for unit, host in zip(waiting, free, strict=False):
                hosts[unit] = host
        return tuple(hosts)

    def _rules(self, rows: list[dict[int, Any]], hosts: Iterable[int], fail: Scenario | None) -> None:
        """Capacity, replicas and tenants, for the units that stand (and come) on the hosts."""
        arrays = self.arrays
        soft = not arrays.instance.rules.cpu_hard
        for host in hosts:
            here = [(self.kinds[k][0], row[host]) for k, row in enumerate(rows) if host in row]
            if not here:
                continue
            self.model.add(sum(int(arrays.unit_memory[u]) * x for u, x in here) <= int(arrays.host_memory[host]))
            if not soft:
                self.model.add(sum(int(arrays.unit_cpu[u]) * x for u, x in here) <= int(arrays.host_cpu[host]))
            self._one_tenant(here)
        for group, scope in enumerate(arrays.group_scope):
            domains: dict[int, list[Any]] = {}
            for kind, groups in enumerate(self.groups):
                if group in groups:
                    for host, x in rows[kind].items():
                        domains.setdefault(int(arrays.domains[scope][host]), []).append(x)
            for inside in domains.values():
                if len(inside) > 1 or fail is not None:
                    self.model.add(sum(inside) <= 1)

    def _one_tenant(self, here: list[tuple[int, Any]]) -> None:
        colours = sorted({int(self.arrays.unit_colour[u]) for u, __ in here})
        if len(colours) < 2:
            return
        chosen = {c: self.model.new_bool_var("") for c in colours}
        self.model.add_at_most_one(chosen.values())
        for unit, x in here:
            self.model.add(x == 0).only_enforce_if(chosen[int(self.arrays.unit_colour[unit])].Not())

    def _surplus(self, group: int, left: Sequence[int]) -> int:
        """Members of the group that may rest: more of them than domains are left."""
        arrays = self.arrays
        units = arrays.group_unit[arrays.group_unit_start[group] : arrays.group_unit_start[group + 1]]
        reach = arrays.allowed[arrays.unit_class[units]].any(axis=0)
        domain = arrays.domains[arrays.group_scope[group]]
        return max(0, len(units) - len({int(domain[h]) for h in left if reach[h]}))


def variables(arrays: Arrays) -> int:
    """Size of the model without failures; each failure adds about as much."""
    return sum(int(arrays.allowed[arrays.unit_class[units[0]]].sum()) for units in kinds_of(arrays))


def kinds_of(arrays: Arrays, marks: Array | None = None) -> list[list[int]]:
    """Units by what they share (marks: and by these)."""
    kinds: dict[Any, list[int]] = {}
    for unit in range(arrays.units):
        groups = tuple(int(g) for g in arrays.group_index[arrays.group_start[unit] : arrays.group_start[unit + 1]])
        columns = (arrays.unit_cpu, arrays.unit_memory, arrays.unit_class, arrays.unit_colour, arrays.unit_movable)
        mark = 0 if marks is None else int(marks[unit])
        key = (*(int(column[unit]) for column in columns), int(arrays.unit_cost[unit]), groups, mark)
        kinds.setdefault(key, []).append(unit)
    return list(kinds.values())


def _counts(hosts: Array) -> dict[int, int]:
    values, counts = np.unique(hosts[hosts != UNPLACED], return_counts=True)
    return {int(v): int(c) for v, c in zip(values, counts, strict=True)}
