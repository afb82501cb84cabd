# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide with CP-SAT whether a failure can be absorbed, where packing the lost guests by size found no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..model.require import MissingPackage
from .arrays import Arrays
from .instance import UNPLACED

DETERMINISTIC_TIME = 2.0  # CP-SAT's own unit, about a second; most failures take a thousandth of it [E]


def solve(arrays: Arrays, unit_hosts: Any, failed: Sequence[int]) -> tuple[str, Any, list[int]]:
    """('witness', lost units, their hosts or UNPLACED), or 'infeasible' or 'unknown' with no hosts.

    unit_hosts: host of each unit [U]
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as missing:
        raise MissingPackage("ortools") from missing
    model = cp_model.CpModel()
    lost = np.flatnonzero(np.isin(unit_hosts, failed))
    free_memory, free_cpu, tenants = _free(arrays, unit_hosts, failed)
    goes: dict[tuple[int, int], Any] = {}
    for unit in lost:
        for host in np.flatnonzero(arrays.allowed[arrays.unit_class[unit]]):
            if host not in failed and tenants[host] <= {int(arrays.unit_colour[unit])}:
                goes[int(unit), int(host)] = model.new_bool_var("")
    by_unit, by_host = _by(goes, 0), _by(goes, 1)
    for unit in lost:
        choices = by_unit.get(int(unit), [])
        down = model.new_bool_var("")
        model.add_exactly_one([down, *(variable for __, variable in choices)])
        _may_stay_down(model, arrays, unit_hosts, int(unit), choices, down, goes, failed)
    for host, choices in by_host.items():
        model.add(sum(int(arrays.unit_memory[u]) * x for (u, __), x in choices) <= int(max(0, free_memory[host])))
        if arrays.instance.rules.cpu_hard:
            model.add(sum(int(arrays.unit_cpu[u]) * x for (u, __), x in choices) <= int(max(0, free_cpu[host])))
        _one_tenant(model, arrays, choices)
    _apart(model, arrays, unit_hosts, lost, goes, failed)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = DETERMINISTIC_TIME
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return ("infeasible" if status == cp_model.INFEASIBLE else "unknown"), lost, []
    chosen = {unit: host for (unit, host), variable in goes.items() if solver.value(variable)}
    return "witness", lost, [chosen.get(int(unit), UNPLACED) for unit in lost]


def _free(arrays: Arrays, unit_hosts: Any, failed: Sequence[int]) -> tuple[Any, Any, list[set[int]]]:
    """Free memory and CPU [H] of the hosts, and the colours of the units that run on each."""
    up = (unit_hosts >= 0) & ~np.isin(unit_hosts, failed)
    free_memory, free_cpu = arrays.host_memory.copy(), arrays.host_cpu.copy()
    np.subtract.at(free_memory, unit_hosts[up], arrays.unit_memory[up])
    np.subtract.at(free_cpu, unit_hosts[up], arrays.unit_cpu[up])
    tenants: list[set[int]] = [set() for __ in range(arrays.hosts)]
    for unit in np.flatnonzero(up):
        tenants[unit_hosts[unit]].add(int(arrays.unit_colour[unit]))
    return free_memory, free_cpu, tenants


def _by(goes: dict[tuple[int, int], Any], key: int) -> dict[int, list[tuple[tuple[int, int], Any]]]:
    grouped: dict[int, list[tuple[tuple[int, int], Any]]] = {}
    for pair, variable in goes.items():
        grouped.setdefault(pair[key], []).append((pair, variable))
    return grouped


def _replicas(arrays: Arrays, unit: int) -> list[tuple[int, Any]]:
    """(scope of the group, its units) for each group of the unit."""
    groups = arrays.group_index[arrays.group_start[unit] : arrays.group_start[unit + 1]]
    return [
        (
            int(arrays.group_scope[g]),
            arrays.group_unit[arrays.group_unit_start[g] : arrays.group_unit_start[g + 1]],
        )
        for g in groups
    ]


def _may_stay_down(
    model: Any, arrays: Arrays, unit_hosts: Any, unit: int, choices: list, down: Any, goes: dict, failed: Sequence[int]
) -> None:
    """A unit stays down only when every host that is left to it has a replica in its domain."""
    groups = _replicas(arrays, unit)
    if not choices or not groups:
        model.add(down == 0)
        return
    for (__, host), _variable in choices:
        near: list[Any] = []
        for scope, units in groups:
            domains = arrays.domains[scope]
            for other in units:
                if other == unit or unit_hosts[other] < 0:
                    continue
                if unit_hosts[other] not in failed:
                    near += [1] if domains[unit_hosts[other]] == domains[host] else []
                else:
                    near += [x for (u, h), x in goes.items() if u == other and domains[h] == domains[host]]
        if not any(isinstance(one, int) for one in near):
            model.add(sum(near) >= down) if near else model.add(down == 0)


def _apart(model: Any, arrays: Arrays, unit_hosts: Any, lost: Any, goes: dict, failed: Sequence[int]) -> None:
    """No two units of a group in one domain, among those that run and those that restart."""
    for group, scope in enumerate(arrays.group_scope):
        units = arrays.group_unit[arrays.group_unit_start[group] : arrays.group_unit_start[group + 1]]
        if not np.isin(units, lost).any():
            continue
        domains = arrays.domains[scope]
        taken = {int(domains[unit_hosts[u]]) for u in units if unit_hosts[u] >= 0 and unit_hosts[u] not in failed}
        restarting: dict[int, list[Any]] = {}
        members = {int(u) for u in units}
        for (unit, host), variable in goes.items():
            if unit in members:
                restarting.setdefault(int(domains[host]), []).append(variable)
        for domain, variables in restarting.items():
            if domain in taken:
                for variable in variables:
                    model.add(variable == 0)
            else:
                model.add_at_most_one(variables)


def _one_tenant(model: Any, arrays: Arrays, choices: list) -> None:
    """Units of one colour only on a host."""
    colours = {int(arrays.unit_colour[unit]) for (unit, __), __ in choices}
    if len(colours) > 1:
        here = {colour: model.new_bool_var("") for colour in colours}
        model.add_at_most_one(here.values())
        for (unit, __), variable in choices:
            model.add_implication(variable, here[int(arrays.unit_colour[unit])])
