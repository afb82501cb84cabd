# SPDX-License-Identifier: GPL-3.0-or-later
"""Which disks may become an OSD."""

import json
import struct
import uuid

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_device as device

FSID = "6a7b0f0e-95c5-5e1a-9a53-0d4c0f2f95aa"
OSD = "11111111-2222-3333-4444-555555555555"
DISK = "/dev/disk/by-id/x"


def text(word):
    return struct.pack("<I", len(word)) + word.encode()


def label_block(meta):
    body = uuid.UUID(OSD).bytes + struct.pack("<QII", 8 * 1024**3, 1, 2) + text("main")
    body += struct.pack("<I", len(meta)) + b"".join(text(key) + text(value) for key, value in meta.items())
    block = b"bluestore block device\n" + OSD.encode() + b"\n" + struct.pack("<BBI", 2, 1, len(body)) + body
    return block.ljust(4096, b"\0")


def facts(**changes):
    blank = {
        "exists": True,
        "block_device": True,
        "label": None,
        "lvm_osd": None,
        "signature": {},
        "partitions": [],
        "mounts": [],
        "busy": False,
        "data": False,
    }
    return dict(blank, **changes)


def test_label_is_read_without_its_key():
    label = device.parse_label(label_block({"ceph_fsid": FSID, "whoami": "3", "osd_key": "secret"}))
    assert label == {"osd_uuid": OSD, "size": 8 * 1024**3, "description": "main", "ceph_fsid": FSID, "whoami": "3"}


def test_no_label_and_damaged_label():
    assert device.parse_label(bytes(4096)) is None
    assert device.parse_label(label_block({"a": "b"})[:70])["description"] == "damaged"


def test_blank_disk_is_taken():
    assert device.judge(DISK, facts(), FSID).kind == "blank"


def test_own_osd_is_kept_even_while_it_runs():
    label = {"ceph_fsid": FSID, "whoami": "3", "osd_uuid": OSD}
    verdict = device.judge(DISK, facts(label=label, data=True, signature={"TYPE": "ceph_bluestore"}), FSID, {3: OSD})
    assert (verdict.kind, verdict.osd_id, verdict.osd_uuid) == ("ours", 3, OSD)


def test_own_osd_on_lvm_is_kept():
    tags = {"ceph_fsid": FSID, "whoami": "4", "osd_uuid": OSD}
    verdict = device.judge(
        DISK, facts(lvm_osd=tags, signature={"TYPE": "LVM2_member"}, busy=True, data=True), FSID, {4: OSD}
    )
    assert (verdict.kind, verdict.osd_id) == ("ours", 4)


@pytest.mark.parametrize(
    ("changes", "known", "words", "wipeable"),
    [
        ({"exists": False}, None, "does not exist", False),
        ({"block_device": False}, None, "is no block device", False),
        ({"mounts": ["/srv"], "signature": {"TYPE": "ext4"}}, None, "is mounted at /srv", False),
        ({"busy": True}, None, "is in use by the kernel", False),
        ({"signature": {"TYPE": "ext4"}, "data": True}, None, "carries a signature (ext4)", True),
        (
            {"signature": {"TYPE": "ext4", "USAGE": "filesystem"}, "data": True},
            None,
            "carries a file system (ext4)",
            True,
        ),
        ({"signature": {"PTTYPE": "gpt"}, "data": True}, None, "carries a partition table (gpt)", True),
        ({"signature": {"TYPE": "LVM2_member"}, "data": True}, None, "carries an LVM physical volume", True),
        ({"data": True}, None, "data of an unknown kind", True),
        (
            {"label": {"ceph_fsid": "other", "whoami": "1", "osd_uuid": OSD}},
            None,
            "OSD 1 of another cluster (other)",
            True,
        ),
        (
            {"label": {"ceph_fsid": FSID, "whoami": "1", "osd_uuid": OSD}},
            {},
            "which this cluster no longer knows",
            True,
        ),
        ({"label": {"osd_uuid": OSD}}, None, "unfinished or damaged BlueStore label", True),
    ],
)
def test_refusals(changes, known, words, wipeable):
    verdict = device.judge(DISK, facts(**changes), FSID, known)
    assert verdict.kind == "refused"
    assert DISK in verdict.reason and words in verdict.reason
    assert verdict.wipeable is wipeable


def test_consent_names_exactly_host_and_device():
    assert device.consented("kvm1", DISK, ["kvm1:" + DISK])
    assert not device.consented("kvm2", DISK, ["kvm1:" + DISK])
    assert not device.consented("kvm1", DISK, ["kvm1:" + DISK + "2", DISK])


class Module:
    """What ``judge_disks`` needs of an Ansible module."""

    def __init__(self, **params):
        self.params = dict({"fsid": FSID, "host": "kvm1", "devices": [DISK, "/dev/b"], "wipe_devices": []}, **params)


@pytest.fixture
def disks(monkeypatch):
    """Facts by device, in place of real disks."""
    found = {DISK: facts(), "/dev/b": facts(data=True, signature={"TYPE": "LVM2_member"})}
    monkeypatch.setattr(device, "probe", lambda _module, path: found[path])
    return found


def test_a_refusal_says_where_what_and_what_to_do(disks):
    verdicts, refusals = device.judge_disks(Module())
    assert {path: verdict.kind for path, verdict in verdicts.items()} == {DISK: "blank", "/dev/b": "refused"}
    assert refusals == [
        "kvm1: /dev/b carries an LVM physical volume and is left alone; name a blank disk in its place, or add "
        '"kvm1:/dev/b" to storage_ceph_wipe_devices to destroy what is on it.'
    ]


def test_consent_overrules_only_what_may_be_wiped(disks):
    consent = ["kvm1:/dev/b", "kvm1:" + DISK]
    assert device.judge_disks(Module(wipe_devices=consent))[0]["/dev/b"].kind == "wipe"
    disks["/dev/b"] = facts(mounts=["/srv"])
    assert device.judge_disks(Module(wipe_devices=consent))[1] == [
        "kvm1: /dev/b is mounted at /srv; unmount it or choose another disk."
    ]


def test_own_osd_is_not_wiped_even_with_consent(disks):
    disks[DISK] = facts(label={"ceph_fsid": FSID, "whoami": "3", "osd_uuid": OSD}, data=True)
    assert device.judge_disks(Module(devices=[DISK], wipe_devices=["kvm1:" + DISK]))[0][DISK].kind == "ours"


def test_physical_volume_is_judged_without_lvm_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(device, "TOOLS", str(tmp_path))
    assert device._lvm_osd(None, "/dev/b") is None


def test_osd_on_a_logical_volume_is_known_by_its_tags(monkeypatch, tmp_path):
    (tmp_path / "pvs").touch(mode=0o755)
    monkeypatch.setattr(device, "TOOLS", str(tmp_path))
    tags = f"ceph.block_device=/dev/vg/osd,ceph.cluster_fsid={FSID},ceph.osd_fsid={OSD},ceph.osd_id=4,ceph.encrypted=0"
    asked = []

    class Lvm:
        def run_command(self, command):
            asked.append(command)
            return 0, json.dumps({"report": [{"pv": [{"lv_tags": ""}, {"lv_tags": tags}]}], "log": []}), ""

    assert device._lvm_osd(Lvm(), "/dev/b") == {"ceph_fsid": FSID, "whoami": "4", "osd_uuid": OSD}
    # With lvs, devices can't be selected by a pattern: it refuses, and every disk of LVM would look foreign.
    assert asked == [["pvs", "--reportformat", "json", "-o", "lv_tags", "/dev/b"]]
