# SPDX-License-Identifier: GPL-3.0-or-later
"""How many identical hosts do these guests need? Capacity, affinity labels and anti-affinity across hosts are kept.

First fit decreasing (pack_fit.py) gives a first answer; sizes (pack_kinds.py) and the ways to fill one host
(pack_patterns.py) give lower bounds. Between them CP-SAT (pack_model.py) looks for a packing on fewer hosts: how many
units of each kind each host gets, not which ones, so that thousands of guests make some hundred integers. On many hosts
most of them come in blocks of equal hosts at first; blocks are made smaller until each host stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .instance import Assignment, EngineGuest
from .pack_fit import ORDERS, assignment_of, first_fit_decreasing, hosts_used
from .pack_kinds import Counts, Kind, kinds_of, lower_bound
from .pack_model import Scheme, Search, solve
from .pack_patterns import patterns

BLOCKS = 12  # blocks of equal hosts in the coarsest model
WORK = 20.0  # CP-SAT's deterministic time in all; about as many seconds of one core


@dataclass(frozen=True)
class Packing:
    """hosts: as many are enough (assignment shows it: host index per guest); bound: fewer than this many never are."""

    hosts: int
    bound: int
    assignment: Assignment

    @property
    def proved(self) -> bool:
        """No packing on fewer hosts exists."""
        return self.hosts == self.bound


def pack(
    guests: Sequence[EngineGuest], host_memory: int, host_cpu: int, *, work: float = WORK, seconds: float | None = None
) -> Packing:
    """The fewest hosts of host_memory (MiB) and host_cpu (unit of the guests) that take all guests.

    work     limit of the search in CP-SAT's deterministic time: the same answer on every machine
    seconds  limit of the search in wall time instead, for benchmarks
    Anti-affinity counts between hosts, whatever the scope. Features, pins and tenants are the caller's: hosts are all
    alike here, so guests that must not mix are packed by themselves. ValueError when a guest fits on no host.
    """
    room = (host_memory, host_cpu)
    kinds = kinds_of(guests, *room)
    bound = lower_bound(kinds, *room)
    best = min((first_fit_decreasing(kinds, room, len(guests), by) for by in ORDERS), key=hosts_used)
    if bound == hosts_used(best):
        return Packing(bound, bound, best)
    search = Search(work if seconds is None else seconds, timed=seconds is not None)
    by_pattern, fillings = patterns(kinds, room, search)
    hosts = bound = max(bound, by_pattern)
    while hosts < hosts_used(best):
        found, impossible = _pack_on(kinds, hosts, room, fillings, search)
        if found is not None:
            best = assignment_of(kinds, found, len(guests))
        elif impossible and bound == hosts:
            bound += 1
        hosts += 1
    return Packing(hosts_used(best), bound, best)


def _pack_on(
    kinds: Sequence[Kind], hosts: int, room: tuple[int, int], fillings: Sequence[Sequence[int]], search: Search
) -> tuple[Counts | None, bool]:
    """(a packing on that many hosts, or None; whether none exists)."""
    impossible = False
    for scheme in _schemes(hosts, fillings):
        cuts: set[tuple[int, int]] = set()
        while True:
            counts, impossible = solve(kinds, room, scheme, cuts, search)
            if counts is None:
                break
            missing = [(k, j) for k, kind in enumerate(kinds) for j in _missing(kind, [row[k] for row in counts])]
            if not missing:
                return counts, False
            if cuts.issuperset(missing):  # fillings with units too many can keep a cut that the trimmed rows do not
                break
            cuts.update(missing)
    return None, impossible


def _schemes(hosts: int, fillings: Sequence[Sequence[int]]) -> Iterator[Scheme]:
    """First what is quick to solve, at last each host by itself, so that it is proved when there is no packing."""
    blocks = BLOCKS
    while (size := hosts // blocks - 1) > 1:
        yield Scheme([size] * blocks + [1] * (hosts - size * blocks), hosts)
        if blocks == BLOCKS and fillings:
            yield Scheme([1] * BLOCKS, hosts, fillings)
        blocks *= 2
    yield Scheme([1] * hosts, hosts)


def _missing(kind: Kind, counts: Sequence[int]) -> list[int]:
    """The j for which the hosts offer too few units to the j largest groups."""
    needed = kind.spread_needed()
    return [j for j in range(1, max(counts) + 1) if sum(min(c, j) for c in counts) < needed[j - 1]]
