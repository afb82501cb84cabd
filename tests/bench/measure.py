# SPDX-License-Identifier: GPL-3.0-or-later
"""What an assignment is worth, measured alike for everyone's plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine import ganeti
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import Arrays, compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.failures import fatal
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import read_cluster

MIB_PER_GIB = 1024


def measure(
    data: dict[str, Any], assignment: Sequence[int], order: Sequence[tuple[int, int]] | None = None
) -> dict[str, Any]:
    """What a plan costs and what it comes to.

    moves, gib_moved           from the cluster's own assignment
    conflicts, score           members of a group beside another one; Ganeti's metric
    max_memory, max_cpu_ratio  largest share of memory, and of vCPUs per CPU, on one host
    fatal_hosts                hosts whose failure the others could not absorb (N+1, groups strictly apart)
    fatal_on_the_way           the same, at the worst instant between two moves of `order` ((guest, target) in sequence)
    """
    instance, before = read_cluster(data)
    arrays = compile(instance)
    memory: Counter[int] = Counter()
    cpu: Counter[int] = Counter()
    members: Counter[tuple[str, int]] = Counter()
    for guest, host in zip(instance.guests, assignment, strict=True):
        memory[host] += guest.memory
        cpu[host] += guest.cpu
        if guest.group:
            members[guest.group, host] += 1
    moved = [guest for guest, old, new in zip(instance.guests, before, assignment, strict=True) if old != new]
    return {
        "moves": len(moved),
        "gib_moved": round(sum(guest.memory for guest in moved) / MIB_PER_GIB),
        "conflicts": sum(count - 1 for count in members.values()),
        "score": ganeti.score(instance, assignment),
        "max_memory": max(memory[index] / host.memory for index, host in enumerate(instance.hosts)),
        "max_cpu_ratio": max(cpu[index] / host.cpu for index, host in enumerate(instance.hosts)),
        "fatal_hosts": len(fatal(arrays, assignment)),
        "fatal_on_the_way": _worst(arrays, before, order) if order is not None else None,
    }


def _worst(arrays: Arrays, before: Sequence[int], order: Sequence[tuple[int, int]]) -> int:
    """Most fatal hosts after any of the moves."""
    now, worst = list(before), 0
    for guest, target in order:
        now[guest] = target
        worst = max(worst, len(fatal(arrays, now)))
    return worst
