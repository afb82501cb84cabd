# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after a host has failed."""

from __future__ import annotations

from ..engine.instance import Instance
from ..engine.place import Placed


def headroom(instance: Instance, placed: Placed) -> dict[str, dict[str, int]]:
    """Failed host -> room that is then free on the hosts left, all guests running: cpu_millicores and memory_mib."""
    rooms = {}
    for failed, targets in placed.failures.items():
        left = [host for host in instance.hosts if host.name != failed and host.available]
        running = [guest for guest in instance.guests if targets.get(guest.name, placed.hosts[guest.name]) is not None]
        rooms[failed] = {
            "cpu_millicores": sum(host.cpu for host in left) - sum(guest.cpu for guest in running),
            "memory_mib": sum(host.memory for host in left) - sum(guest.memory for guest in running),
        }
    return rooms
