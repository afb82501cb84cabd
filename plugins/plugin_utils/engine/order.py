# SPDX-License-Identifier: GPL-3.0-or-later
"""Executable waves for the way from one assignment to another.

While a guest moves it takes its room on both hosts and keeps its replicas away from both. In that state, too, every
failure stays absorbed, whichever of the wave's moves have ended by then. Where a cluster is too full for that, one
guest moves alone, and a failure meanwhile is absorbed once the move is cancelled. What was broken may stay broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Array, Arrays, compile
from .exact_model import kinds_of
from .instance import UNPLACED, Instance
from .ledger import Ledger
from .ledger_steps import begin, cancel, end, hop
from .order_park import way_out
from .place_exact import settled, unabsorbed

MBIT_PER_MIB = 8.388608
SHUFFLES = 6


@dataclass(frozen=True)
class Limits:
    """What may run at once, and what a migration takes.

    per_host  migrations that a host takes part in;  parallel  in the cluster
    link_mbps, dirty_factor  of the migration network; memory is sent so often in all, as it changes meanwhile [E]
    overhead_seconds         before and after the copy [E]
    """

    per_host: int = 1
    parallel: int = 8
    link_mbps: int = 10_000
    dirty_factor: float = 1.3
    overhead_seconds: float = 5.0


@dataclass(frozen=True)
class Move:
    """One live migration. parking: to a host where the guest stays only until its own is free."""

    guest: str
    source: str
    target: str
    parking: bool = False


@dataclass(frozen=True)
class Wave:
    """Moves that may run at the same time; the next wave begins when all have ended.

    alone  one move; if a host fails meanwhile the move must be cancelled, since both its ends are needed
    """

    moves: tuple[Move, ...]
    minutes: float
    alone: bool = False


@dataclass(frozen=True)
class Schedule:
    """The waves.

    final      host index per guest when all waves are done
    parking    moves that only make room
    blocked    guests for whose moves no order was found: they stay, and `final` is not what was asked for
    exchanged  guests that take the place of another one of the same size and rules, where that resolves a deadlock
    tolerated  failures that are not absorbed at the start or at the end, by name: nothing is promised about them
    """

    waves: tuple[Wave, ...]
    final: tuple[int, ...]
    parking: int
    blocked: tuple[str, ...]
    exchanged: tuple[str, ...]
    tolerated: tuple[str, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """All moves in their order."""
        return tuple(move for wave in self.waves for move in wave.moves)

    @property
    def minutes(self) -> float:
        """How long all waves take."""
        return sum(wave.minutes for wave in self.waves)


def order(instance: Instance, before: Sequence[int], after: Sequence[int], limits: Limits | None = None) -> Schedule:
    """Waves that lead from `before` to `after` (host index per guest; guests without a host in either are left out)."""
    limits = limits or Limits()
    goal = [a if b != UNPLACED else UNPLACED for b, a in zip(before, after, strict=True)]
    start = [b if a != UNPLACED else UNPLACED for b, a in zip(before, goal, strict=True)]
    arrays = compile(_scattered_apart(instance, start))
    ledger = settled(arrays, arrays.unit_hosts(start))
    last = settled(arrays, arrays.unit_hosts(goal))
    tolerated = sorted({*unabsorbed(ledger), *unabsorbed(last)})
    ledger.tolerate(tolerated)
    names = tuple(ledger.fails[fail].name for fail in tolerated)
    tries: list[Schedule] = []
    saved = ledger.snapshot()
    keys = _priorities(ledger)
    same = exchanged(ledger, last.home)
    for goals, may_park, some in ((last.home, False, keys[:2]), (same, False, keys[:2]), (same, True, keys)):
        for key in some:
            ledger.restore(tuple(part.copy() for part in saved))
            run = _Run(instance, ledger, goals, limits, key)
            run.go(may_park)
            final = tuple(_on_guests(arrays, ledger.home, before))
            swapped = tuple(run.guests(np.flatnonzero((ledger.home == goals) & (goals != last.home))))
            tries.append(Schedule(tuple(run.waves), final, run.parked, run.blocked(), swapped, names))
            if not tries[-1].blocked:
                return tries[-1]
    return min(tries, key=lambda found: (len(found.blocked), found.parking, found.minutes))


def exchanged(ledger: Ledger, goal: Array) -> Array:
    """Goals in which units of one kind take each other's place where that saves moves: the loads stay the same."""
    best = goal.copy()
    for units in (np.array(kind) for kind in kinds_of(ledger.arrays)):
        units = units[(goal[units] != UNPLACED) & (ledger.home[units] != UNPLACED)]
        free = Counter(goal[units].tolist())
        waiting = []
        for unit in units.tolist():
            home = int(ledger.home[unit])
            if free[home] > 0:
                free[home] -= 1
                best[unit] = home
            else:
                waiting.append(unit)
        far = []
        for unit in waiting:
            if free[int(goal[unit])] > 0:
                free[int(goal[unit])] -= 1
            else:
                far.append(unit)
        for unit, host in zip(far, sorted(free.elements()), strict=True):
            best[unit] = host
    return best


