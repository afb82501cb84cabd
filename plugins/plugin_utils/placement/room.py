# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads on hosts, and the search that packs guests onto them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .types import Cluster, GuestNeed, HostRoom

Assignment = dict[str, str | None]


@dataclass
class Budget:
    """Steps that a search may take: a deterministic limit, never a time."""

    steps: int

    def spend(self) -> bool:
        """Take one step; False when there is none left."""
        self.steps -= 1
        return self.steps >= 0


@dataclass
class Load:
    """What is used on each host."""

    vcpus: dict[str, int] = field(default_factory=dict)
    memory_mib: dict[str, int] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)

    def fits(self, guest: GuestNeed, host: HostRoom) -> bool:
        """May the guest go there?"""
        return (
            allowed(guest, host)
            and not self.conflict(guest, host)
            and all(self.free(host, r) >= getattr(guest, r) for r in ("vcpus", "memory_mib"))
        )

    def conflict(self, guest: GuestNeed, host: HostRoom) -> bool:
        """Is a guest of the same group there already?"""
        return bool(guest.group) and guest.group in self.groups.get(host.name, ())

    def free(self, host: HostRoom, resource: str) -> int:
        """Room left on a host."""
        return int(getattr(host, resource)) - int(getattr(self, resource).get(host.name, 0))

    def add(self, guest: GuestNeed, host: str, sign: int = 1) -> None:
        """Put a guest on a host, or (sign -1) take it away."""
        self.vcpus[host] = self.vcpus.get(host, 0) + sign * guest.vcpus
        self.memory_mib[host] = self.memory_mib.get(host, 0) + sign * guest.memory_mib
        if guest.group and sign > 0:
            self.groups.setdefault(host, []).append(guest.group)
        elif guest.group:
            self.groups[host].remove(guest.group)


def allowed(guest: GuestNeed, host: HostRoom) -> bool:
    """Has the host what the guest needs besides room?"""
    return guest.hosts is None or host.name in guest.hosts


def load_of(guests: Iterable[GuestNeed], hosts: dict[str, str], without: str | None = None) -> Load:
    """The load of an assignment; guests on the host `without` are left out."""
    load = Load()
    for guest in guests:
        host = hosts.get(guest.name)
        if host is not None and host != without:
            load.add(guest, host)
    return load


def by_size(cluster: Cluster, guests: Iterable[GuestNeed]) -> list[GuestNeed]:
    """Largest first (share of the cluster that it takes, in its scarcer resource), then by name."""
    vcpus = max(1, sum(h.vcpus for h in cluster.hosts))
    memory = max(1, sum(h.memory_mib for h in cluster.hosts))
    return sorted(guests, key=lambda g: (-max(g.vcpus * memory, g.memory_mib * vcpus), g.name))


def pack(
    guests: list[GuestNeed],
    hosts_for: Callable[[GuestNeed], list[HostRoom]],
    load: Load,
    budget: Budget,
    accept: Callable[[dict[str, str]], bool] = lambda _: True,
) -> dict[str, str] | None:
    """First fit with backtracking: each guest on the first of its hosts where it fits and `accept` agrees.

    The first path is plain first fit. None: no packing, or the budget is spent.
    """
    chosen: dict[str, str] = {}

    def descend(index: int) -> bool:
        if index == len(guests):
            return True
        guest = guests[index]
        for host in hosts_for(guest):
            if not load.fits(guest, host):
                continue
            if not budget.spend():
                return False
            load.add(guest, host.name)
            chosen[guest.name] = host.name
            if accept(chosen) and descend(index + 1):
                return True
            load.add(guest, host.name, -1)
            del chosen[guest.name]
        return False

    return chosen if descend(0) else None
