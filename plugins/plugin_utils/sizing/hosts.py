# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host offers to guests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capacity:
    """Room for guests on one host."""

    vcpus: int
    memory_mib: int


def host_reserve(osds: int, wanted: tuple[int, int] | None, defaults: dict[str, float]) -> tuple[int, int]:
    """(cores, MiB) that a host keeps: the intent's own figure, or the host's plus that of its OSDs."""
    if wanted is not None:
        return wanted
    cores = defaults["reserve_cores"] + osds * defaults["reserve_osd_cores"]
    memory = defaults["reserve_memory_mib"] + osds * defaults["reserve_osd_memory_mib"]
    return int(cores), int(memory)


def host_capacity(cores: int, memory_mib: int, reserve: tuple[int, int], vcpu_ratio: int) -> Capacity:
    """Cores less the reserve, times the vCPU ratio; memory less the reserve (never overcommitted)."""
    return Capacity(max(0, cores - reserve[0]) * vcpu_ratio, max(0, memory_mib - reserve[1]))
