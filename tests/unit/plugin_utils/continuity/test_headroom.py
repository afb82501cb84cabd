# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.continuity.headroom import headroom
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import EngineGuest, EngineHost, Instance
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import place


def test_room_after_each_failure():
    hosts = tuple(EngineHost(name, 4000, 100) for name in ("a", "b", "c"))
    instance = Instance("x", hosts, (EngineGuest("g", 1000, 10), EngineGuest("h", 2000, 30)))
    rooms = headroom(instance, place(instance, {}))
    assert rooms == {name: {"cpu_millicores": 5000, "memory_mib": 160} for name in ("a", "b", "c")}


def test_who_stays_down_takes_no_room():
    hosts = tuple(EngineHost(name, 4000, 100) for name in ("a", "b"))
    replicas = tuple(EngineGuest(name, 1000, 10, group="g") for name in ("g1", "g2"))
    instance = Instance("x", hosts, replicas)
    rooms = headroom(instance, place(instance, {}))
    assert rooms["a"] == {"cpu_millicores": 3000, "memory_mib": 90}
