# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

from ansible_collections.medvirt.hospital.plugins.plugin_utils.continuity.power import (
    SiteMachines,
    power_down,
    power_up,
    waves_of,
)

MAIN = SiteMachines("main", ["a", "b", "c", "d"], ["a", "b", "c"], [], [["db1"], ["app1", "app2"]])
PAIR = SiteMachines("annex", ["x", "y"], ["x", "y", "w"], ["w"], [["box1"]])


def members(steps):
    return [step["members"] for step in steps]


def test_up_storage_first_then_waves_site_by_site():
    assert members(power_up([MAIN, PAIR])) == [
        [], ["a", "b", "c"], ["d"], ["db1"], ["app1", "app2"], ["w", "x", "y"], ["box1"],
    ]  # fmt: skip


def test_down_is_the_way_back():
    steps = power_down([MAIN, PAIR])
    assert members(steps) == [
        ["box1"], ["x", "y"], ["x", "y", "w"],
        ["app1", "app2"], ["db1"], ["a", "b", "c", "d"], ["d"], ["a", "b", "c"], [],
    ]  # fmt: skip
    assert [step["step"] for step in steps] == list(range(1, 10))


def test_nobody_is_forgotten():
    everybody = {"a", "b", "c", "d", "db1", "app1", "app2", "x", "y", "w", "box1"}
    for steps in (power_up([MAIN, PAIR]), power_down([MAIN, PAIR])):
        assert {name for step in steps for name in step["members"]} == everybody


def test_gateways_route_before_the_hosts_start_and_after_they_stopped():
    routed = replace(MAIN, gateways=["gw1", "gw2"], probes=["probe1"])
    assert members(power_up([routed]))[:2] == [[], ["gw1", "gw2"]]
    assert members(power_up([routed]))[-1] == ["probe1"]
    assert members(power_down([routed]))[0] == ["probe1"]
    assert members(power_down([routed]))[-2:] == [["gw1", "gw2"], []]


def test_waves_of_a_site_without_empty_ones():
    assert waves_of([["a1"], ["b1"], ["a2", "b2"]], {"a1": "x", "a2": "x", "b1": "y", "b2": "y"}, "y") == [
        ["b1"],
        ["b2"],
    ]
