# SPDX-License-Identifier: GPL-3.0-or-later
"""Ganeti's balancer on shared storage as a reference: the same moves in the same order as `hbal --ignore-dynu`.

Behaviour of ganeti-htools 3.0 [V: Debian 3.0.2-3, sources ganeti/ganeti src/Ganeti/HTools]: in each round every movable
guest is tried on every host, the move with the lowest score is taken, the first one (by guest, then host) on a tie.
Below a score of `min_gain_limit` a round must gain `min_gain`. No swaps, no N+1 on shared storage.

Score with shared storage and without load figures: sd(share of free memory) + sd(vCPUs per CPU), over available hosts,
+ 2 per guest on one host with an earlier member of its group + 20 per guest on a host that is not available.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from ..model.require import MissingPackage
from .instance import UNPLACED, Assignment, Instance

try:
    import numpy as np
except ImportError as missing:
    raise MissingPackage("numpy") from missing

VCPU_RATIO_MAX = 16.0
CONFLICT_WEIGHT = 2.0
OFFLINE_WEIGHT = 4.0
OFFLINE_PRIMARY_WEIGHT = 16.0
NEAR = 1e-7  # wider than the error of the fast variance, so that ties are decided by the exact score


@dataclass(frozen=True)
class Move:
    """One round: guest and hosts as indexes, and the score after it."""

    guest: int
    source: int
    target: int
    score: float


@dataclass(frozen=True)
class Descent:
    """What the balancer did: score before, its moves in order, the assignment after them."""

    initial_score: float
    moves: tuple[Move, ...]
    assignment: Assignment

    @property
    def score(self) -> float:
        """The score after the last move."""
        return self.moves[-1].score if self.moves else self.initial_score


def score(instance: Instance, assignment: Sequence[int]) -> float:
    """Ganeti's metric of an assignment in which each guest has a host (lower is better). ValueError when one has none.

    Of a host that is overfull Ganeti counts its guests, too; this does not.
    """
    return _State(instance, assignment).score()


def balance(
    instance: Instance,
    assignment: Sequence[int],
    *,
    max_moves: int | None = None,
    min_gain: float = 0.01,
    min_gain_limit: float = 0.1,
) -> Descent:
    """Steepest descent by single moves; the defaults are hbal's.

    ValueError when a guest has no host, or a host is overfull (see score).
    """
    state = _State(instance, assignment)
    _refuse_overfull(instance, state.used_memory)
    current = initial = state.score()
    moves: list[Move] = []
    while max_moves is None or len(moves) < max_moves:
        move = state.best_move(current)
        if move is None or (current <= min_gain_limit and current - move.score < min_gain):
            break
        state.apply(move)
        moves.append(move)
        current = move.score
    return Descent(initial, tuple(moves), tuple(int(host) for host in state.hosts))


class _State:
    """The assignment with its sums. Shapes: H hosts, V guests, G groups."""

    def __init__(self, instance: Instance, assignment: Sequence[int]) -> None:
        guests, hosts = instance.guests, instance.hosts
        names = {name: index for index, name in enumerate(dict.fromkeys(g.group for g in guests if g.group))}
        self.memory = _ints(g.memory for g in guests)
        self.cpu = _ints(g.cpu for g in guests)
        self.group = _ints(names.get(g.group, -1) for g in guests)
        self.movable = np.array([g.movable for g in guests], dtype=bool)
        self.host_memory = _ints(h.memory for h in hosts)
        self.host_cpu = _ints(h.cpu for h in hosts)
        self.online = np.array([h.available for h in hosts], dtype=bool)
        self.hosts = _ints(assignment)
        _refuse_unplaced(instance, self.hosts)
        self.used_memory = np.zeros(len(hosts), dtype=np.int64)
        self.used_cpu = np.zeros(len(hosts), dtype=np.int64)
        np.add.at(self.used_memory, self.hosts, self.memory)
        np.add.at(self.used_cpu, self.hosts, self.cpu)
        self.members = np.zeros((len(names) + 1, len(hosts)), dtype=np.int64)  # [G + 1, H]; the last row stays 0
        grouped = self.group >= 0
        np.add.at(self.members, (self.group[grouped], self.hosts[grouped]), 1)

    def score(self) -> float:
        """The exact score of the assignment."""
        return self._exact(self.used_memory, self.used_cpu, self._conflicts(), self._offline())

    def apply(self, move: Move) -> None:
        """Do the move."""
        memory, cpu, group = self.memory[move.guest], self.cpu[move.guest], self.group[move.guest]
        self.hosts[move.guest] = move.target
        for host, sign in ((move.source, -1), (move.target, 1)):
            self.used_memory[host] += sign * memory
            self.used_cpu[host] += sign * cpu
            if group >= 0:
                self.members[group, host] += sign

    def best_move(self, current: float) -> Move | None:
        """The first move of the lowest score, or None when none is below the current score."""
        fast = self._fast_scores()  # [V, H]
        lowest = fast.min(initial=np.inf)
        if not lowest < current + NEAR:
            return None
        best: Move | None = None
        seen: set[tuple[int, ...]] = set()
        conflicts, offline = self._conflicts(), self._offline()
        for guest, target in np.argwhere(fast <= lowest + NEAR):
            source = self.hosts[guest]
            freed = int(self.members[self.group[guest], source] > 1)
            same = (int(source), int(target), int(self.memory[guest]), int(self.cpu[guest]), freed)
            if same in seen:
                continue
            seen.add(same)
            memory, cpu = self.used_memory.copy(), self.used_cpu.copy()
            for host, sign in ((source, -1), (target, 1)):
                memory[host] += sign * self.memory[guest]
                cpu[host] += sign * self.cpu[guest]
            after = self._exact(memory, cpu, conflicts - freed, offline - (not self.online[source]))
            if after < (best.score if best else current):
                best = Move(int(guest), int(source), int(target), after)
        return best

    def _exact(self, used_memory: Any, used_cpu: Any, conflicts: int, offline: int) -> float:
        """The score with its sums taken in the order of the hosts, term by term."""
        memory = _spread(((self.host_memory - used_memory) / self.host_memory)[self.online].tolist())
        cpu = _spread((used_cpu / self.host_cpu)[self.online].tolist())
        terms = (0.5 * memory, OFFLINE_WEIGHT * offline, OFFLINE_PRIMARY_WEIGHT * offline, 0.5 * cpu)
        total = 0.0
        for term in (*terms, CONFLICT_WEIGHT * conflicts, 0.5 * memory, 0.5 * cpu):
            total += term
        return total

    def _fast_scores(self) -> Any:
        """[V, H] score after each move, inf where it is not allowed; right up to rounding (see NEAR)."""
        online, source = self.online, self.hosts
        forced = ~online[source][:, None]
        free = (self.host_memory - self.used_memory)[None, :] - self.memory[:, None]
        ratio = (self.used_cpu[None, :] + self.cpu[:, None]) / self.host_cpu[None, :]
        members = self.members[self.group]
        allowed = (free > 0) & online[None, :] & self.movable[:, None]
        allowed &= forced | ((ratio <= VCPU_RATIO_MAX) & (members == 0))
        allowed[np.arange(len(source)), source] = False
        freed = members[np.arange(len(source)), source] > 1
        scores = self._moved_spread(self.used_memory, self.memory, self.host_memory)
        scores += self._moved_spread(self.used_cpu, self.cpu, self.host_cpu)
        rest = CONFLICT_WEIGHT * (self._conflicts() - freed + (members > 0).T)
        rest = rest + (OFFLINE_WEIGHT + OFFLINE_PRIMARY_WEIGHT) * (self._offline() - forced[:, 0])
        return np.where(allowed, scores + rest.T, np.inf)

    def _moved_spread(self, used: Any, size: Any, room: Any) -> Any:
        """[V, H] standard deviation of used/room over available hosts when guest v moves to host h."""
        online, source = self.online, self.hosts
        share = used / room
        count, total, squares = online.sum(), share[online].sum(), (share[online] ** 2).sum()
        without = (used[source] - size) / room[source]
        leaves = np.where(online[source], without - share[source], 0.0)
        leaves_squares = np.where(online[source], without**2 - share[source] ** 2, 0.0)
        with_guest = (used[None, :] + size[:, None]) / room[None, :]
        mean = (total + leaves[:, None] + with_guest - share[None, :]) / count
        square = (squares + leaves_squares[:, None] + with_guest**2 - share[None, :] ** 2) / count
        return np.sqrt(np.maximum(square - mean**2, 0.0))

    def _conflicts(self) -> int:
        return int(np.maximum(self.members[:, self.online] - 1, 0).sum())

    def _offline(self) -> int:
        return int((~self.online[self.hosts]).sum())


def _spread(values: Sequence[float]) -> float:
    """Population standard deviation in two passes, summed from left to right (newer Pythons' sum() compensates)."""
    total = squares = 0.0
    for value in values:
        total += value
    mean = total / len(values)
    for value in values:
        squares += (value - mean) * (value - mean)
    return sqrt(squares / len(values))


def _refuse_unplaced(instance: Instance, hosts: Any) -> None:
    for guest, host in zip(instance.guests, hosts, strict=True):
        if host == UNPLACED:
            raise ValueError(f"guest {guest.name} has no host; Ganeti's balancer moves running guests, place it first")


def _refuse_overfull(instance: Instance, used_memory: Any) -> None:
    for host, used in zip(instance.hosts, used_memory, strict=True):
        if used > host.memory:
            raise ValueError(
                f"host {host.name}: its guests take {used} MiB and it has {host.memory} MiB; "
                "the reference describes Ganeti on hosts that are not overfull"
            )


def _ints(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)
