# SPDX-License-Identifier: GPL-3.0-or-later
"""The fewest moves (or GiB) that bring every host under given limits: CP-SAT on kinds of units, with a bound.

Units that differ in nothing are one kind; the model counts how many of a kind leave and enter each host. It does not
know N+k, so its bound holds with N+k too, and its solution is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..model.require import MissingPackage
from .arrays import Arrays

NEIGHBOURS = 20  # hosts of a neighbourhood [E]
WHOLE_WORK = 6.0  # CP-SAT's deterministic time for the whole at most; neighbourhoods bring more then [E]
TURNS = 6  # neighbourhoods for each unit of work [E]
TURN_WORK = 0.6  # CP-SAT's deterministic time for one [E]


@dataclass(frozen=True)
class Fewest:
    """hosts: host of each unit [U], None: nothing found. cost, bound: in the units of `price`. status: CP-SAT's."""

    hosts: Any
    cost: float
    bound: float
    status: str


@dataclass(frozen=True)
class _Kinds:
    of: Any  # [U]
    first: list[int]  # a unit of each kind
    on: Any  # [K, H] units of a kind on a host now


def solve_fewest(
    arrays: Arrays,
    unit_hosts: Any,
    limits: tuple[Any, Any],
    price: Any,
    hint: Any,
    work: float,
    late: Callable[[], bool] = lambda: False,
    seed: int = 0,
) -> Fewest:
    """Minimise the price of the units that move.

    limits: memory and CPU of each host, [H] each. price [U]: int. hint: host of each unit, or None.
    work: half of it CP-SAT's deterministic time for the whole; where that leaves a gap, neighbourhoods follow
    late: True ends it early. seed: another seed may find another solution of the same price
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as missing:
        raise MissingPackage("ortools") from missing
    problem = _Problem(cp_model, arrays, np.asarray(unit_hosts), limits, price, seed)
    status, best, bound = problem.solve(hint, min(0.5 * work, WHOLE_WORK), None)
    for turn in range(int(TURNS * work)):
        if best is None or status == cp_model.OPTIMAL or late():
            break
        __, better, __ = problem.solve(best, TURN_WORK, problem.neighbourhood(best, turn))
        best = better if better is not None else best
        if problem.cost(best) <= bound + 1e-6:
            status = cp_model.OPTIMAL
    name = {cp_model.OPTIMAL: "optimal", cp_model.INFEASIBLE: "infeasible"}.get(status, "feasible")
    if best is None:
        return Fewest(None, float("inf"), bound, "infeasible" if name == "infeasible" else "unknown")
    return Fewest(best, problem.cost(best), bound, name)


class _Problem:
    """The model, built once; each solve is of the whole, or of some hosts while the others keep what they have."""

    def __init__(
        self, cp_model: Any, arrays: Arrays, unit_hosts: Any, limits: tuple[Any, Any], price: Any, seed: int
    ) -> None:
        self.cp_model, self.home, self.price, self.seed = cp_model, unit_hosts, price, seed
        self.arrays, self.kinds, self.model = arrays, _kinds(arrays, unit_hosts, price), cp_model.CpModel()
        self.leave, self.enter = _variables(self.model, arrays, self.kinds)
        _capacity(self.model, arrays, self.kinds, unit_hosts, limits, self.leave, self.enter)
        _groups(self.model, arrays, self.kinds, self.leave, self.enter)
        flows: list[tuple[list[Any], list[Any]]] = [([], []) for __ in self.kinds.first]
        for side, variables in enumerate((self.leave, self.enter)):
            for (kind, __), x in variables.items():
                flows[kind][side].append(x)
        for out, into in flows:
            self.model.add(sum(out) == sum(into))
        self.model.minimize(sum(int(price[self.kinds.first[k]]) * x for (k, __), x in self.leave.items()))
        self.domains = [tuple(variable.domain) for variable in self.model.proto.variables]

    def cost(self, hosts: Any) -> float:
        """What a placement costs: the price of each unit that is not at home."""
        return float(self.price[hosts != self.home].sum())

    def neighbourhood(self, hosts: Any, turn: int) -> set[int]:
        """Some hosts that units left or came to, and some others; another set each turn, always the same sets."""
        random = np.random.default_rng(turn)
        busy = np.unique(np.concatenate([self.home[hosts != self.home], hosts[hosts != self.home]]))
        count = min(NEIGHBOURS, self.arrays.hosts)
        chosen = random.permutation(busy)[: count - count // 4]
        return {int(host) for host in [*chosen, *random.permutation(self.arrays.hosts)[: count - len(chosen)]]}

    def solve(self, hint: Any, work: float, free: set[int] | None) -> tuple[Any, Any, float]:
        """Status, host of each unit (None: none found), bound. free: hosts whose units may change; None: all."""
        self.model.clear_hints()
        for variable, domain in zip(self.model.proto.variables, self.domains, strict=True):
            variable.domain[0], variable.domain[1] = domain
        if hint is not None:
            then = np.zeros_like(self.kinds.on)
            np.add.at(then, (self.kinds.of, np.asarray(hint)), 1)
            for sign, variables in ((1, self.leave), (-1, self.enter)):
                for (kind, host), x in variables.items():
                    value = int(max(0, sign * (self.kinds.on[kind, host] - then[kind, host])))
                    self.model.add_hint(x, value)
                    if free is not None and host not in free:
                        fixed = self.model.proto.variables[x.index].domain
                        fixed[0], fixed[1] = value, value
        solver = self.cp_model.CpSolver()
        solver.parameters.num_workers = 2 if free is None else 1
        solver.parameters.interleave_search = free is None
        solver.parameters.random_seed = 1 + self.seed
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model)
        bound = float(solver.best_objective_bound)
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            return status, None, bound
        return status, _realise(self.kinds, self.home, self.leave, self.enter, solver), bound


def _kinds(arrays: Arrays, unit_hosts: Any, price: Any) -> _Kinds:
    seen: dict[Any, int] = {}
    first: list[int] = []
    of = np.zeros(arrays.units, dtype=np.int64)
    for unit in range(arrays.units):
        groups = tuple(arrays.group_index[arrays.group_start[unit] : arrays.group_start[unit + 1]])
        key = (
            int(arrays.unit_memory[unit]),
            int(arrays.unit_cpu[unit]),
            int(arrays.unit_class[unit]),
            bool(arrays.unit_movable[unit]),
            int(price[unit]),
            groups,
        )
        if key not in seen:
            seen[key] = len(first)
            first.append(unit)
        of[unit] = seen[key]
    on = np.zeros((len(first), arrays.hosts), dtype=np.int64)
    np.add.at(on, (of, unit_hosts), 1)
    return _Kinds(of, first, on)


def _variables(model: Any, arrays: Arrays, kinds: _Kinds) -> tuple[dict, dict]:
    leave: dict[tuple[int, int], Any] = {}
    enter: dict[tuple[int, int], Any] = {}
    for kind, unit in enumerate(kinds.first):
        if not arrays.unit_movable[unit]:
            continue
        total = int(kinds.on[kind].sum())
        grouped = arrays.group_start[unit] < arrays.group_start[unit + 1]
        for host in range(arrays.hosts):
            if kinds.on[kind, host]:
                leave[kind, host] = model.new_int_var(0, int(kinds.on[kind, host]), "")
            if arrays.allowed[arrays.unit_class[unit], host] and not (grouped and kinds.on[kind, host]):
                enter[kind, host] = model.new_int_var(0, 1 if grouped else total, "")
    return leave, enter


def _capacity(
    model: Any, arrays: Arrays, kinds: _Kinds, unit_hosts: Any, limits: tuple[Any, Any], leave: dict, enter: dict
) -> None:
    for sizes, limit in ((arrays.unit_memory, limits[0]), (arrays.unit_cpu, limits[1])):
        used = np.bincount(unit_hosts, weights=sizes, minlength=arrays.hosts).astype(np.int64)
        load: list[list[Any]] = [[] for __ in range(arrays.hosts)]
        for sign, variables in ((-1, leave), (1, enter)):
            for (kind, host), x in variables.items():
                load[host].append(sign * int(sizes[kinds.first[kind]]) * x)
        for host in range(arrays.hosts):
            if load[host]:
                model.add(sum(load[host]) <= int(limit[host] - used[host]))


def _groups(model: Any, arrays: Arrays, kinds: _Kinds, leave: dict, enter: dict) -> None:
    """At most one unit of a group in a domain."""
    members: dict[tuple[int, int], list[Any]] = {}
    for kind, unit in enumerate(kinds.first):
        for group in arrays.group_index[arrays.group_start[unit] : arrays.group_start[unit + 1]]:
            domains = arrays.domains[arrays.group_scope[group]]
            for host in range(arrays.hosts):
                terms = members.setdefault((int(group), int(domains[host])), [])
                terms.append(int(kinds.on[kind, host]))
                if (kind, host) in leave:
                    terms.append(-leave[kind, host])
                if (kind, host) in enter:
                    terms.append(enter[kind, host])
    for terms in members.values():
        if any(not isinstance(term, int) for term in terms):
            model.add(sum(terms) <= 1)


def _realise(kinds: _Kinds, unit_hosts: Any, leave: dict, enter: dict, solver: Any) -> Any:
    """Hosts of the units: of a kind those with the lowest index leave, and fill the entries in the hosts' order."""
    hosts = np.array(unit_hosts)
    arrivals: dict[int, list[int]] = {}
    for (kind, host), x in enter.items():
        arrivals.setdefault(kind, []).extend([host] * solver.value(x))
    for (kind, host), x in leave.items():
        going = np.flatnonzero((kinds.of == kind) & (np.asarray(unit_hosts) == host))[: solver.value(x)]
        for unit in going:
            hosts[unit] = arrivals[kind].pop(0)
    return hosts
