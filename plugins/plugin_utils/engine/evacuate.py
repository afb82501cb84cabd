# SPDX-License-Identifier: GPL-3.0-or-later
"""Empty hosts or a rack: where their guests go, in which order, and which failures the rest no longer absorbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from .arrays import compile
from .conflict import Infeasible
from .instance import UNPLACED, Instance, Rules
from .order import Limits, Schedule, order
from .place import WORK, place, search
from .place_exact import settled, unabsorbed


@dataclass(frozen=True)
class Evacuation:
    """How hosts are emptied.

    hosts       the hosts to empty
    schedule    the waves; where it is blocked, some guests are still on these hosts
    after       guest -> host
    unabsorbed  failures that the rules ask to absorb and the other hosts cannot, by name
    """

    hosts: tuple[str, ...]
    schedule: Schedule
    after: Mapping[str, str]
    unabsorbed: tuple[str, ...]


def evacuate(
    instance: Instance,
    assignment: Sequence[int],
    hosts: Collection[str] = (),
    *,
    rack: str | None = None,
    limits: Limits | None = None,
    work: float = WORK,
) -> Evacuation | Infeasible:
    """Empty the hosts (and those of the rack). N+k of the rest is kept; else N+(k-1), … at last none.

    assignment: host index per guest. Raises ValueError for a host or rack that does not exist.
    """
    out = _chosen(instance, hosts, rack)
    hosts_left = tuple(replace(h, available=h.available and h.name not in out) for h in instance.hosts)
    rest = replace(instance, hosts=hosts_left)
    current = {
        guest.name: instance.hosts[host].name
        for guest, host in zip(instance.guests, assignment, strict=True)
        if host != UNPLACED
    }
    running = replace(rest, guests=tuple(g for g in rest.guests if g.name in current))
    tries = (search(replace(running, rules=rules), current, {}, work).ledger for rules in _weaker(instance.rules))
    ledger = next((ledger for ledger in tries if ledger is not None), None)
    if ledger is None:
        answer = place(replace(running, rules=replace(instance.rules, n_plus=0, racks=False)), current, {}, work)
        if not isinstance(answer, Infeasible):
            raise AssertionError("a search that failed, yet the guests fit")
        return answer
    hosts_of = dict(zip((g.name for g in running.guests), ledger.assignment(), strict=True))
    after = [hosts_of.get(guest.name, UNPLACED) for guest in instance.guests]
    arrays = compile(rest)
    ledger = settled(arrays, arrays.unit_hosts(after))
    fatal = tuple(ledger.fails[fail].name for fail in unabsorbed(ledger))
    names = {guest: instance.hosts[host].name for guest, host in hosts_of.items()}
    return Evacuation(out, order(instance, assignment, after, limits), names, fatal)


def _chosen(instance: Instance, hosts: Collection[str], rack: str | None) -> tuple[str, ...]:
    known = {host.name for host in instance.hosts}
    for name in hosts:
        if name not in known:
            raise ValueError(f"host {name} is not in cluster {instance.name}: its hosts are {', '.join(sorted(known))}")
    racks = sorted({host.rack for host in instance.hosts if host.rack})
    if rack is not None and rack not in racks:
        raise ValueError(f"rack {rack} is not in cluster {instance.name}: its racks are {', '.join(racks) or 'none'}")
    return tuple(h.name for h in instance.hosts if h.name in hosts or (rack is not None and h.rack == rack))


def _weaker(rules: Rules) -> list[Rules]:
    """The rules, then weaker and weaker promises about failures."""
    weaker = [rules]
    if rules.racks:
        weaker.append(replace(rules, racks=False))
    return weaker + [replace(rules, racks=False, n_plus=k) for k in range(rules.n_plus - 1, -1, -1)]
