# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.unbuilt import unbuilt


def test_the_lab_is_built_as_a_whole():
    clusters = {"main": {"hosts": ["a", "b", "c"], "witnesses": []}}
    assert unbuilt({"clusters": clusters}) == []


def test_each_part_that_is_not_built_is_said():
    clusters = {"main": {"witnesses": ["w"]}, "annex": {"witnesses": []}}
    assert unbuilt({"clusters": clusters}) == [
        "It has 2 clusters (main, annex) and one is built: plan each site in an intent of its own.",
        "Witnesses (w) are not built: give the site a third hypervisor.",
    ]
