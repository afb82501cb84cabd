# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: a place kept for every unit in every failure, changed one unit at a time.

Only the failures that a change touches are looked at again. It errs on one side only: what it accepts holds, what it
refuses may still be possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .arrays import Array, Arrays
from .failures import Scenario, scenarios
from .instance import Instance
from .ledger_state import NOWHERE, State
from .ledger_targets import BALANCED, DOWN, NO_TARGET, TIGHT, TIGHT_MEMORY, find_targets

CHANGING = ("used", "home", "held", "count", "colours", "reserve", "worst", "target", "absorbed")


def failures_to_absorb(instance: Instance) -> tuple[Scenario, ...]:
    """The failures of the rules, and with N+2 also those of one host: replicas may rest in fewer of them."""
    asked = scenarios(instance)
    if instance.rules.n_plus < 2:
        return asked
    single = [Scenario(host.name, (index,)) for index, host in enumerate(instance.hosts) if host.available]
    known = {fail.hosts for fail in single}
    return (*single, *(fail for fail in asked if fail.hosts not in known))


class Ledger(State):
    """A state whose failures are absorbed.

    fails          the failures;  failed [S, H] bool: hosts of each
    reserve        [S, H, 2] what a failure sends to each host
    worst          [H, 2] the most that any failure sends (it may lag behind when that shrinks)
    target         [U, slots] where a unit goes in each failure of its home, in the order of host_fails[home]
    absorbed, skip [S] bool: has targets; is not asked for
    wish           [U] target to prefer when the home alone fails
    """

    def __init__(self, arrays: Arrays, fails: Sequence[Scenario] | None = None) -> None:
        """No unit is placed. fails: instead of those that the rules ask for."""
        super().__init__(arrays)
        self.fails = tuple(failures_to_absorb(arrays.instance) if fails is None else fails)
        self.failed = np.zeros((len(self.fails), arrays.hosts), dtype=bool)
        for index, fail in enumerate(self.fails):
            self.failed[index, list(fail.hosts)] = True
        self.host_fails = [np.flatnonzero(self.failed[:, host]) for host in range(arrays.hosts)]
        self.slot = np.cumsum(self.failed, axis=0, dtype=np.int32) - 1
        slots = max((len(fails) for fails in self.host_fails), default=0)
        self.reserve = np.zeros((len(self.fails), *self.cap.shape), dtype=np.int64)
        self.worst = np.zeros_like(self.cap)
        self.target = np.full((arrays.units, slots), NO_TARGET, dtype=np.int32)
        self.absorbed = np.ones(len(self.fails), dtype=bool)
        self.skip = np.zeros(len(self.fails), dtype=bool)
        self.wish = np.full(arrays.units, NOWHERE, dtype=np.int64)

    def absorb_all(self) -> tuple[int, ...]:
        """Find every target anew; the failures that are not absorbed."""
        self.worst[:] = 0
        adopted = self._adopt()
        for fail in np.flatnonzero(~self.skip & ~adopted):
            self.absorb(int(fail))
        return self.fatal()

    def _adopt(self) -> Array:
        """[S] bool: failures of one host in which every unit can have its wish; those are booked all at once."""
        arrays = self.arrays
        alone = self.failed.sum(axis=1) == 1
        if len(self.colours) > 1 or not alone.any() or (self.wish == NOWHERE).all():
            return np.zeros(len(self.fails), dtype=bool)
        fail_of = np.full(arrays.hosts, -1)
        fail_of[self.failed[alone].argmax(axis=1)] = np.flatnonzero(alone)
        units = np.flatnonzero(self.home != NOWHERE)
        units = units[fail_of[self.home[units]] >= 0]
        fails, goals = fail_of[self.home[units]], self.wish[units]
        good = (goals != NOWHERE) & (goals != self.home[units]) & arrays.allowed[arrays.unit_class[units], goals]
        for row in np.flatnonzero(good & (np.diff(arrays.group_start)[units] > 0)):
            unit, goal = int(units[row]), int(goals[row])
            for group in self.groups(unit):
                domain = arrays.domains[arrays.group_scope[group]]
                own = domain[goal] == domain[self.home[unit]]
                # Two members of one host would be a breach already: the unit is its group's only lost member.
                good[row] &= self.count[group, domain[goal]] == own
        adopted = alone & ~self.skip
        adopted[fails[~good]] = False
        reserve = np.zeros_like(self.reserve)
        np.add.at(reserve, (fails[good], goals[good]), self.size[units[good]])
        adopted &= (self.used + reserve <= self.cap).all(axis=(1, 2))
        book = adopted[fails]
        self.reserve[adopted] = reserve[adopted]
        self.target[units[book], self.slot[fails[book], self.home[units[book]]]] = goals[book]
        self.absorbed[adopted] = True
        if adopted.any():
            np.maximum(self.worst, self.reserve[adopted].max(axis=0), out=self.worst)
        return adopted

    def fatal(self) -> tuple[int, ...]:
        """Failures that are asked for and not absorbed."""
        return tuple(int(fail) for fail in np.flatnonzero(~self.absorbed & ~self.skip))

    def tolerate(self, fails: Iterable[int]) -> None:
        """Ask no longer for these failures."""
        for fail in fails:
            self.skip[fail] = True
            self.reserve[fail] = 0
            for host in self.fails[fail].hosts:
                self.target[self.home == host, self.slot[fail, host]] = NO_TARGET

    def lost(self, fail: int) -> Array:
        """Units that the failure takes down, largest first; one that moves is lost when both its ends fail."""
        failed = np.append(self.failed[fail], False)  # NOWHERE
        down = failed[self.home] & (failed[self.held] | (self.held == NOWHERE))
        return self.order[down[self.order]]

    def absorb(self, fail: int) -> bool:
        """Find targets for a failure by one rule or another; they are kept when every lost unit has one."""
        lost = self.lost(fail)
        for mode in (BALANCED, TIGHT, TIGHT_MEMORY):
            goals = self.find(fail, lost, mode)
            if not (goals == NO_TARGET).any():
                self.keep(fail, lost, goals)
                return True
        self.absorbed[fail] = False
        return False

    def find(self, fail: int, lost: Array, mode: int) -> Array:
        """Targets of the lost units by one rule; see ledger_targets."""
        arrays, failed = self.arrays, self.failed[fail]
        count = self._count_without(lost)
        colours = np.where(failed, 0, self.colours)
        single = len(self.fails[fail].hosts) == 1
        wish = self.wish[lost] if single else np.full(len(lost), NOWHERE, dtype=np.int64)
        room = self.cap - self.used
        goals = np.full(len(lost), NO_TARGET, dtype=np.int64)
        find_targets(
            goals,
            lost,
            wish,
            failed,
            mode,
            room,
            self.cap,
            self.size,
            arrays.unit_class,
            arrays.allowed,
            arrays.unit_colour,
            colours,
            arrays.group_start,
            arrays.group_index,
            arrays.group_scope,
            arrays.domains,
            count,
            self.rank,
        )
        return goals

    def keep(self, fail: int, lost: Array, goals: Array) -> None:
        """Book the targets of a failure."""
        up = goals >= 0
        self.reserve[fail] = 0
        np.add.at(self.reserve[fail], goals[up], self.size[lost[up]])
        np.maximum(self.worst, self.reserve[fail], out=self.worst)
        self.target[lost, self.slot[fail, self.home[lost]]] = goals
        self.absorbed[fail] = True

    def targets(self, fail: int) -> dict[int, int]:
        """Unit -> host, or DOWN, for the units that the failure takes down."""
        return {int(u): int(self.target[u, self.slot[fail, self.home[u]]]) for u in self.lost(fail)}

    def disturbed(self, unit: int, host: int) -> Array:
        """[S] bool: failures whose targets must be found again now that the unit is (also) on the host."""
        more = self.reserve[:, host]
        marks = more.any(axis=1)
        if len(self.colours) == 1:
            marks &= (self.used[host] + more > self.cap[host]).any(axis=1)
        for domain, mate in self.mates(unit):
            if self.home[mate] != NOWHERE:
                fails = self.host_fails[self.home[mate]]
                goals = self.target[mate, : len(fails)]
                marks[fails[(goals >= 0) & (domain[goals] == domain[host])]] = True
        return marks & ~self.skip

    def absorb_marked(self, marks: Array) -> bool:
        """Find new targets for the marked failures; when one is not absorbed nothing is changed."""
        fails = np.flatnonzero(marks)
        if not len(fails):
            return True
        reserve, target = self.reserve[fails], self.target.copy()
        if all(self.absorb(int(fail)) for fail in fails):
            return True
        self.reserve[fails], self.target = reserve, target
        self.absorbed[fails] = True
        return False

    def forget(self, unit: int, slots: Array | None = None) -> None:
        """Give up what is reserved for a unit (in these slots of its home's failures)."""
        fails = self.host_fails[self.home[unit]]
        slots = np.arange(len(fails)) if slots is None else slots
        goals = self.target[unit, slots]
        up = goals >= 0
        self.reserve[fails[slots[up]], goals[up]] -= self.size[unit]
        self.target[unit, slots] = NO_TARGET

    def wishes(self, targets: Mapping[int, int]) -> None:
        """Prefer these targets (unit -> host)."""
        for unit, host in targets.items():
            self.wish[unit] = host

    def snapshot(self) -> tuple[Array, ...]:
        """The state, to come back to."""
        return tuple(getattr(self, name).copy() for name in CHANGING)

    def restore(self, saved: tuple[Array, ...]) -> None:
        """Come back to a snapshot; it may be restored once."""
        for name, value in zip(CHANGING, saved, strict=True):
            setattr(self, name, value)

    def _count_without(self, lost: Array) -> Array:
        """Units of each group per domain, the lost ones left out."""
        arrays, count = self.arrays, self.count.copy()
        for unit in lost[arrays.group_start[lost + 1] > arrays.group_start[lost]]:
            for group in self.groups(unit):
                domain = arrays.domains[arrays.group_scope[group]]
                for own in self._domains_of(int(unit), domain):
                    count[group, own] -= 1
        return count


__all__ = ["DOWN", "NOWHERE", "NO_TARGET", "Ledger", "failures_to_absorb"]
