# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.storage.ceph import (
    spread_daemons,
    storage_fsid,
    usable_gib,
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


def test_usable_space():
    assert float(usable_gib({"a": 8, "b": 8, "c": 8}, 3, 85)) == 16 * 0.85 / 3
    assert usable_gib({}, 3, 85) == 0