def _priorities(ledger: Ledger) -> list[Array]:
    """Orders in which moves are tried: large ones first, small ones first, and some shuffles (of a fixed seed)."""
    units = ledger.arrays.units
    size = np.empty(units, dtype=np.int64)
    size[ledger.order] = np.arange(units)
    return [size, -size, *(np.random.default_rng(seed).permutation(units) for seed in range(SHUFFLES))]


def _on_guests(arrays: Arrays, unit_hosts: Array, before: Sequence[int]) -> list[int]:
    """Host per guest; guests that are left out stay as they were."""
    hosts = arrays.guest_hosts(unit_hosts)
    return [host if host != UNPLACED else old for host, old in zip(hosts, before, strict=True)]


class _Run:
    """One try to bring all units to their goals."""

    def __init__(self, instance: Instance, ledger: Ledger, goal: Array, limits: Limits, key: Array) -> None:
        self.instance, self.ledger, self.goal, self.limits, self.key = instance, ledger, goal, limits, key
        self.waves: list[Wave] = []
        self.parked = 0

    def pending(self) -> list[int]:
        """Units that are not where they should be."""
        home = self.ledger.home
        units = np.flatnonzero((home != self.goal) & (home != UNPLACED) & (self.goal != UNPLACED))
        return units[np.argsort(self.key[units], kind="stable")].tolist()

    def go(self, may_park: bool) -> None:
        """Run waves until all is done or nothing moves any more; at most one unit in ten may be parked."""
        most = 4 + len(self.pending()) // 10 if may_park else 0
        while pending := self.pending():
            if self._finish(self._start(pending)) or any(self._alone(unit, int(self.goal[unit])) for unit in pending):
                continue
            steps = way_out(self.ledger, pending, self.goal) if self.parked < most else []
            if not steps:
                return
            self.parked += len(steps) - 1
            for unit, host in steps:
                self._alone(unit, host, parking=host != self.goal[unit])

    def blocked(self) -> tuple[str, ...]:
        """Guests that are not where they should be."""
        return tuple(self.guests(self.pending()))

    def _start(self, pending: list[int]) -> list[int]:
        """Begin what can run at once."""
        busy = np.zeros(self.ledger.arrays.hosts, dtype=np.int64)
        started: list[int] = []
        for unit in pending:
            ends = [self.ledger.home[unit], self.goal[unit]]
            if len(started) == self.limits.parallel:
                break
            if (busy[ends] < self.limits.per_host).all() and begin(self.ledger, unit, int(self.goal[unit])):
                busy[ends] += 1
                started.append(unit)
        return started

    def _finish(self, started: list[int]) -> bool:
        """End the moves and note them as a wave; those are taken back whose end would break a failure's targets."""
        ledger = self.ledger
        done: list[Move] = []
        for unit in started:
            saved = ledger.snapshot()
            moves = self._moves(unit, int(ledger.held[unit]))
            if end(ledger, unit):
                done += moves
            else:
                ledger.restore(saved)
                cancel(ledger, unit)
        self._note(done)
        return bool(done)

    def _alone(self, unit: int, host: int, parking: bool = False) -> bool:
        """Move one unit as a wave of its own, at best under the rules of every wave."""
        moves = self._moves(unit, host, parking)
        saved = self.ledger.snapshot()
        if begin(self.ledger, unit, host) and end(self.ledger, unit):
            self._note(moves)
            return True
        self.ledger.restore(saved)
        done = hop(self.ledger, unit, host)
        self._note(moves if done else [], alone=True)
        return done

    def _moves(self, unit: int, host: int, parking: bool = False) -> list[Move]:
        source, target = (self.instance.hosts[h].name for h in (self.ledger.home[unit], host))
        return [Move(guest, source, target, parking) for guest in self.guests([unit])]

    def _note(self, moves: list[Move], alone: bool = False) -> None:
        if moves:
            self.waves.append(Wave(tuple(moves), minutes(self.instance, moves, self.limits), alone))

    def guests(self, units: Iterable[int]) -> list[str]:
        """Names of the guests of units."""
        arrays = self.ledger.arrays
        rows = [arrays.member_guest[arrays.member_start[u] : arrays.member_start[u + 1]] for u in units]
        return [self.instance.guests[guest].name for row in rows for guest in row]


def minutes(instance: Instance, moves: Sequence[Move], limits: Limits) -> float:
    """How long moves take that run at once: the busiest host's link decides."""
    memory = {guest.name: guest.memory for guest in instance.guests}
    mbit: dict[str, float] = {}
    for move in moves:
        for host in (move.source, move.target):
            sent = memory[move.guest] * MBIT_PER_MIB * limits.dirty_factor
            mbit[host] = mbit.get(host, 0.0) + sent + limits.overhead_seconds * limits.link_mbps
    return max(mbit.values(), default=0.0) / limits.link_mbps / 60


def _scattered_apart(instance: Instance, before: Sequence[int]) -> Instance:
    """Without the affinity labels whose guests do not stand together at the start: they come together one by one."""
    hosts: dict[str, set[int]] = {}
    for guest, host in zip(instance.guests, before, strict=True):
        hosts.setdefault(guest.together, set()).add(host)
    guests = tuple(replace(g, together="") if len(hosts[g.together]) > 1 else g for g in instance.guests)
    return replace(instance, guests=guests)
