# SPDX-License-Identifier: GPL-3.0-or-later
import math


def test_users_per_vcpu_by_kind_of_work(demand):
    figures = demand(vdi_users={"light": 60, "medium": 40, "heavy": 20, "power": 3})
    assert figures["vdi_vcpus"] == 60 / 6 + 40 / 4 + 20 / 2 + 3 / 1
    assert figures["vdi_memory_mib"] == 60 * 2048 + 40 * 4096 + 20 * 8192 + 3 * 14336


def test_session_hosts_have_8_vcpus(demand):
    figures = demand(vdi_users={"medium": 160})
    assert (figures["vdi_session_hosts"], figures["vdi_host_vcpus"]) == (5, 8)
    assert figures["vdi_host_memory_mib"] == 4096 + 32 * 4096
    assert (figures["vdi_host_iops"], figures["vdi_host_login_iops"]) == (320, 1600)


def test_few_users_still_get_two_hosts_of_4_vcpus(demand):
    figures = demand(vdi_users={"light": 6})
    assert (figures["vdi_session_hosts"], figures["vdi_host_vcpus"]) == (2, 4)
    assert figures["vdi_host_memory_mib"] == 16384


def test_hosts_are_never_larger_than_they_should_be(demand):
    for users in range(0, 3000, 37):
        figures = demand(vdi_users={"medium": users})
        assert figures["vdi_session_hosts"] == max(2, math.ceil(users / 4 / 8))
        assert 4 <= figures["vdi_host_vcpus"] <= 24
        assert figures["vdi_host_vcpus"] * figures["vdi_session_hosts"] >= figures["vdi_vcpus"]


def test_profiles_of_three_shifts(demand):
    assert demand(vdi_users=100)["vdi_profiles_gib"] == 100 * 3 * 30
