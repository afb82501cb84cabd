# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan's storage as the variables of the role storage_ceph. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Two reporters would be more careful; with three hosts only one may be left to report at a time.
MIN_DOWN_REPORTERS = 1
# Placement groups per pool: about 100 per OSD in all is Ceph's rule; small clusters need no more than 32 per pool.
PG_NUM = 32


def ceph_config(timing: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the timeouts of the plan as sections of Ceph's central configuration.

    timing: hospital_plan.timing, in seconds. Monitors elect and clients look for another monitor at the pace of the
    lease. Options: Ceph documentation, "Monitor Config Reference" and "Configuring Monitor/OSD Interaction".
    """
    lease = timing["mon_lease_seconds"]
    return {
        "global": {
            "osd_heartbeat_interval": timing["osd_heartbeat_interval_seconds"],
            "osd_heartbeat_grace": timing["osd_heartbeat_grace_seconds"],
            "mon_client_hunt_interval": lease,
            "mon_client_ping_interval": lease,
            "mon_client_ping_timeout": 3 * lease,
        },
        "mon": {
            "mon_lease": lease,
            "mon_election_timeout": lease,
            "mon_osd_min_down_reporters": MIN_DOWN_REPORTERS,
            # The monitors would otherwise stretch the grace for OSDs that were slow before.
            "mon_osd_adjust_heartbeat_grace": False,
        },
        "osd": {"osd_client_watch_timeout": timing["watch_timeout_seconds"]},
    }


def ceph_pools(storage: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return storage_ceph_pools of one site's storage."""
    return [
        {
            "name": pool["name"],
            "size": storage["size"],
            "min_size": storage["min_size"],
            "pg_num": PG_NUM,
            "autoscale_mode": "off",
        }
        for pool in storage["pools"]
    ]


def _pool(storage: Mapping[str, Any], purpose: str) -> str:
    return next(pool["name"] for pool in storage["pools"] if pool["purpose"] == purpose)


def ceph_keys(storage: Mapping[str, Any], hypervisors: Sequence[str], builders: Sequence[str]) -> list[dict[str, Any]]:
    """Return storage_ceph_keys: one CephX user per use, with the least it needs, on the hosts that use it.

    client.guests opens guests' disks, client.images makes images and clones, client.fence shuts out a dead host.
    """
    guests, images = _pool(storage, "guests"), _pool(storage, "images")
    first = list(dict.fromkeys([*builders, hypervisors[0]]))
    return [
        {
            "name": "client.guests",
            "caps": {"mon": "profile rbd", "osd": f"profile rbd pool={guests}, profile rbd-read-only pool={images}"},
            "hosts": list(hypervisors),
        },
        {
            "name": "client.images",
            "caps": {"mon": "profile rbd", "osd": f"profile rbd pool={images}, profile rbd pool={guests}"},
            "hosts": first,
        },
        {
            "name": "client.fence",
            "caps": {"mon": 'allow r, allow command "osd blocklist", allow command "osd down"'},
            "hosts": list(hypervisors),
        },
    ]
