# SPDX-License-Identifier: GPL-3.0-or-later
"""N+1: simulate the failure of each host."""

from __future__ import annotations

from collections.abc import Mapping

from .room import Assignment, Budget, Load, allowed, by_size, load_of, pack
from .types import Cluster, GuestNeed, HostRoom

STEPS = 2000


def absorb(
    cluster: Cluster,
    guests: tuple[GuestNeed, ...],
    hosts: dict[str, str],
    failed: str,
    wishes: Mapping[str, str | None] | None = None,
) -> Assignment | None:
    """Where the guests of a failed host go: guest -> host, or None when they do not all fit.

    Largest first; each takes its wish (the target of the last plan) where it can, else the first host that has room.
    A guest whose replicas hold every host that is left maps to None: it stays down and they carry on.
    """
    load = load_of(guests, hosts, without=failed)
    lost = [g for g in guests if hosts.get(g.name) == failed]
    left = [h for h in cluster.hosts if h.name != failed]
    down = [g for g in lost if stays_down(g, left, load)]
    moving = by_size(cluster, [g for g in lost if g not in down])
    wishes = wishes or {}

    def hosts_for(guest: GuestNeed) -> list[HostRoom]:
        wish = wishes.get(guest.name)
        return sorted(left, key=lambda host: host.name != wish)

    targets = pack(moving, hosts_for, load, Budget(STEPS))
    if targets is None:
        return None
    return {**targets, **{g.name: None for g in down}}


def stays_down(guest: GuestNeed, left: list[HostRoom], load: Load) -> bool:
    """Does a replica of the guest run on every host that is left to it?"""
    usable = [host for host in left if allowed(guest, host)]
    return bool(guest.group) and bool(usable) and all(load.conflict(guest, host) for host in usable)


def absorbs_all(cluster: Cluster, guests: tuple[GuestNeed, ...], hosts: dict[str, str]) -> bool:
    """Can each single host fail?"""
    if cluster.n_plus == 0:
        return True
    used = set(hosts.values())
    return all(h.name not in used or absorb(cluster, guests, hosts, h.name) is not None for h in cluster.hosts)
