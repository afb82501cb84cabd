# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions about volumes; librbd itself is exercised by the scenarios."""

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_rbd as store


def test_volume_is_created_grown_or_kept():
    assert store.volume_plan("guests/a", None, 4) == "create"
    assert store.volume_plan("guests/a", 4 * store.GIB, 4) == "keep"
    assert store.volume_plan("guests/a", 4 * store.GIB, 5) == "grow"


def test_volume_is_never_shrunk():
    with pytest.raises(store.RbdError, match="guests/a has 5 GiB and the plan wants 4 GiB.*capacity_gib to 5 or more"):
        store.volume_plan("guests/a", 5 * store.GIB, 4)


def test_missing_configuration_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "rados", object())
    conf = tmp_path / "ceph.conf"
    with (
        pytest.raises(store.RbdUnavailable, match="there is no Ceph configuration"),
        store.open_cluster(str(conf), "images"),
    ):
        pass


def test_oversized_seed_is_refused():
    with pytest.raises(store.RbdError, match="limit is 4194304"):
        store.write_small_image(None, "a-seed", bytes(store.CHUNK + 1), {})
