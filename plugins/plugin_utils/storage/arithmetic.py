# SPDX-License-Identifier: GPL-3.0-or-later
"""How much storage is left of raw capacity, and what writes cost. Sources: docs of Ceph and Proxmox VE, catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

RAID_MIN_DISKS = {"1": 2, "5": 3, "6": 4, "10": 4}


@dataclass(frozen=True)
class Protection:
    """How a pool keeps data.

    efficiency: share of raw capacity that is data; min_size: copies or shards to go on with; spread: hosts of an object
    """

    efficiency: Fraction
    min_size: int
    spread: int


def replicated(copies: int, min_size: int) -> Protection:
    """Whole copies. ValueError with a single copy to go on with: a second failure would lose acknowledged writes."""
    if not 2 <= min_size <= copies:
        raise ValueError(
            f"{copies} copies with min_size {min_size}: min_size must be 2 at least, and not above the copies"
        )
    return Protection(Fraction(1, copies), min_size, copies)


def erasure_coded(k: int, m: int) -> Protection:
    """k data and m coding shards; it goes on with k + 1. ValueError when it bears no failure."""
    if k < 2 or m < 1:
        raise ValueError(f"erasure code {k}+{m}: it needs two data shards and one coding shard at least")
    return Protection(Fraction(k, k + m), k + 1, k + m)


def heals(hosts: int, protection: Protection, failures: int = 1) -> bool:
    """Do the hosts left after so many failures hold everything again, without waiting for a lost host's return?"""
    return hosts - failures >= protection.spread


def usable_gib(
    raw_gib_by_host: Mapping[str, int], protection: Protection, fill_percent: int, failures: int = 1
) -> Fraction:
    """What volumes may take: raw without the largest `failures` hosts x fill limit x efficiency.

    Where it heals(), the loss of those hosts is then repaired below the fill limit. 0 with too few hosts to begin with.
    """
    if len(raw_gib_by_host) < protection.spread:
        return Fraction(0)
    left = sorted(raw_gib_by_host.values())[: max(0, len(raw_gib_by_host) - failures)]
    return sum(left) * Fraction(fill_percent, 100) * protection.efficiency


def raw_needed_gib(data_gib: int, hosts: int, protection: Protection, fill_percent: int, failures: int = 1) -> int:
    """Raw capacity over so many equal hosts that holds the data; the inverse of usable_gib(). ValueError: too few."""
    least = max(protection.spread, failures + 1)
    if hosts < least:
        raise ValueError(f"{hosts} hosts: {least} are needed at least")
    return math.ceil(data_gib * Fraction(hosts, hosts - failures) * Fraction(100, fill_percent) / protection.efficiency)


def raid_usable_gib(level: str, disks: int, disk_gib: int) -> int:
    """Capacity of a RAID set: 1 and 10 half, 5 less one disk, 6 less two. ValueError for an impossible set."""
    if level not in RAID_MIN_DISKS:
        raise ValueError(f"RAID {level} is not among {', '.join(RAID_MIN_DISKS)}")
    if disks < RAID_MIN_DISKS[level] or (level in ("1", "10") and disks % 2):
        even = ", an even number" if level in ("1", "10") else ""
        raise ValueError(f"RAID {level} with {disks} disks: it needs {RAID_MIN_DISKS[level]} at least{even}")
    data = {"1": disks // 2, "10": disks // 2, "5": disks - 1, "6": disks - 2}[level]
    return data * disk_gib


def disk_iops(iops: int, read_percent: int, write_penalty: int) -> int:
    """Operations that disks see: reads once, each write as often as its penalty (raid5_write_penalty ...)."""
    return math.ceil(Fraction(iops * (read_percent + (100 - read_percent) * write_penalty), 100))


def with_snapshots_gib(data_gib: int, percent: int) -> int:
    """Data and the room for its snapshots (catalogue: snapshot_space_percent)."""
    return math.ceil(Fraction(data_gib * (100 + percent), 100))


def fill_state(used_gib: float, total_gib: float, limits: Iterable[tuple[str, float]]) -> str:
    """Name of the highest limit that is reached, 'ok' below all. limits: (name, percent), in any order."""
    percent = 100 * used_gib / total_gib if total_gib else 100.0
    reached = [(limit, name) for name, limit in limits if percent >= limit]
    return max(reached)[1] if reached else "ok"
