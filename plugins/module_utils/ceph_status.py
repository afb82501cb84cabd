# SPDX-License-Identifier: GPL-3.0-or-later
"""Judgement of ``ceph status``: pure, no I/O."""

from __future__ import annotations


def shortfalls(status, mons, osds, expected_warnings=()):
    """What keeps the cluster from being sound, as sentences; an empty list means sound.

    status: the JSON of ``ceph status``. mons: names of the monitors. osds: least number of OSDs.
    expected_warnings: names of health checks (``OSD_NEARFULL``) that are known and accepted.
    """
    found = []
    missing = sorted(set(mons) - set(status.get("quorum_names", [])))
    if missing:
        found.append(
            "Monitor %s is not in the quorum (%d of %d are); look at 'systemctl status ceph-mon@%s' there."
            % (", ".join(missing), len(mons) - len(missing), len(mons), missing[0])
        )
    osdmap = status.get("osdmap", {})
    total, up, inside = (osdmap.get(key, 0) for key in ("num_osds", "num_up_osds", "num_in_osds"))
    if total < osds:
        found.append(
            "The cluster has %d OSDs, wanted are %d; run the role on the hosts of storage_ceph_osd_devices."
            % (total, osds)
        )
    if up < total or inside < total:
        found.append("Of %d OSDs %d are up and %d are in; 'ceph osd tree' names the others." % (total, up, inside))
    if not status.get("mgrmap", {}).get("available", False):
        found.append("No manager is active; look at 'systemctl status ceph-mgr@*' on the manager hosts.")
    found.extend(_placement_groups(status.get("pgmap", {})))
    found.extend(_warnings(status.get("health", {}), expected_warnings))
    return found


def _placement_groups(pgmap):
    """Scrubbing placement groups are clean ones at work."""
    total = pgmap.get("num_pgs", 0)
    states = {row["state_name"]: row["count"] for row in pgmap.get("pgs_by_state", [])}
    clean = sum(count for state, count in states.items() if {"active", "clean"} <= set(state.split("+")))
    if clean == total:
        return []
    others = ", ".join(
        "%d %s" % (count, state) for state, count in sorted(states.items()) if "clean" not in state.split("+")
    )
    return [
        "Of %d placement groups %d are active and clean (others: %s)." % (total, clean, others or "not reported yet")
    ]


def _warnings(health, expected):
    checks = health.get("checks", {})
    bad = {name: check for name, check in checks.items() if name not in expected and not check.get("muted")}
    return [
        "Health warning %s: %s (accept it by name in storage_ceph_expected_warnings)."
        % (name, bad[name].get("summary", {}).get("message", ""))
        for name in sorted(bad)
    ]
