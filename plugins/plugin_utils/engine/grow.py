# SPDX-License-Identifier: GPL-3.0-or-later
"""How many more guests fit with N+k kept, and which host to buy when they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np

from .arrays import Array, Arrays, compile
from .conflict_checks import broken_bundles
from .exact_model import ExactModel, variables
from .failures import Scenario
from .instance import UNPLACED, EngineGuest, EngineHost, Instance
from .ledger import Ledger
from .ledger_steps import put_best
from .place import Found, search
from .place_exact import MOST_VARIABLES, settled, unabsorbed

WORK = 3.0  # CP-SAT's deterministic time [E]
MOST_GUESTS = 20_000
TOP_UP = 64  # tries to place one more where the level filling ended


@dataclass(frozen=True)
class Growth:
    """count more guests fit; more than `bound` do not. limit: the failure, or 'capacity', that the bound comes from.

    The guests that run already stay where they are.
    """

    count: int
    bound: int
    limit: str
    hosts: tuple[str, ...]

    @property
    def proved(self) -> bool:
        """Is the count the most that is possible?"""
        return self.count == self.bound


@dataclass(frozen=True)
class Candidate:
    """A kind of host that can be bought. price: in any unit, to compare."""

    host: EngineHost
    price: int


@dataclass(frozen=True)
class Purchase:
    """So many hosts of one kind make the plan feasible; fewer, or cheaper ones, do not as far as the search saw."""

    candidate: Candidate
    count: int
    hosts: Mapping[str, str]

    @property
    def price(self) -> int:
        """What all of them cost."""
        return self.count * self.candidate.price


def how_many(instance: Instance, assignment: Sequence[int], shape: EngineGuest, work: float = WORK) -> Growth:
    """How many more guests of a shape fit beside those that run. Its group, if any, is one for all of them."""
    bound, limit = _volume_bound(instance, assignment, shape)
    more = tuple(replace(shape, name=f"{shape.name}+{n}", together="") for n in range(min(bound, MOST_GUESTS)))
    arrays = compile(replace(instance, guests=(*instance.guests, *more)))
    before = arrays.unit_hosts((*assignment, *[UNPLACED] * len(more)))
    ledger = settled(arrays, before)
    if unabsorbed(ledger):
        return Growth(0, 0, ledger.fails[ledger.fatal()[0]].name, ())
    new = arrays.guest_unit[len(instance.guests) :]
    if not shape.group:
        ledger = _fill(arrays, before, new)
    placed = [int(u) for u in new if ledger.home[u] != UNPLACED]
    for unit in new[len(placed) :][:TOP_UP].tolist():
        if put_best(ledger, unit) == UNPLACED:
            break
        placed.append(unit)
    homes = ledger.home
    if len(placed) < bound:
        found = _exact(arrays, before, new, ledger.fails, work)
        if found is not None:
            homes, top = found
            bound = min(bound, top)
            placed = [int(u) for u in new if homes[u] != UNPLACED]
    return Growth(len(placed), bound, limit, tuple(instance.hosts[homes[u]].name for u in placed))


def which_host(
    instance: Instance,
    current: Mapping[str, str],
    candidates: Sequence[Candidate],
    most: int = 8,
    work: float = WORK,
) -> Purchase | None:
    """The cheapest number of hosts of one kind with which the plan is feasible; None: not with `most` of any kind.

    current: guest -> host, kept where it can be.
    """
    if any(broken_bundles(instance)):
        return None
    queue: list[tuple[int, int, int]] = []
    for index, candidate in enumerate(candidates):
        heappush(queue, (candidate.price, 1, index))
    while queue:
        __, count, index = heappop(queue)
        candidate = candidates[index]
        new = [replace(candidate.host, name=f"{candidate.host.name}+{n}") for n in range(1, count + 1)]
        larger = replace(instance, hosts=(*instance.hosts, *new))
        found = search(larger, current, {}, work)
        if found.ledger is not None:
            return Purchase(candidate, count, _hosts(larger, found))
        if count < most:
            heappush(queue, (candidate.price * (count + 1), count + 1, index))
    return None


def _hosts(instance: Instance, found: Found) -> dict[str, str]:
    if found.ledger is None:
        raise AssertionError("nothing was found")
    places = found.ledger.assignment()
    return {guest.name: instance.hosts[host].name for guest, host in zip(instance.guests, places, strict=True)}


def _fill(arrays: Arrays, before: Array, new: Array) -> Ledger:
    """As many of the new units as a level filling of the hosts takes, every failure absorbed; by bisection."""
    ledger = settled(arrays, before)
    sequence = _level(ledger, int(new[0]), len(new)) if len(new) else []
    low, high = 0, len(sequence)
    while low < high:
        middle = (low + high + 1) // 2
        if _absorbs(_with(arrays, before, new, sequence[:middle])):
            low = middle
        else:
            high = middle - 1
    ledger = _with(arrays, before, new, sequence[:low])
    ledger.absorb_all()
    return ledger


def _level(ledger: Ledger, unit: int, most: int) -> list[int]:
    """Hosts that take one unit after the other, always the one that stays least used after the worst failure."""
    used, size = ledger.used.copy(), ledger.size[unit]

    def share(host: int) -> float:
        return float(((used[host] + ledger.worst[host] + size) / np.maximum(1, ledger.cap[host])).max())

    queue = [(share(host), int(ledger.rank[host]), host) for host in np.flatnonzero(ledger.fitting(unit)).tolist()]
    heapify(queue)
    sequence: list[int] = []
    while queue and len(sequence) < most:
        __, rank, host = heappop(queue)
        sequence.append(host)
        used[host] += size
        if (used[host] + size <= ledger.cap[host]).all():
            heappush(queue, (share(host), rank, host))
    return sequence


def _with(arrays: Arrays, before: Array, new: Array, hosts: Sequence[int]) -> Ledger:
    homes = before.copy()
    homes[new[: len(hosts)]] = hosts
    ledger = Ledger(arrays)
    ledger.force(homes)
    return ledger


def _absorbs(ledger: Ledger) -> bool:
    return all(ledger.absorb(fail) for fail in range(len(ledger.fails)))


def _volume_bound(instance: Instance, assignment: Sequence[int], shape: EngineGuest) -> tuple[int, str]:
    """No more than this many fit, by counting slots and by the volume that each failure leaves."""
    arrays = compile(replace(instance, guests=(*instance.guests, replace(shape, together=""))))
    ledger = Ledger(arrays)
    ledger.force(arrays.unit_hosts((*assignment, UNPLACED)))
    unit = arrays.units - 1
    good = arrays.allowed[arrays.unit_class[unit]]
    size = np.maximum(1, ledger.size[unit])
    free = np.maximum(0, ledger.cap - ledger.used)
    slots = np.where(good, (free // size).min(axis=1), 0)
    if shape.group:
        slots = np.minimum(slots, 1)
    bound, limit = int(slots.sum()), "capacity"
    single = np.diff(arrays.group_start) == 0
    for index, fail in enumerate(ledger.fails):
        left = ~ledger.failed[index]
        lost = ledger.size[single & np.isin(ledger.home, fail.hosts)].sum(axis=0)
        fits = int(((free[left].sum(axis=0) - lost) // size).min())
        if not shape.group and fits < bound:
            bound, limit = max(0, fits), fail.name
    return bound, limit


def _exact(
    arrays: Arrays, before: Array, new: Array, fails: Sequence[Scenario], work: float
) -> tuple[tuple[int, ...], int] | None:
    """(hosts per unit, bound) with the most new units, failures added as needed; None: not found within the limits."""
    active: list[Scenario] = []
    spent = 0.0
    size = variables(arrays)
    weight = np.zeros(arrays.units, dtype=np.int64)
    weight[new] = 1
    while spent < work and size * (1 + len(active)) <= MOST_VARIABLES:
        model = ExactModel(arrays, before, optional=True, marks=weight)
        model.keep(np.flatnonzero(before != UNPLACED).tolist())
        for fail in active:
            model.absorb(fail)
        model.most(weight)
        found = model.solve(work - spent)
        spent += found.work + 0.01
        if found.hosts is None:
            return None
        missed = [fails[index] for index in unabsorbed(settled(arrays, found.hosts, fails))]
        if not missed:
            return found.hosts, found.bound
        if set(missed) <= set(active):
            return None
        active += [fail for fail in missed if fail not in active]
    return None
