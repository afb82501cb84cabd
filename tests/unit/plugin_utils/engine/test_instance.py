# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
    read_cluster,
)

HOSTS = (EngineHost("h0", 8, 64, rack="r"), EngineHost("h1", 8, 64, rack="r"), EngineHost("h2", 8, 64, available=False))


def test_cluster_file():
    data = {
        "name": "x",
        "hosts": [{"name": "h0", "cpu": 8, "mem": 64, "zone": "z"}],
        "vms": [{"name": "v0", "cpu": 1, "mem": 4, "group": None}, {"name": "v1", "cpu": 1, "mem": 4, "group": "g"}],
        "assign": [0, None],
    }
    instance, assignment = read_cluster(data)
    assert instance.hosts == (EngineHost("h0", 8, 64, rack="z"),)
    assert instance.guests == (EngineGuest("v0", 1, 4), EngineGuest("v1", 1, 4, "g"))
    assert not instance.rules.cpu_hard
    assert assignment == (0, -1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rules": Rules(n_plus=3)}, "cluster x: n_plus is 3, it may be 0, 1 or 2"),
        ({"hosts": (HOSTS[0], HOSTS[0])}, "cluster x: two hosts are named h0"),
        ({"guests": (EngineGuest("g", -1, 0),)}, "guest g: cpu -1 and memory 0 must not be negative"),
        ({"guests": (EngineGuest("g", 1, 1, scope="row"),)}, "guest g: scope is 'row', it may be host, rack or site"),
    ],
)
def test_refused(change, sentence):
    with pytest.raises(ValueError) as caught:
        Instance(**({"name": "x", "hosts": HOSTS, "guests": ()} | change))
    assert str(caught.value) == sentence


def test_units_and_classes():
    guests = (
        EngineGuest("db", 2, 16, group="g", scope="rack", together="pair"),
        EngineGuest("alone", 1, 4, group="g"),
        EngineGuest("app", 1, 8, together="pair", hosts=frozenset({"h1", "h2"})),
    )
    arrays = compile(Instance("x", HOSTS, guests))
    assert arrays.guest_unit.tolist() == [0, 1, 0]
    assert arrays.unit_memory.tolist() == [24, 4]
    assert arrays.allowed[arrays.unit_class].tolist() == [[False, True, False], [True, True, False]]
    assert arrays.group_scope.tolist() == [1]
    assert arrays.domains[1].tolist() == [0, 0, 1]
    assert arrays.host_memory.tolist() == [64, 64, 0]
    assert arrays.unit_hosts((0, 1, 1)).tolist() == [0, 1]
    assert arrays.guest_hosts([1, 0]) == (1, 0, 1)
