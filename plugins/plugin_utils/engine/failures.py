# SPDX-License-Identifier: GPL-3.0-or-later
"""N+k: can the failure of each host (each pair of hosts, each rack) be absorbed by the hosts that are left?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from .arrays import Arrays
from .instance import UNPLACED, Instance


@dataclass(frozen=True)
class Scenario:
    """What fails at once: `hosts` are host indexes; `name` is the host, 'a+b' for a pair, 'rack r' for a rack."""

    name: str
    hosts: tuple[int, ...]


@dataclass(frozen=True)
class Failover:
    """Where the guests of a scenario go.

    targets  guest index -> host index, UNPLACED: stays down since its replicas hold every host that is left to it;
             None: the failure cannot be absorbed
    proof    'witness' (targets), 'infeasible' (proved), 'unknown' (the search ended without an answer)
    """

    scenario: Scenario
    targets: Mapping[int, int] | None
    proof: str


def scenarios(instance: Instance) -> tuple[Scenario, ...]:
    """Every failure that the rules ask to absorb. Hosts that are not available cannot fail.

    A pair that can be absorbed covers its two hosts, so pairs stand alone; racks of one host are left out likewise.
    """
    up = [index for index, host in enumerate(instance.hosts) if host.available]
    found = [
        Scenario("+".join(instance.hosts[index].name for index in failed), failed)
        for failed in combinations(up, min(instance.rules.n_plus, len(up)))
        if failed
    ]
    if instance.rules.racks:
        racks: dict[tuple[str, str], list[int]] = {}
        for index in up:
            if instance.hosts[index].rack:
                racks.setdefault((instance.hosts[index].site, instance.hosts[index].rack), []).append(index)
        taken = {scenario.hosts for scenario in found}
        found += [
            Scenario("rack " + "/".join(filter(None, key)), tuple(hosts))
            for key, hosts in racks.items()
            if tuple(hosts) not in taken
        ]
    return tuple(found)


def check_failures(
    arrays: Arrays, assignment: Sequence[int], *, which: Sequence[Scenario] | None = None, exact: bool = True
) -> tuple[Failover, ...]:
    """One Failover per scenario (of `which`, else of all). assignment: host per guest.

    exact: prove the doubtful ones with CP-SAT; without it they are 'unknown'.
    """
    from .build import make_state, make_witness, prove

    which = scenarios(arrays.instance) if which is None else tuple(which)
    unit_hosts = arrays.unit_hosts(assignment)
    state = make_state(arrays, unit_hosts)
    witness = make_witness(arrays, which)
    prove(arrays, state, witness, exact=False)
    found = []
    for index, scenario in enumerate(which):
        if witness.active[index]:
            lost = np.flatnonzero(np.isin(unit_hosts, scenario.hosts))
            places = witness.place[index, unit_hosts[lost]]
            found.append(Failover(scenario, _targets(arrays, lost, witness.target[lost, places]), "witness"))
        elif exact:
            found.append(_exact(arrays, unit_hosts, scenario))
        else:
            found.append(Failover(scenario, None, "unknown"))
    return tuple(found)


def fatal(arrays: Arrays, assignment: Sequence[int], *, exact: bool = True) -> tuple[Scenario, ...]:
    """The scenarios that cannot be absorbed (or are not known to be)."""
    return tuple(found.scenario for found in check_failures(arrays, assignment, exact=exact) if found.targets is None)


def _exact(arrays: Arrays, unit_hosts: Any, scenario: Scenario) -> Failover:
    from .failures_exact import solve

    proof, lost, hosts = solve(arrays, unit_hosts, scenario.hosts)
    return Failover(scenario, _targets(arrays, lost, hosts) if proof == "witness" else None, proof)


def _targets(arrays: Arrays, units: Any, hosts: Any) -> dict[int, int]:
    """guest -> host for the guests of the units."""
    return {
        int(guest): int(host) if host >= 0 else UNPLACED
        for unit, host in zip(units, hosts, strict=True)
        for guest in arrays.member_guest[arrays.member_start[unit] : arrays.member_start[unit + 1]]
    }
