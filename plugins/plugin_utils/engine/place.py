# SPDX-License-Identifier: GPL-3.0-or-later
"""Place guests: keep the known ones where they are, give each new one the place that keeps N+k and balances best.

The same input gives the same answer. Greedy on the ledger first; CP-SAT where that fails or moves known guests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Array, Arrays, compile
from .conflict import Infeasible
from .conflict_checks import broken_bundles, contradictions
from .conflict_filter import explain
from .exact_model import Solved
from .instance import UNPLACED, Instance
from .ledger import DOWN, Ledger
from .ledger_steps import put_best
from .place_exact import exact_placement, settled, unabsorbed
from .place_repair import make_room, repair
from .place_why import reason

WORK = 20.0  # CP-SAT's deterministic time, about as many seconds [E]


@dataclass(frozen=True)
class Placed:
    """Where each guest goes, and where when a host fails.

    hosts     guest -> host
    failures  host -> {guest on it -> host that takes it, None: stays down, its replicas carry on}; {} without N+k
    why       guest -> reason
    status    'optimal' (no placement moves fewer known guests) or 'feasible'
    value, lower_bound, gap   disruption of the moves of known guests, what it must be at least, (value - bound) / value
    """

    hosts: Mapping[str, str]
    failures: Mapping[str, Mapping[str, str | None]]
    why: Mapping[str, str]
    status: str
    value: int
    lower_bound: int
    gap: float


@dataclass(frozen=True)
class Found:
    """The outcome of a search: a ledger with all units placed, or None; proved: there is none."""

    ledger: Ledger | None
    value: int
    bound: int
    proved: bool = False


def place(
    instance: Instance,
    current: Mapping[str, str],
    wishes: Mapping[str, str | None] | None = None,
    work: float = WORK,
) -> Placed | Infeasible:
    """Place every guest.

    current  guest -> host of the last plan, kept whenever it can be
    wishes   guest -> failover target of the last plan, likewise
    work     limit of the search, in CP-SAT's deterministic time
    """
    against = tuple(broken_bundles(instance))
    if against:
        return Infeasible(instance.name, against, True)
    found = search(instance, current, wishes or {}, work)
    if found.ledger is not None:
        return _answer(found, current)
    against = contradictions(instance)
    if against:
        return Infeasible(instance.name, against, True)
    return explain(instance, proved=found.proved, work=work)


def search(
    instance: Instance, current: Mapping[str, str], wishes: Mapping[str, str | None], work: float = WORK
) -> Found:
    """Look for a placement; see `place`. Affinity labels must not contradict other rules."""
    arrays = compile(instance)
    names = {host.name: index for index, host in enumerate(instance.hosts)}
    before = arrays.unit_hosts([names.get(current.get(guest.name, ""), UNPLACED) for guest in instance.guests])
    targets = _unit_wishes(arrays, names, wishes)
    ledger = greedy(arrays, before, targets)
    forced = _forced(arrays, before)
    bound = int(arrays.unit_cost[forced].sum())
    if ledger and set(_moved(before, ledger)) == set(forced):
        return Found(ledger, bound, bound)
    if ledger is None and contradictions(instance):
        return Found(None, 0, 0, proved=True)
    exact = exact_placement(arrays, before, Ledger(arrays).fails, work)
    if exact.hosts is not None:
        bound = max(bound, exact.bound // (int(arrays.unit_memory.sum()) + 1))
        if ledger is None or exact.value < _weight(arrays, _moved(before, ledger)):
            ledger = _settle(arrays, before, targets, exact)
    if ledger is None:
        ledger = _on_fewer_hosts(arrays, before, targets)
    if ledger is None:
        return Found(None, 0, 0, proved=exact.status == "infeasible")
    value = int(arrays.unit_cost[_moved(before, ledger)].sum())
    return Found(ledger, value, min(value, bound))


def greedy(arrays: Arrays, before: Array, targets: Mapping[int, int], usable: Array | None = None) -> Ledger | None:
    """Known units stay where they can, the others go where balance is best; None: it found no placement."""
    if usable is not None:
        arrays = replace(arrays, allowed=arrays.allowed & usable)
    ledger = Ledger(arrays)
    ledger.wishes(targets)
    ledger.force(before)
    if not ledger.lawful():
        ledger.clear()
        first = np.lexsort((np.argsort(ledger.order), arrays.unit_movable))
        ledger.seed(before, first)
    ledger.absorb_all()
    if unabsorbed(ledger) and not repair(ledger):
        return None
    waiting = [int(u) for u in ledger.order if ledger.home[u] == UNPLACED]
    for unit in sorted(waiting, key=lambda u: before[u] == UNPLACED):
        if put_best(ledger, unit) == UNPLACED and not make_room(ledger, unit):
            return None
    return ledger


def _on_fewer_hosts(arrays: Arrays, before: Array, targets: Mapping[int, int]) -> Ledger | None:
    """Try again with the hosts in use only, then with one host less: more hosts must not make a plan fail."""
    used = np.zeros(arrays.hosts, dtype=bool)
    used[before[before != UNPLACED]] = True
    tries = [used] if used.any() and not used.all() else []
    tries += [np.arange(arrays.hosts) != host for host in np.flatnonzero(~used)[:8]]
    for usable in tries:
        ledger = greedy(arrays, before, targets, usable)
        if ledger is not None:
            whole = settled(arrays, ledger.home)
            if not unabsorbed(whole):
                return whole
    return None


def _settle(arrays: Arrays, before: Array, targets: Mapping[int, int], found: Solved) -> Ledger:
    """Known units as CP-SAT placed them, the new ones balanced where that works."""
    hosts = np.array(found.hosts)
    known = np.where(before != UNPLACED, hosts, UNPLACED)
    ledger = greedy(arrays, known, targets)
    if ledger is None or (ledger.home != hosts)[before != UNPLACED].any():
        ledger = settled(arrays, hosts)
        unabsorbed(ledger)
    return ledger


def _unit_wishes(arrays: Arrays, names: Mapping[str, int], wishes: Mapping[str, str | None]) -> dict[int, int]:
    """Target per unit, taken from the first of its guests that has one."""
    found: dict[int, int] = {}
    for index, guest in enumerate(arrays.instance.guests):
        host = names.get(wishes.get(guest.name) or "")
        if host is not None:
            found.setdefault(int(arrays.guest_unit[index]), host)
    return found


def _moved(before: Array, ledger: Ledger) -> list[int]:
    return [int(u) for u in np.flatnonzero((before != UNPLACED) & (ledger.home != before))]


def _weight(arrays: Arrays, moves: Sequence[int]) -> int:
    """The moves in the measure of ExactModel.fewest_moves."""
    total = int(arrays.unit_memory.sum()) + 1
    return sum(int(arrays.unit_cost[u]) * total + int(arrays.unit_memory[u]) for u in moves)


def _forced(arrays: Arrays, before: Array) -> list[int]:
    """Known units whose host cannot keep them in any placement."""
    known = np.flatnonzero(before != UNPLACED)
    return [int(u) for u in known if not arrays.allowed[arrays.unit_class[u], before[u]]]


def _answer(found: Found, current: Mapping[str, str]) -> Placed:
    ledger = found.ledger
    if ledger is None:
        raise AssertionError("nothing was found")
    instance = ledger.arrays.instance
    ledger.absorb_all()
    unabsorbed(ledger)
    hosts = [host.name for host in instance.hosts]
    home = ledger.home[ledger.arrays.guest_unit].tolist()
    return Placed(
        hosts={guest.name: hosts[home[index]] for index, guest in enumerate(instance.guests)},
        failures=_failures(ledger, hosts),
        why={g.name: reason(ledger, index, current.get(g.name)) for index, g in enumerate(instance.guests)},
        status="optimal" if found.value == found.bound else "feasible",
        value=found.value,
        lower_bound=found.bound,
        gap=(found.value - found.bound) / found.value if found.value else 0.0,
    )


def _failures(ledger: Ledger, hosts: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """The table of single failures, guests in the order of their names."""
    arrays = ledger.arrays
    if not ledger.fails:
        return {}
    table: dict[str, dict[str, str | None]] = {}
    single = {fail.hosts[0]: index for index, fail in enumerate(ledger.fails) if len(fail.hosts) == 1}
    for host, name in enumerate(hosts):
        targets = ledger.targets(single[host]) if host in single else {}
        rows = [
            (arrays.instance.guests[guest].name, None if goal == DOWN else hosts[goal])
            for unit, goal in targets.items()
            for guest in arrays.member_guest[arrays.member_start[unit] : arrays.member_start[unit + 1]]
        ]
        table[name] = dict(sorted(rows))
    return table
