# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the search's state from the arrays of an instance and an assignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Arrays
from .failures import Scenario, scenarios
from .failures_exact import solve
from .search_state import (
    COLOUR,
    CPU,
    HOME,
    HOST,
    HUGE,
    KLASS,
    LIMIT_CPU,
    LIMIT_MEMORY,
    MEMORY,
    MOVABLE,
    ROOM_CPU,
    ROOM_MEMORY,
    State,
    insert,
)
from .search_witness import UNSET, Witness, absorb_all, set_target

MIB_PER_GIB = 1024
LOG_ROWS = 1 << 16


def make_state(arrays: Arrays, unit_hosts: Any, home: Any = None, limits: tuple[Any, Any] | None = None) -> State:
    """The state for the host of each unit ([U]; UNPLACED: none).

    home: where a unit costs nothing, normally its host now. limits: memory and CPU of each host that this search may
    fill, [H] each; never more than its room.
    """
    hosts, units = arrays.hosts, arrays.units
    hard = arrays.instance.rules.cpu_hard
    room_cpu = arrays.host_cpu if hard else np.where(arrays.available, HUGE, 0)
    memory, cpu = limits if limits is not None else (arrays.host_memory, room_cpu)
    unit = np.zeros((9, units), dtype=np.int64)
    unit[HOST] = -1
    unit[HOME] = unit_hosts if home is None else home
    unit[MEMORY], unit[CPU] = arrays.unit_memory, arrays.unit_cpu
    unit[KLASS], unit[COLOUR], unit[MOVABLE] = arrays.unit_class, arrays.unit_colour, arrays.unit_movable
    node = np.zeros((7, hosts), dtype=np.int64)
    node[ROOM_MEMORY], node[ROOM_CPU] = arrays.host_memory, room_cpu
    node[LIMIT_MEMORY] = np.minimum(memory, arrays.host_memory)
    node[LIMIT_CPU] = np.minimum(cpu, room_cpu)
    state = State(
        unit=unit,
        cost=np.array([arrays.unit_cost, arrays.unit_memory / MIB_PER_GIB], dtype=np.float64),
        node=node,
        per=np.array([_inverse(arrays.host_memory), _inverse(arrays.host_cpu)]),
        allowed=arrays.allowed,
        domains=arrays.domains,
        group_start=arrays.group_start,
        group_index=arrays.group_index,
        group_scope=arrays.group_scope,
        group_unit_start=arrays.group_unit_start,
        group_unit=arrays.group_unit,
        count=np.zeros((arrays.groups, hosts), dtype=np.int64),
        colours=np.zeros((int(arrays.unit_colour.max(initial=0)) + 1, hosts), dtype=np.int64),
        listing=np.zeros((hosts, units), dtype=np.int32),
        away=np.zeros(units + 1, dtype=np.int64),
        sums=np.zeros(6),
        counted=max(1, int(arrays.available.sum())),
    )
    for unit, host in enumerate(unit_hosts):
        if host >= 0:
            insert(state, unit, host)
    return state


def make_witness(arrays: Arrays, which: Sequence[Scenario] | None = None) -> Witness:
    """Witnesses of the scenarios, none of them complete yet. They cost memory: scenarios x hosts."""
    which = scenarios(arrays.instance) if which is None else which
    hosts, units, count = arrays.hosts, arrays.units, len(which)
    of: list[list[int]] = [[] for __ in range(hosts)]
    place = np.full((count, hosts), -1, dtype=np.int64)
    for index, scenario in enumerate(which):
        for host in scenario.hosts:
            place[index, host] = len(of[host])
            of[host].append(index)
    share = arrays.unit_memory / max(1, arrays.host_memory.sum())
    if arrays.instance.rules.cpu_hard:
        share = np.maximum(share, arrays.unit_cpu / max(1, arrays.host_cpu.sum()))
    by_rank = np.lexsort((np.arange(units), -share)).astype(np.int64)
    rank = np.empty(units, dtype=np.int64)
    rank[by_rank] = np.arange(units)
    return Witness(
        start=_starts([len(scenario.hosts) for scenario in which]),
        hosts=_flat([scenario.hosts for scenario in which]),
        of_start=_starts([len(row) for row in of]),
        of=_flat(of),
        place=place,
        active=np.zeros(count, dtype=np.bool_),
        need=np.zeros((4, count, hosts), dtype=np.int64),
        peak=np.zeros((2, hosts), dtype=np.int64),
        target=np.full((units, max(1, max((len(row) for row in of), default=1))), UNSET, dtype=np.int64),
        order=np.array([rank, by_rank]),
        lost=np.zeros(units, dtype=np.int64),
        log=np.zeros((max(LOG_ROWS, 8 * units), 4), dtype=np.int64),
        todo=np.zeros((max(LOG_ROWS, 8 * units), 3), dtype=np.int64),
    )


def prove(arrays: Arrays, state: State, witness: Witness, exact: bool = True) -> None:
    """Look for a witness of every scenario that has none: by packing, then (exact) with CP-SAT."""
    absorb_all(state, witness)
    for scenario in np.flatnonzero(~witness.active) if exact else ():
        failed = witness.hosts[witness.start[scenario] : witness.start[scenario + 1]]
        proof, lost, hosts = solve(arrays, state.unit[HOST], [int(host) for host in failed])
        if proof == "witness":
            for unit, host in zip(lost, hosts, strict=True):
                place = int(witness.place[scenario, state.unit[HOST, unit]])
                set_target(state, witness, int(scenario), int(unit), place, host)
            witness.active[scenario] = True
            witness.log[0, 0] = 0


def _inverse(room: Any) -> Any:
    return np.where(room > 0, 1.0 / np.maximum(room, 1), 0.0)


def _starts(lengths: Sequence[int]) -> Any:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _flat(rows: Sequence[Sequence[int]]) -> Any:
    return np.array([value for row in rows for value in row], dtype=np.int64)
