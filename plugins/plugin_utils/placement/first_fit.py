# SPDX-License-Identifier: GPL-3.0-or-later
"""The first placement engine: first fit that keeps N+1."""

from __future__ import annotations

from collections.abc import Mapping

from .diagnosis import diagnose
from .failures import absorb, absorbs_all
from .room import Assignment, Budget, Load, allowed, by_size, pack
from .types import RESOURCES, Cluster, GuestNeed, HostRoom, Infeasible, Placement

STEPS = 2000


def place(
    cluster: Cluster,
    guests: tuple[GuestNeed, ...],
    previous: Mapping[str, str],
    wishes: Mapping[str, str | None] | None = None,
) -> Placement | Infeasible:
    """Place guests so that every host may fail once.

    previous: guest -> host of the last plan; wishes: guest -> failover target of the last plan.
    Guests of the last plan come first and try their host first; then the new ones, largest first, on the first host
    in the cluster's order where they fit and every single failure can still be absorbed. See
    docs/design/placement_first_fit.md.
    """
    known = {host.name for host in cluster.hosts}
    old = [g for g in guests if previous.get(g.name) in known]
    new = [g for g in guests if previous.get(g.name) not in known]
    order = by_size(cluster, old) + by_size(cluster, new)
    budget = Budget(STEPS)

    def hosts_for(guest: GuestNeed) -> list[HostRoom]:
        return sorted(cluster.hosts, key=lambda host: host.name != previous.get(guest.name))

    chosen = None
    hopeless = overfull(cluster, guests)
    if not hopeless:
        chosen = pack(order, hosts_for, Load(), budget, lambda hosts: absorbs_all(cluster, guests, hosts))
    if chosen is None:
        return diagnose(cluster, guests, order, hosts_for, exhaustive=hopeless or budget.steps >= 0)
    return Placement(
        hosts={g.name: chosen[g.name] for g in guests},
        failures=_failures(cluster, guests, chosen, wishes),
        why={g.name: _why(cluster, g, chosen[g.name], previous.get(g.name)) for g in guests},
    )


def overfull(cluster: Cluster, guests: tuple[GuestNeed, ...]) -> bool:
    """Do the guests together need more than the cluster has without its largest host? Then no search helps.

    Replicas are not counted: one of them may stay down after a failure.
    """
    for resource in RESOURCES:
        rooms = sorted(getattr(host, resource) for host in cluster.hosts)
        left = rooms[: len(rooms) - cluster.n_plus]
        if sum(getattr(g, resource) for g in guests if not g.group) > sum(left):
            return True
    return False


def _failures(
    cluster: Cluster, guests: tuple[GuestNeed, ...], hosts: dict[str, str], wishes: Mapping[str, str | None] | None
) -> dict[str, Assignment]:
    if cluster.n_plus == 0:
        return {}
    failures: dict[str, Assignment] = {}
    for host in cluster.hosts:
        targets = absorb(cluster, guests, hosts, host.name, wishes) or absorb(cluster, guests, hosts, host.name) or {}
        failures[host.name] = dict(sorted(targets.items()))
    return failures


def _why(cluster: Cluster, guest: GuestNeed, host: str, before: str | None) -> str:
    if before == host:
        return "stays where the last plan had it"
    if before is None:
        return "first host with room that keeps N+1" if cluster.n_plus else "first host with room"
    room = next((h for h in cluster.hosts if h.name == before), None)
    if room is None:
        return f"its last host {before} is no longer in the cluster"
    if not allowed(guest, room):
        return f"its last host {before} no longer has its segment"
    if any(getattr(guest, r) > getattr(room, r) for r in ("vcpus", "memory_mib")):
        return f"its last host {before} is too small for it now"
    return f"on its last host {before} there is no room for it that keeps N+1"
