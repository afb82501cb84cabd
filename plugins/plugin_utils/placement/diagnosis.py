# SPDX-License-Identifier: GPL-3.0-or-later
"""Why there is no placement: the guest, the resource, the shortfall in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .failures import absorb, stays_down
from .room import Load, allowed, by_size, load_of
from .types import RESOURCES, Cluster, GuestNeed, HostRoom, Infeasible


def diagnose(
    cluster: Cluster,
    guests: tuple[GuestNeed, ...],
    order: list[GuestNeed],
    hosts_for: Callable[[GuestNeed], list[HostRoom]],
    exhaustive: bool,
) -> Infeasible:
    """Follow plain first fit until the first guest that can't be placed, and say what is missing for it."""
    hosts: dict[str, str] = {}
    for guest in order:
        load = load_of(guests, hosts)
        nearest: Infeasible | None = None
        for host in hosts_for(guest):
            if not load.fits(guest, host):
                continue
            trial = {**hosts, guest.name: host.name}
            missing = _unabsorbed(cluster, guests, trial, exhaustive)
            if missing is None:
                hosts = trial
                nearest = None
                break
            if missing.guest != guest.name:
                missing = replace(missing, added=guest.name)
            nearest = min((m for m in (nearest, missing) if m), key=lambda m: m.shortfall)
        if guest.name not in hosts:
            return nearest or _no_room(cluster.name, cluster.hosts, guest, load, None, exhaustive)
    raise AssertionError("first fit placed every guest: there is nothing to diagnose")


def _unabsorbed(
    cluster: Cluster, guests: tuple[GuestNeed, ...], hosts: dict[str, str], exhaustive: bool
) -> Infeasible | None:
    """The first host failure that this assignment does not absorb."""
    if cluster.n_plus == 0:
        return None
    for failed in cluster.hosts:
        if absorb(cluster, guests, hosts, failed.name) is not None:
            continue
        left = tuple(h for h in cluster.hosts if h.name != failed.name)
        load = load_of(guests, hosts, without=failed.name)
        for guest in by_size(cluster, [g for g in guests if hosts.get(g.name) == failed.name]):
            target = next((h for h in left if load.fits(guest, h)), None)
            if target is not None:
                load.add(guest, target.name)
            elif not stays_down(guest, list(left), load):
                return _no_room(cluster.name, left, guest, load, failed.name, exhaustive)
    return None


def _no_room(
    cluster: str, hosts: tuple[HostRoom, ...], guest: GuestNeed, load: Load, failed: str | None, exhaustive: bool
) -> Infeasible:
    """What the host that comes nearest lacks."""

    def answer(resource: str, names: tuple[str, ...], need: int, offer: int) -> Infeasible:
        return Infeasible(cluster, guest.name, guest.service, resource, names, need, offer, failed, exhaustive)

    usable = [h for h in hosts if allowed(guest, h)]
    if not usable:
        return answer("segment", tuple(h.name for h in hosts), 1, 0)
    apart = [h for h in usable if not load.conflict(guest, h)]
    names = tuple(h.name for h in usable)
    if not apart:
        return answer("hosts", names, len(usable) + 1, len(usable))
    lacks = {r: _least_lack(guest, apart, load, r) for r in RESOURCES}
    worst = max(RESOURCES, key=lambda r: lacks[r] / max(1, getattr(guest, r)))
    if lacks[worst] <= 0:
        # Each resource is free somewhere, never both on one host: name what the roomiest host in memory lacks.
        best = max(apart, key=lambda h: (load.free(h, "memory_mib"), h.name))
        worst = max(RESOURCES, key=lambda r: getattr(guest, r) - load.free(best, r))
        return answer(worst, (best.name,), getattr(guest, worst), load.free(best, worst))
    need = getattr(guest, worst)
    return answer(worst, tuple(h.name for h in apart), need, need - lacks[worst])


def _least_lack(guest: GuestNeed, hosts: list[HostRoom], load: Load, resource: str) -> int:
    return int(min(getattr(guest, resource) - load.free(h, resource) for h in hosts))
