# SPDX-License-Identifier: GPL-3.0-or-later
"""All timeouts of a failover, derived from three. The arithmetic is explained in docs/design/timing.md."""

from __future__ import annotations

import math
from typing import Any

MON_ELECTION_SECONDS = 5  # ceph: mon_election_timeout
MON_LEASE_ACK_FACTOR = 2  # ceph: mon_lease_ack_timeout_factor
BLOCKLIST_SECONDS = 3600  # ceph: mon_osd_blocklist_default_expire


def derive_timing(token_seconds: int, fence_seconds: int, guest_start_seconds: int) -> dict[str, Any]:
    """Timeouts in the units of their names, and the bound of a failover from the power cut to the guest.

    token_seconds        silence after which Corosync takes a host for lost
    fence_seconds        longest time until the baseboard controller confirms "off"
    guest_start_seconds  longest time until the guest's agent answers
    """
    token_ms = token_seconds * 1000
    consensus_ms = token_ms * 6 // 5
    grace = max(6, 3 * token_seconds)
    interval = max(1, grace // 4)
    lease = max(2, token_seconds // 2)

    detect = (token_ms + consensus_ms) / 1000
    osd_down = grace + interval
    mon_quorum = lease * MON_LEASE_ACK_FACTOR + MON_ELECTION_SECONDS
    storage_wait = max(0.0, max(osd_down, mon_quorum) - detect - fence_seconds)
    storage = math.ceil(storage_wait + lease)
    return {
        "token_ms": token_ms,
        "token_coefficient_ms": 0,
        "consensus_ms": consensus_ms,
        "fence_timeout_seconds": fence_seconds,
        "mon_lease_seconds": lease,
        "osd_heartbeat_interval_seconds": interval,
        "osd_heartbeat_grace_seconds": grace,
        "watch_timeout_seconds": math.ceil(grace * 5 / 4),
        "blocklist_seconds": BLOCKLIST_SECONDS,
        "guest_start_timeout_seconds": 2 * guest_start_seconds,
        "guest_stop_timeout_seconds": max(60, guest_start_seconds),
        "worst_case": {
            "detect_seconds": _plain(detect),
            "fence_seconds": fence_seconds,
            "storage_seconds": storage,
            "start_seconds": guest_start_seconds,
            "sum_seconds": _plain(detect + fence_seconds + storage + guest_start_seconds),
        },
    }


def _plain(seconds: float) -> int | float:
    """8.8 stays 8.8, 9.0 becomes 9."""
    rounded = round(seconds, 1)
    return int(rounded) if rounded == int(rounded) else rounded
