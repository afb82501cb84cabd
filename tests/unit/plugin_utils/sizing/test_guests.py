# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.guests import (
    hypervisor_memory,
    native_to_vcpus,
    size_guest,
)


def test_memory_on_the_host(catalogue):
    assert hypervisor_memory(640, catalogue.defaults) == 640 + 256 + 13
    assert hypervisor_memory(16384, catalogue.defaults) == 16384 + 256 + 328


def test_overhead_of_measured_demand():
    assert native_to_vcpus(7, 10) == 8
    assert native_to_vcpus(20, 5) == 21


def test_heavy_io_costs_a_tenth_and_the_rest_a_twentieth(catalogue):
    percent = {name: entry.overhead_percent for name, entry in catalogue.classes.items()}
    assert {name for name, value in percent.items() if value == 10} == {"critical_db", "critical_io"}
    assert set(percent.values()) == {5, 10}


def test_the_intent_wins_key_by_key(catalogue):
    catalogue_sizing = {"vcpus": 8, "memory_mib": 16384, "root_gib": 60}
    wanted = {"vcpus": 2, "memory_mib": None, "root_gib": None}
    sizing = size_guest(catalogue_sizing, wanted, catalogue.classes["critical_io"], catalogue.defaults)
    assert (sizing.vcpus, sizing.memory_mib, sizing.root_gib) == (2, 16384, 60)
    measured = {"native_cores": 7, "memory_mib": 1024, "root_gib": 4}
    assert size_guest(measured, {}, catalogue.classes["critical_io"], catalogue.defaults).vcpus == 8
    assert size_guest(measured, {"vcpus": 3}, catalogue.classes["critical_io"], catalogue.defaults).vcpus == 3


def test_iops_are_those_of_the_entry_or_of_the_class(catalogue):
    small = {"vcpus": 1, "memory_mib": 1024, "root_gib": 4}
    assert size_guest(small, {}, catalogue.classes["infra"], catalogue.defaults).iops == 200
    assert size_guest({**small, "iops": 90}, {}, catalogue.classes["infra"], catalogue.defaults).iops == 90
