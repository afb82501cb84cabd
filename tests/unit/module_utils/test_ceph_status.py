# SPDX-License-Identifier: GPL-3.0-or-later
"""Judgement of a cluster's status."""

from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_status import shortfalls

MONS = ["kvm1", "kvm2", "kvm3"]


def status(**changes):
    sound = {
        "quorum_names": MONS,
        "osdmap": {"num_osds": 3, "num_up_osds": 3, "num_in_osds": 3},
        "mgrmap": {"available": True},
        "pgmap": {
            "num_pgs": 48,
            "pgs_by_state": [
                {"state_name": "active+clean", "count": 40},
                {"state_name": "active+clean+scrubbing+deep", "count": 8},
            ],
        },
        "health": {"status": "HEALTH_OK", "checks": {}},
    }
    return dict(sound, **changes)


def test_sound_cluster_with_scrubbing_groups():
    assert shortfalls(status(), MONS, 3) == []


def test_missing_monitor_is_named():
    found = shortfalls(status(quorum_names=["kvm1", "kvm3"]), MONS, 3)
    assert found == ["Monitor kvm2 is not in the quorum (2 of 3 are); look at 'systemctl status ceph-mon@kvm2' there."]


def test_too_few_and_down_osds():
    found = shortfalls(status(osdmap={"num_osds": 2, "num_up_osds": 1, "num_in_osds": 2}), MONS, 3)
    assert "The cluster has 2 OSDs, wanted are 3" in found[0]
    assert "Of 2 OSDs 1 are up and 2 are in" in found[1]


def test_unclean_groups_are_counted_by_state():
    pgmap = {
        "num_pgs": 48,
        "pgs_by_state": [{"state_name": "active+clean", "count": 30}, {"state_name": "peering", "count": 18}],
    }
    assert shortfalls(status(pgmap=pgmap), MONS, 3) == [
        "Of 48 placement groups 30 are active and clean (others: 18 peering)."
    ]


def test_groups_that_are_not_reported_yet_are_not_clean():
    assert shortfalls(status(pgmap={"num_pgs": 48}), MONS, 3)


def test_warnings_unless_expected_or_muted():
    checks = {
        "MON_DISK_LOW": {"summary": {"message": "low"}, "muted": False},
        "OSD_NEARFULL": {"summary": {"message": "full"}, "muted": True},
    }
    health = {"status": "HEALTH_WARN", "checks": checks}
    assert shortfalls(status(health=health), MONS, 3)[0].startswith("Health warning MON_DISK_LOW: low")
    assert shortfalls(status(health=health), MONS, 3, ["MON_DISK_LOW"]) == []


def test_no_manager():
    assert "No manager is active" in shortfalls(status(mgrmap={"available": False}), MONS, 3)[0]
