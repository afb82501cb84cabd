# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after a host has failed."""

from __future__ import annotations

from typing import Any

from ..placement.room import load_of
from ..placement.types import Cluster, GuestNeed, Placement


def headroom(cluster: Cluster, guests: tuple[GuestNeed, ...], placement: Placement) -> dict[str, dict[str, Any]]:
    """Failed host -> room that is then free on the hosts left, all guests running: {'vcpus': , 'memory_mib': }."""
    rooms = {}
    for failed in placement.failures:
        after: dict[str, str] = {}
        for guest, host in placement.hosts.items():
            target = placement.failures[failed].get(guest) if host == failed else host
            if target is not None:
                after[guest] = target
        load = load_of(guests, after)
        left = [h for h in cluster.hosts if h.name != failed]
        rooms[failed] = {r: sum(load.free(h, r) for h in left) for r in ("vcpus", "memory_mib")}
    return rooms
