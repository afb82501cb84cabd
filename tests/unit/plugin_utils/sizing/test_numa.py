# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.numa import numa_warning

HOST = ("compute", 64, 1048576, 2)


def test_a_guest_as_large_as_a_node_fits():
    assert numa_warning("emr1", 32, 524288, HOST) is None


def test_a_larger_one_is_told_of_vnuma():
    sentence = numa_warning("emr1", 33, 65536, HOST)
    assert "emr1" in sentence and "33 vCPUs" in sentence and "32 cores" in sentence and "vNUMA" in sentence
    assert "MiB" not in sentence


def test_memory_counts_as_well():
    assert "524289 MiB, a node of compute has 524288 MiB" in numa_warning("db1", 8, 524289, HOST)
