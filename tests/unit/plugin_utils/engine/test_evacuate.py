# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.conflict import Infeasible
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.evacuate import Evacuation, evacuate
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.replay import faults
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import cluster, guest, host

FOUR = [host(f"h{i}", rack=f"r{i // 2}") for i in range(4)]


def test_a_host_is_emptied_and_only_its_guests_move():
    instance = cluster(FOUR, [guest(f"g{i}") for i in range(8)])
    before = (0, 0, 1, 1, 2, 2, 3, 3)
    answer = evacuate(instance, before, ["h0"])
    assert isinstance(answer, Evacuation)
    assert {move.guest for move in answer.schedule.moves} == {"g0", "g1"}
    assert "h0" not in answer.after.values()
    assert answer.unabsorbed == ()
    assert faults(instance, before, answer.schedule) == ()


def test_a_rack_is_emptied():
    instance = cluster(FOUR, [guest(f"g{i}") for i in range(8)])
    answer = evacuate(instance, (0, 0, 1, 1, 2, 2, 3, 3), rack="r0")
    assert answer.hosts == ("h0", "h1")
    assert set(answer.after.values()) == {"h2", "h3"}
    assert not answer.schedule.blocked


def test_what_the_rest_no_longer_absorbs_is_named():
    instance = cluster(FOUR[:3], [guest(name, memory=40) for name in "abcd"])
    answer = evacuate(instance, (0, 1, 1, 2), ["h0"])
    assert answer.unabsorbed == ("h1", "h2")
    assert sorted(answer.after.values()) == ["h1", "h1", "h2", "h2"]


def test_guests_that_fit_nowhere_else_are_an_answer():
    instance = cluster(FOUR[:2], [guest("a", memory=80), guest("b", memory=80)], n_plus=0)
    answer = evacuate(instance, (0, 1), ["h0"])
    assert isinstance(answer, Infeasible)
    assert answer.conflicts[0].shortfall == 60


def test_an_unknown_host_or_rack_is_named():
    instance = cluster(FOUR, [guest("a")])
    with pytest.raises(ValueError, match="host h9 is not in cluster main: its hosts are h0, h1, h2, h3"):
        evacuate(instance, (0,), ["h9"])
    with pytest.raises(ValueError, match="rack r9 is not in cluster main: its racks are r0, r1"):
        evacuate(instance, (0,), rack="r9")
