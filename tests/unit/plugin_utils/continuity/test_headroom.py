# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.continuity.headroom import headroom
from ansible_collections.medvirt.hospital.plugins.plugin_utils.placement.first_fit import place
from ansible_collections.medvirt.hospital.plugins.plugin_utils.placement.types import Cluster, GuestNeed, HostRoom


def test_room_after_each_failure():
    cluster = Cluster("c", tuple(HostRoom(name, 4, 100) for name in ("a", "b", "c")))
    guests = (GuestNeed("g", "s", 3, 40),)
    rooms = headroom(cluster, guests, place(cluster, guests, {}))
    assert rooms == {name: {"vcpus": 5, "memory_mib": 160} for name in ("a", "b", "c")}
