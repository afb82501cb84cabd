# SPDX-License-Identifier: GPL-3.0-or-later
"""Search a better placement: repair the hard rules, secure N+k, descend, anneal; several runs, the best counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .anneal import LOGARITHMS, Recipe, run
from .arrays import Arrays
from .build import make_state, make_witness, prove
from .descent import descend, make_scratch, repair
from .score import Figures, figures, misplaced
from .search_moves import move
from .search_state import HOST, MEMORY, MOVABLE, ROOM_MEMORY, UNITS_ON, USED_MEMORY, lawful, room

SEED = 20011
HEAT = (0.3, 0.12)  # [E] first temperature times hosts, after a descent and without; tried on 12 to 200 hosts
RISE = 1.05  # [E]
SLACK = 0.3  # [E]
ROUNDS = 8
COLD = 1e-3  # [E] last temperature, as a share of the first


@dataclass(frozen=True)
class Wish:
    """What is searched.

    price   gain in balance that pays for one move, and for one GiB
    budget  moves and GiB that may be spent (None: no limit)
    limits  memory and CPU of each host that may be filled, [H] each; None: all
    steps   proposals of one run; runs: number of runs
    """

    price: tuple[float, float] = (0.0, 0.0)
    budget: tuple[float | None, float | None] = (None, None)
    limits: tuple[Any, Any] | None = None
    weight: float = 1.0
    steps: int = 1_000_000
    runs: int = 1


@dataclass(frozen=True)
class Found:
    """A placement of units [U], its figures and its value (balance plus prices; lower is better)."""

    hosts: Any
    figures: Figures
    value: float
    moves: int
    gib: float


def improve(arrays: Arrays, start: Any, wish: Wish, deadline: Callable[[], bool] = lambda: False) -> Found:
    """The best placement found from where the units are now ([U]); N+k is kept, or gained where it can be."""
    begun = [_begin(arrays, start, wish, steep) for steep in (True, False)[: max(1, wish.runs)]]
    best = min(begun, key=_rank)
    price = np.array(wish.price)
    for index in range(wish.runs):
        if index and deadline():
            break
        found = _anneal(arrays, start, begun[index % 2], wish, HEAT[index % 2], SEED + 7919 * index, price)
        if _rank(found) < _rank(best):
            best = found
    return best


def _rank(found: Found) -> tuple[Any, ...]:
    here = found.figures
    return (here.violations + here.conflicts, here.unplaced, round(found.value, 9))


def _begin(arrays: Arrays, start: Any, wish: Wish, steep: bool) -> Found:
    """Repair, secure, and (steep) descend."""
    state, witness = make_state(arrays, start, limits=wish.limits), make_witness(arrays)
    prove(arrays, state, witness)
    refused = np.zeros((arrays.units, arrays.hosts), dtype=np.bool_)
    wrong = misplaced(arrays, start)
    if wrong.any() and repair(state, witness, wrong, refused):
        _make_room(arrays, state, witness, wrong)
    if not witness.active.all():
        _secure(arrays, state, witness)
    if steep:
        scratch = make_scratch(arrays.unit_memory, arrays.unit_cpu, arrays.hosts)
        descend(state, witness, scratch, _budget(wish), wish.price[0])
    prove(arrays, state, witness)
    return measure(arrays, start, state.unit[HOST].copy(), wish)


def _anneal(arrays: Arrays, start: Any, begun: Found, wish: Wish, heat: float, seed: int, price: Any) -> Found:
    state, witness = make_state(arrays, begun.hosts, home=start, limits=wish.limits), make_witness(arrays)
    prove(arrays, state, witness)
    best = begun.hosts.copy()
    recipe = Recipe(
        weight=wish.weight,
        price=np.array(wish.price),
        budget=_budget(wish),
        steps=wish.steps,
        hot=heat / arrays.hosts,
        cold=heat * COLD / arrays.hosts,
        rise=RISE,
        slack=SLACK,
        logarithms=-np.log((np.arange(LOGARITHMS) + 0.5) / LOGARITHMS),
    )
    run(state, witness, recipe, best, np.array([seed], dtype=np.int64), price)
    return measure(arrays, start, best, wish)


def _budget(wish: Wish) -> Any:
    return np.array([1e15 if limit is None else float(limit) for limit in wish.budget])


def measure(arrays: Arrays, start: Any, hosts: Any, wish: Wish) -> Found:
    away = np.flatnonzero((hosts != start) & (hosts >= 0))
    moves, gib = int(arrays.unit_cost[away].sum()), float(arrays.unit_memory[away].sum()) / 1024
    here = figures(arrays, hosts)
    value = wish.weight * here.balance + wish.price[0] * moves + wish.price[1] * gib
    return Found(hosts, here, value, moves, gib)


def _make_room(arrays: Arrays, state: Any, witness: Any, wrong: Any) -> None:
    """For each unit that found no host: move one other unit away from a host, so that it finds one."""
    for unit in np.flatnonzero(wrong):
        for host in np.argsort(state.node[USED_MEMORY] - state.node[ROOM_MEMORY], kind="stable"):
            if _eject(arrays, state, witness, int(unit), int(host)):
                wrong[unit] = False
                break


def _eject(arrays: Arrays, state: Any, witness: Any, unit: int, host: int) -> bool:
    """Place a unit on a host from which one other unit moves elsewhere. False: not possible, nothing has changed."""
    if host == state.unit[HOST, unit] or not arrays.allowed[arrays.unit_class[unit], host]:
        return False
    others = [int(u) for u in state.listing[host, : state.node[UNITS_ON, host]] if arrays.unit_movable[u]]
    for other in sorted(others, key=lambda u: (int(arrays.unit_memory[u]), u)):
        for target in range(arrays.hosts):
            if target == host or not room(state, other, target) or not lawful(state, other, target, host):
                continue
            if not move(state, witness, other, -1, target, -1):
                continue
            fits = room(state, unit, host) and lawful(state, unit, host, int(state.unit[HOST, unit]))
            if fits and move(state, witness, unit, -1, host, -1):
                return True
            move(state, witness, other, -1, host, -1)
            break
    return False


def _secure(arrays: Arrays, state: Any, witness: Any) -> None:
    """For each failure that is not absorbed: move its units away, largest first, until it is."""
    for scenario in np.flatnonzero(~witness.active):
        for host in witness.hosts[witness.start[scenario] : witness.start[scenario + 1]]:
            units = state.listing[host, : state.node[UNITS_ON, host]].copy()
            for unit in sorted((int(u) for u in units), key=lambda u: (-int(state.unit[MEMORY, u]), u)):
                if witness.active[scenario]:
                    break
                _leave(state, witness, unit)
                prove(arrays, state, witness, exact=False)


def _leave(state: Any, witness: Any, unit: int) -> bool:
    """Move a unit to the emptiest host that takes it."""
    if not state.unit[MOVABLE, unit]:
        return False
    source = int(state.unit[HOST, unit])
    for host in np.argsort(state.node[USED_MEMORY] * state.per[0], kind="stable"):
        if host != source and room(state, unit, int(host)) and lawful(state, unit, int(host), source):
            return bool(move(state, witness, unit, -1, int(host), -1))
    return False


def settled(arrays: Arrays, start: Any, wish: Wish, least_gain: float, deadline: Callable[[], bool]) -> Found:
    """Improve, and again from the result until that gains too little, so that a plan made from the result is empty.

    least_gain: a placement that breaks no rule is left alone unless the value falls by this much
    """
    best = now = measure(arrays, start, start, wish)
    for __ in range(ROUNDS):
        if not _wrong(now) and now.value <= least_gain:
            break
        found = improve(arrays, now.hosts, wish, deadline)
        if not _better(now, found, least_gain):
            break
        best = measure(arrays, start, found.hosts, wish)
        now = measure(arrays, found.hosts, found.hosts, wish)
        if deadline():
            break
    return best


def _wrong(found: Found) -> int:
    return found.figures.violations + found.figures.conflicts + found.figures.unplaced


def _better(now: Found, found: Found, least_gain: float) -> bool:
    return _wrong(found) < _wrong(now) or now.value - found.value >= least_gain
