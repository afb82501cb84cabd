# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain XML of guests."""

from xml.etree import ElementTree

from ansible_collections.medvirt.hospital.plugins.module_utils.guest_domain import domain_uuid, domain_xml

GUEST = {
    "name": "pacs1",
    "vcpus": 2,
    "memory_mib": 640,
    "nics": [{"bridge": "br-pacs", "mac": "52:54:00:00:00:01"}],
    "volumes": [{"name": "pacs1-root", "pool": "guests", "capacity_gib": 4, "purpose": "root"}],
    "limits": {"cpu_shares": 2048, "iops": 1000},
}
COMMON = {
    "scope": "cluster-a",
    "accelerator": "tcg",
    "machine": "pc-q35-10.0",
    "cpu_model": "qemu64",
    "cpu_features_off": ["svm"],
    "cgroup_limits": True,
    "tcg_cache_mib": 256,
    "ceph_user": "guests",
    "ceph_secret_uuid": "44444444-4444-4444-8444-444444444444",
    "ceph_monitors": ["192.0.2.11", "192.0.2.12"],
    "seed_pool": "guests",
}


def parse(guest=None, **common):
    return ElementTree.fromstring(domain_xml({**GUEST, **(guest or {})}, {**COMMON, **common}))


def test_type_and_cpu_follow_the_accelerator():
    emulated, real = parse(), parse(accelerator="kvm", cpu_model="Westmere")
    assert emulated.get("type") == "qemu" and real.get("type") == "kvm"
    assert emulated.find("cpu").get("check") == "none"
    assert real.findtext("cpu/model") == "Westmere" and real.find("features/tcg") is None


def test_disks_are_volumes_then_the_read_only_seed():
    extra = {"name": "pacs1-data", "pool": "bulk", "capacity_gib": 9, "purpose": "data"}
    disks = parse({"volumes": [*GUEST["volumes"], extra]}).findall("devices/disk")
    assert [(d.find("target").get("dev"), d.find("source").get("name")) for d in disks] == [
        ("vda", "guests/pacs1-root"),
        ("vdb", "bulk/pacs1-data"),
        ("vdc", "guests/pacs1-seed"),
    ]
    assert [d.find("readonly") is not None for d in disks] == [False, False, True]
    assert {h.get("name") for h in disks[0].findall("source/host")} == {"192.0.2.11", "192.0.2.12"}


def test_limits_are_written_and_can_be_left_out():
    root = parse()
    assert root.findtext("cputune/shares") == "2048"
    assert root.findtext("devices/disk/iotune/total_iops_sec") == "1000"
    assert parse(cgroup_limits=False).find("cputune") is None
    assert parse({"limits": {}}).find("devices/disk/iotune") is None


def test_uuid_is_stable_and_belongs_to_one_cluster():
    assert domain_uuid("a", "pacs1") == domain_uuid("a", "pacs1")
    assert len({domain_uuid("a", "pacs1"), domain_uuid("b", "pacs1"), domain_uuid("a", "pacs2")}) == 3


def test_agent_channel_is_there():
    assert parse().find("devices/channel/target").get("name") == "org.qemu.guest_agent.0"
