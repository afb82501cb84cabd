# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage cluster of a site: who runs what, and how much it holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

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

    With three hosts or more each host has one copy of `size`, and a host's failure heals on the others without
    passing the fill limit. A pair keeps two copies on each host, so that either can go on alone with `min_size`
    copies; what a lost host held waits for its return, there is nowhere else to heal to [engineering assumptions].
    """
    raw = sum(raw_gib_by_host.values())
    if len(raw_gib_by_host) == PAIR:
        smaller = min(raw_gib_by_host.values())
        usable = Fraction(smaller * fill_percent, 100 * min_size)
        return StorageRoom(PAIR * min_size, min_size, min_size, raw, usable, planned_gib)
    left = raw - max(raw_gib_by_host.values(), default=0)
    return StorageRoom(size, min_size, 1, raw, Fraction(left * fill_percent, 100 * size), planned_gib)
