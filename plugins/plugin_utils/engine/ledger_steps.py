# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on a ledger that keep every failure absorbed: place a unit, take it away, begin and end a move."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .ledger import DOWN, NO_TARGET, NOWHERE, Ledger


def try_put(ledger: Ledger, unit: int, host: int) -> bool:
    """Place an unplaced unit on a host where it fits, failures absorbed; False: nothing changed."""
    ledger.book(unit, host)
    marks = ledger.disturbed(unit, host)
    fails = ledger.host_fails[host]
    if len(ledger.colours) > 1:
        marks[fails] = ~ledger.skip[fails]
    else:
        slots = np.flatnonzero(~ledger.skip[fails] & ~marks[fails])
        marks[fails[slots[~_extend(ledger, unit, slots)]]] = True
    if ledger.absorb_marked(marks):
        return True
    ledger.forget(unit)
    ledger.leave(unit, host)
    return False


def put_best(ledger: Ledger, unit: int) -> int:
    """Place an unplaced unit on the host that is then least used, failures absorbed; NOWHERE: none."""
    for host in by_balance(ledger, unit):
        if try_put(ledger, unit, int(host)):
            return int(host)
    return NOWHERE


def by_balance(ledger: Ledger, unit: int) -> Array:
    """Hosts where the unit fits, by the share of the scarcer resource then in use, then by name.

    What failures would send there does not count: it would keep one host empty for all of them.
    """
    hosts = np.flatnonzero(ledger.fitting(unit))
    need = ledger.used[hosts] + ledger.size[unit]
    share = (need / np.maximum(1, ledger.cap[hosts])).max(axis=1)
    return hosts[np.lexsort((ledger.rank[hosts], share))]


def release(ledger: Ledger, unit: int) -> bool:
    """Take a unit away; False: a replica that rested only because of it has no target now."""
    host = int(ledger.home[unit])
    ledger.forget(unit)
    ledger.leave(unit, host)
    return _wake(ledger, unit)


def begin(ledger: Ledger, unit: int, host: int) -> bool:
    """Begin a move: the unit holds both hosts and failures are absorbed with that; False: nothing changed."""
    home = int(ledger.home[unit])
    if ledger.held[unit] != NOWHERE or home == host or not ledger.fitting(unit)[host]:
        return False
    mates = [mate for __, mate in ledger.mates(unit)]
    resting = ledger.target[mates] == DOWN
    saved = ledger.snapshot() if mates else ()
    fails = ledger.host_fails[home]
    reserve, target = ledger.reserve[fails], ledger.target[unit].copy()
    ledger.book(unit, host)
    ledger.forget(unit, np.flatnonzero(~ledger.failed[fails, host]))
    if ledger.absorb_marked(ledger.disturbed(unit, host)):
        # A replica may not count on resting only because the unit holds two hosts for a while.
        if not mates or not ((ledger.target[mates] == DOWN) & ~resting).any():
            return True
        ledger.restore(saved)
        return False
    ledger.leave(unit, host)
    ledger.reserve[fails], ledger.target[unit] = reserve, target
    return False


def hop(ledger: Ledger, unit: int, host: int) -> bool:
    """Move a unit alone: room and rules hold on both hosts meanwhile, failures are absorbed before and after.

    Weaker than begin and end: a failure during the move counts on cancelling it. False: nothing changed.
    """
    if ledger.home[unit] == host or not ledger.fitting(unit)[host]:
        return False
    saved = ledger.snapshot()
    if release(ledger, unit) and try_put(ledger, unit, host):
        return True
    ledger.restore(saved)
    return False


def cancel(ledger: Ledger, unit: int) -> bool:
    """Give up a move: the unit stays where it was. False: a failure of its host has no targets now."""
    ledger.leave(unit, int(ledger.held[unit]))
    fails = ledger.host_fails[ledger.home[unit]]
    return all(ledger.absorb(int(fail)) for fail in fails if not ledger.skip[fail])


def end(ledger: Ledger, unit: int) -> bool:
    """End a move: the old host is free. When the new one fails the unit may return, so every failure stays absorbed.

    False: a failure has no targets now, since a replica stood beside the unit, or rested only because of it.
    """
    old, new = int(ledger.home[unit]), int(ledger.held[unit])
    goals = np.full_like(ledger.target[unit], NO_TARGET)
    mates = [(domain, ledger.home[mate]) for domain, mate in ledger.mates(unit)]
    returns = not any(home != NOWHERE and domain[home] == domain[old] for domain, home in mates)
    again = []
    for slot, fail in enumerate(ledger.host_fails[new]):
        if ledger.skip[fail]:
            continue
        if ledger.failed[fail, old]:
            goals[slot] = ledger.target[unit, ledger.slot[fail, old]]
        elif returns:
            goals[slot] = old
            ledger.reserve[fail, old] += ledger.size[unit]
        else:
            again.append(int(fail))
    ledger.target[unit] = goals
    ledger.leave(unit, old)
    return all(ledger.absorb(fail) for fail in again) and _wake(ledger, unit)


def _extend(ledger: Ledger, unit: int, slots: Array) -> Array:
    """Give one more unit a target in failures of its home, the other targets unchanged; [slots] bool: found."""
    if not len(slots):
        return np.zeros(0, dtype=bool)
    arrays, fails = ledger.arrays, ledger.host_fails[ledger.home[unit]][slots]
    need = ledger.used + ledger.reserve[fails] + ledger.size[unit]
    good = arrays.allowed[arrays.unit_class[unit]] & (need <= ledger.cap).all(axis=2) & ~ledger.failed[fails]
    for domain, mate in ledger.mates(unit):
        for ends in (ledger.home[mate], ledger.held[mate]):
            if ends != NOWHERE:
                good &= ledger.failed[fails, ends][:, None] | (domain != domain[ends])
        home = ledger.home[mate]
        for row in np.flatnonzero(ledger.failed[fails, home]) if home != NOWHERE else ():
            goal = ledger.target[mate, ledger.slot[fails[row], home]]
            if goal >= 0:
                good[row] &= domain != domain[goal]
    share = (need / np.maximum(1, ledger.cap)).max(axis=2)
    share[~good] = np.inf
    by_name = np.argsort(ledger.rank)
    goals = by_name[np.argmin(share[:, by_name], axis=1)]
    found = good.any(axis=1)
    ledger.target[unit, slots[found]] = goals[found]
    ledger.reserve[fails[found], goals[found]] += ledger.size[unit]
    np.maximum.at(ledger.worst, goals[found], ledger.reserve[fails[found], goals[found]])
    return found


def _wake(ledger: Ledger, unit: int) -> bool:
    """Absorb anew the failures in which a replica of the unit rests."""
    good = True
    for __, mate in ledger.mates(unit):
        home = ledger.home[mate]
        if home == NOWHERE:
            continue
        fails = ledger.host_fails[home]
        for fail in fails[ledger.target[mate, : len(fails)] == DOWN]:
            if not ledger.skip[fail]:
                good = ledger.absorb(int(fail)) and good
    return good
