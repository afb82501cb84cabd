# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.hosts import (
    Capacity,
    guest_millicores,
    host_capacity,
    host_reserve,
)


def test_reserve(catalogue):
    assert host_reserve(4, None, catalogue.defaults) == (6, 8192 * 5)
    assert host_reserve(4, (1, 1024), catalogue.defaults) == (1, 1024)


def test_capacity():
    assert host_capacity(2, 2048, (1, 1024)) == Capacity(1000, 1024)
    assert host_capacity(1, 512, (2, 1024)) == Capacity(0, 0)


def test_what_a_guest_takes_follows_its_class():
    assert [guest_millicores(2, ratio) for ratio in (1, 2, 3)] == [2000, 1000, 667]
