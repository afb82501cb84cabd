# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host offers to guests, and what a guest takes of it."""

from __future__ import annotations

from dataclasses import dataclass

MILLICORES = 1000


@dataclass(frozen=True)
class Capacity:
    """Room for guests on one host, in thousandths of a physical core and in MiB."""

    cpu_millicores: int
    memory_mib: int


def host_reserve(osds: int, wanted: tuple[int, int] | None, defaults: dict[str, float]) -> tuple[int, int]:
    """(cores, MiB) that a host keeps: the intent's own figure, or the host's plus that of its OSDs."""
    if wanted is not None:
        return wanted
    cores = defaults["reserve_cores"] + osds * defaults["reserve_osd_cores"]
    memory = defaults["reserve_memory_mib"] + osds * defaults["reserve_osd_memory_mib"]
    return int(cores), int(memory)


def host_capacity(cores: int, memory_mib: int, reserve: tuple[int, int]) -> Capacity:
    """Cores and memory less the reserve; memory is never overcommitted."""
    return Capacity(max(0, cores - reserve[0]) * MILLICORES, max(0, memory_mib - reserve[1]))


def guest_millicores(vcpus: int, vcpu_ratio: int) -> int:
    """What a guest takes of its host's cores: vcpus / ratio of its class, rounded up to a thousandth."""
    return -(-vcpus * MILLICORES // vcpu_ratio)
