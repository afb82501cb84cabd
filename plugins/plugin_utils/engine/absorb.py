# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when hosts fail now: where each guest goes, what stays down, what may not fail next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Arrays, compile
from .failures import Scenario
from .instance import UNPLACED, Instance
from .ledger import Ledger
from .ledger_targets import BALANCED, DOWN, NO_TARGET
from .place_exact import settled, unabsorbed


@dataclass(frozen=True)
class Absorbed:
    """The state after a failure.

    targets  guest -> host that starts it
    resting  guests that stay down since their replicas hold every host that is left to them
    down     guests for which no host has room
    fatal    failures that could not be absorbed on top, by name, as far as the rules ask for them
    """

    targets: Mapping[str, str]
    resting: tuple[str, ...]
    down: tuple[str, ...]
    fatal: tuple[str, ...]


def absorb(
    instance: Instance,
    assignment: Sequence[int],
    failed: Collection[str],
    wishes: Mapping[str, str | None] | None = None,
) -> Absorbed:
    """Let hosts fail. assignment: host index per guest; wishes: guest -> failover target of the plan."""
    names = [host.name for host in instance.hosts]
    gone = Scenario("+".join(failed), tuple(sorted(names.index(name) for name in failed)))
    arrays = compile(instance)
    ledger = Ledger(arrays, [gone])
    ledger.wishes({u: h for u, h in _wishes(arrays, names, wishes or {}).items() if h not in gone.hosts})
    ledger.force(arrays.unit_hosts(assignment))
    ledger.absorb_all()
    goals = _best_effort(ledger) if unabsorbed(ledger) else ledger.targets(0)
    guests = {unit: _guests(arrays, unit) for unit in goals}
    after = ledger.home.copy()
    for unit, goal in goals.items():
        after[unit] = goal if goal >= 0 else UNPLACED
    hosts = tuple(replace(h, available=h.available and i not in gone.hosts) for i, h in enumerate(instance.hosts))
    left = settled(compile(replace(instance, hosts=hosts)), after)
    return Absorbed(
        targets={guest: names[goal] for unit, goal in goals.items() if goal >= 0 for guest in guests[unit]},
        resting=tuple(guest for unit, goal in goals.items() if goal == DOWN for guest in guests[unit]),
        down=tuple(guest for unit, goal in goals.items() if goal == NO_TARGET for guest in guests[unit]),
        fatal=tuple(left.fails[fail].name for fail in unabsorbed(left)),
    )


def _best_effort(ledger: Ledger) -> dict[int, int]:
    """Targets for as many as fit, largest first; NO_TARGET for the others."""
    lost = ledger.lost(0)
    left_out: list[int] = []
    while True:
        goals = ledger.find(0, lost, BALANCED)
        missing = np.flatnonzero(goals == NO_TARGET)
        if not len(missing):
            found = dict(zip(lost.tolist(), goals.tolist(), strict=True))
            return {**found, **dict.fromkeys(left_out, NO_TARGET)}
        left_out.append(int(lost[missing[0]]))
        lost = np.delete(lost, missing[0])


def _wishes(arrays: Arrays, names: list[str], wishes: Mapping[str, str | None]) -> dict[int, int]:
    index = {name: i for i, name in enumerate(names)}
    pairs = ((arrays.guest_unit[i], index.get(wishes.get(g.name) or "")) for i, g in enumerate(arrays.instance.guests))
    return {int(unit): host for unit, host in pairs if host is not None}


def _guests(arrays: Arrays, unit: int) -> list[str]:
    members = arrays.member_guest[arrays.member_start[unit] : arrays.member_start[unit + 1]]
    return [arrays.instance.guests[guest].name for guest in members]
