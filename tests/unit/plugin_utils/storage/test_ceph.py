# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.storage.ceph import (
    spread_daemons,
    storage_fsid,
    storage_room,
)


def test_fsid_is_stable_and_kept():
    assert storage_fsid("lab", "x.y", "main", None) == storage_fsid("lab", "x.y", "main", None)
    assert storage_fsid("lab", "x.y", "main", None) != storage_fsid("lab", "x.y", "dr", None)
    assert storage_fsid("lab", "x.y", "main", "kept") == "kept"


def test_daemons_spread_over_racks_and_stay():
    hosts = {"a": "r1", "b": "r1", "c": "r2", "d": "r3"}
    assert spread_daemons(hosts, [], 3) == ["a", "c", "d"]
    assert spread_daemons(hosts, ["b", "gone"], 3) == ["b", "c", "d"]
    assert spread_daemons({"a": "r1"}, [], 3) == ["a"]


def test_three_hosts_keep_three_copies_and_count_without_the_largest():
    room = storage_room({"a": 8, "b": 8, "c": 8}, 3, 2, 85, 4)
    assert float(room.usable_gib) == 16 * 0.85 / 3
    assert (room.size, room.min_size, room.copies_per_host, room.raw_gib, room.planned_gib) == (3, 2, 1, 24, 4)
    assert storage_room({}, 3, 2, 85, 0).usable_gib == 0


def test_a_pair_keeps_two_copies_on_each_host():
    room = storage_room({"a": 8, "b": 10}, 3, 2, 85, 4)
    assert (room.size, room.min_size, room.copies_per_host) == (4, 2, 2)
    assert float(room.usable_gib) == 8 * 0.85 / 2
