# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage cluster of a site: who runs what, and how much it holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .arithmetic import replicated, usable_gib

MONS = 3
MGRS = 2
PAIR = 2


@dataclass(frozen=True)
class StorageRoom:
    """How a site keeps its data. usable_gib: what volumes may take; planned_gib: what the plan's volumes take."""

    size: int
    min_size: int
    copies_per_host: int
    raw_gib: int
    usable_gib: Fraction
    planned_gib: int


def storage_fsid(hospital: str, domain: str, site: str, previous: str | None) -> str:
    """The cluster's id: kept for ever once it is planned."""
    return previous or str(uuid.uuid5(uuid.NAMESPACE_DNS, f"ceph.{site}.{hospital}.{domain}"))


def spread_daemons(hosts: Mapping[str, str], previous: Iterable[str], count: int) -> list[str]:
    """Hosts of the mons or mgrs: those of the last plan stay, then one per rack, then in the hosts' order.

    hosts: host -> rack, in the order of the intent. The answer is in that order too.
    """
    chosen = [name for name in previous if name in hosts][:count]
    while len(chosen) < min(count, len(hosts)):
        racks = {hosts[name] for name in chosen}
        left = [name for name in hosts if name not in chosen]
        chosen.append(next((name for name in left if hosts[name] not in racks), left[0]))
    return [name for name in hosts if name in chosen]


def storage_room(
    raw_gib_by_host: Mapping[str, int], size: int, min_size: int, fill_percent: int, planned_gib: int
) -> StorageRoom:
    """Room of a storage cluster.

    Three hosts or more keep one copy of `size` on each of as many hosts. With more hosts than copies, what a lost host
    held heals on the others without passing the fill limit; else it waits for that host's return, as in a pair. A pair
    keeps two copies on each host, so that either can go on alone with `min_size` copies [engineering assumptions].
    """
    raw = sum(raw_gib_by_host.values())
    if len(raw_gib_by_host) == PAIR:
        smaller = min(raw_gib_by_host.values())
        usable = Fraction(smaller * fill_percent, 100 * min_size)
        return StorageRoom(PAIR * min_size, min_size, min_size, raw, usable, planned_gib)
    usable = usable_gib(raw_gib_by_host, replicated(size, min_size), fill_percent)
    return StorageRoom(size, min_size, 1, raw, usable, planned_gib)
