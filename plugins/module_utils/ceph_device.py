# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a disk may become an OSD: reads the device itself, so that it works before Ceph is installed.

``judge`` is pure; ``probe`` gathers what it needs. A disk is taken only when it is blank or carries an OSD of
this cluster already; everything else is refused with one sentence.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import struct
import uuid

BLUESTORE_MAGIC = b"bluestore block device\n"
HEAD_BYTES = 4 * 1024**2
TAIL_BYTES = 1024**2
TOOLS = "/usr/sbin:/sbin:/usr/bin:/bin"


class Verdict:
    """kind: blank | ours | refused, or wipe where consent overrules a refusal.

    reason: what is wrong with a refused disk; wipeable: may explicit consent overrule it?
    """

    def __init__(self, kind, reason=None, osd_id=None, osd_uuid=None, wipeable=False):
        self.kind = kind
        self.reason = reason
        self.osd_id = osd_id
        self.osd_uuid = osd_uuid
        self.wipeable = wipeable


def parse_label(block):
    """Read a BlueStore label, or return None when the block carries none.

    block: the first 4096 bytes of a device. Returns {osd_uuid, size, description, and the label's metadata such as
    ceph_fsid, whoami, ready}. Layout: Ceph's ``bluestore_bdev_label_t`` (src/os/bluestore/bluestore_types.cc):
    a 60-byte text prefix, then version, compat (u8), length (u32), uuid, size (u64), time (2 x u32), description
    and a map of strings, all little-endian with u32 lengths.
    """
    if not block.startswith(BLUESTORE_MAGIC):
        return None
    try:
        offset = 60
        version = block[offset]
        offset += 6
        label = {"osd_uuid": str(uuid.UUID(bytes=block[offset : offset + 16]))}
        offset += 16
        label["size"] = struct.unpack_from("<Q", block, offset)[0]
        offset += 16
        label["description"], offset = _string(block, offset)
        if version >= 2:
            count = struct.unpack_from("<I", block, offset)[0]
            offset += 4
            for _index in range(count):
                key, offset = _string(block, offset)
                label[key], offset = _string(block, offset)
    except (struct.error, ValueError, IndexError):
        return {"osd_uuid": None, "description": "damaged"}
    label.pop("osd_key", None)
    return label


def _string(block, offset):
    length = struct.unpack_from("<I", block, offset)[0]
    start = offset + 4
    if start + length > len(block):
        raise ValueError("string beyond the label")
    return block[start : start + length].decode("utf-8", "replace"), start + length


def judge(device, facts, fsid, known_osds=None):
    """Decide about one device.

    facts: {exists, block_device, label, lvm_osd, signature, partitions, mounts, busy, data}, see ``probe``.
    known_osds: {osd id: osd uuid} of the cluster, None while there is no cluster to ask.
    """
    if not facts["exists"]:
        return Verdict(
            "refused", "%s does not exist on this host; correct storage_ceph_osd_devices or connect the disk." % device
        )
    if not facts["block_device"]:
        return Verdict("refused", "%s is no block device; storage_ceph_osd_devices takes whole disks." % device)
    if facts.get("lvm_osd"):
        return _judge_osd(device, facts["lvm_osd"], fsid, known_osds)
    if facts["mounts"]:
        return Verdict(
            "refused", "%s is mounted at %s; unmount it or choose another disk." % (device, ", ".join(facts["mounts"]))
        )
    if facts["label"]:
        return _judge_osd(device, facts["label"], fsid, known_osds)
    if facts["busy"]:
        return Verdict("refused", "%s is in use by the kernel (mount, LVM, RAID or another program holds it)." % device)
    what = _foreign_data(facts)
    if what:
        return Verdict("refused", "%s carries %s" % (device, what), wipeable=True)
    return Verdict("blank")


def _foreign_data(facts):
    signature = facts["signature"]
    if signature.get("TYPE") == "LVM2_member":
        return "an LVM physical volume"
    if signature.get("USAGE") == "filesystem":
        return "a file system (%s)" % signature["TYPE"]
    if signature.get("TYPE"):
        return "a signature (%s)" % signature["TYPE"]
    if signature.get("PTTYPE") or facts["partitions"]:
        return "a partition table (%s)" % (signature.get("PTTYPE") or ", ".join(facts["partitions"]))
    if facts["data"]:
        return "data of an unknown kind (its first or last MiB are not zero)"
    return None


def _judge_osd(device, label, fsid, known_osds):
    owner, osd_id, osd_uuid = label.get("ceph_fsid"), label.get("whoami"), label.get("osd_uuid")
    if owner is None or osd_id is None:
        return Verdict("refused", "%s carries an unfinished or damaged BlueStore label" % device, wipeable=True)
    if owner != fsid:
        return Verdict("refused", "%s carries OSD %s of another cluster (%s)" % (device, osd_id, owner), wipeable=True)
    if known_osds is not None and known_osds.get(int(osd_id)) != osd_uuid:
        return Verdict(
            "refused",
            "%s carries OSD %s (%s), which this cluster no longer knows" % (device, osd_id, osd_uuid),
            wipeable=True,
        )
    return Verdict("ours", osd_id=int(osd_id), osd_uuid=osd_uuid)


def consented(host, device, wipe_devices):
    """Is exactly this host's device named as ``host:device``?"""
    return "%s:%s" % (host, device) in wipe_devices


def judge_disks(module, known_osds=None):
    """Judge all disks that the module's parameters name: ({device: Verdict}, [sentence per refused disk]).

    Parameters: ``devices``, ``fsid``, ``host`` (this host's name) and ``wipe_devices``.
    """
    params = module.params
    verdicts, refusals = {}, []
    for device in params["devices"]:
        verdict = judge(device, probe(module, device), params["fsid"], known_osds)
        if verdict.kind == "refused":
            if verdict.wipeable and consented(params["host"], device, params["wipe_devices"]):
                verdict.kind = "wipe"
            else:
                refusals.append(refusal(params["host"], device, verdict))
        verdicts[device] = verdict
    return verdicts, refusals


def refusal(host, device, verdict):
    """One sentence: host, device, what was found, what to do."""
    if not verdict.wipeable:
        return "%s: %s" % (host, verdict.reason)
    return (
        '%s: %s and is left alone; name a blank disk in its place, or add "%s:%s" to storage_ceph_wipe_devices to '
        "destroy what is on it." % (host, verdict.reason, host, device)
    )


def probe(module, device):
    """Facts about a device for ``judge``; reads only."""
    facts = {
        "exists": os.path.exists(device),
        "block_device": False,
        "label": None,
        "lvm_osd": None,
        "signature": {},
        "partitions": [],
        "mounts": [],
        "busy": False,
        "data": False,
    }
    if not facts["exists"] or not stat.S_ISBLK(os.stat(device).st_mode):
        return facts
    facts["block_device"] = True
    with open(device, "rb") as handle:
        head = handle.read(HEAD_BYTES)
        handle.seek(0, os.SEEK_END)
        handle.seek(max(0, handle.tell() - TAIL_BYTES))
        tail = handle.read(TAIL_BYTES)
    facts["label"] = parse_label(head[:4096])
    facts["data"] = any(head) or any(tail)
    facts["signature"] = _signature(module, device)
    facts["partitions"], facts["mounts"] = _children(module, device)
    if facts["signature"].get("TYPE") == "LVM2_member":
        facts["lvm_osd"] = _lvm_osd(module, device)
    facts["busy"] = facts["label"] is None and _busy(device)
    return facts


def _signature(module, device):
    """What ``blkid`` finds on the device itself (low-level probe): {TYPE, PTTYPE, ...}."""
    rc, out, err = module.run_command(["blkid", "-p", "-o", "export", device])
    if rc not in (0, 2):
        return {"TYPE": "ambiguous"}
    return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)


def _children(module, device):
    rc, out, err = module.run_command(["lsblk", "--json", "-o", "NAME,TYPE,MOUNTPOINTS", device])
    if rc != 0:
        return [], []
    partitions, mounts, queue = [], [], list(json.loads(out).get("blockdevices", []))
    while queue:
        entry = queue.pop()
        queue.extend(entry.get("children", []))
        mounts.extend(point for point in entry.get("mountpoints", []) if point)
        if entry["type"] == "part":
            partitions.append(entry["name"])
    return sorted(partitions), sorted(mounts)


def _lvm_osd(module, device):
    """The tags that ``ceph-volume lvm`` left on a logical volume of this physical volume, in a label's words."""
    if shutil.which("pvs", path=TOOLS) is None:
        return None
    rc, out, err = module.run_command(["pvs", "--reportformat", "json", "-o", "lv_tags", device])
    if rc != 0:
        return None
    for row in json.loads(out)["report"][0]["pv"]:
        tags = dict(tag.split("=", 1) for tag in row["lv_tags"].split(",") if "=" in tag)
        if "ceph.osd_id" in tags:
            return {
                "ceph_fsid": tags.get("ceph.cluster_fsid"),
                "whoami": tags["ceph.osd_id"],
                "osd_uuid": tags.get("ceph.osd_fsid"),
            }
    return None


def _busy(device):
    """An exclusive open fails while the kernel or a program claims the device."""
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL))
    except OSError as exc:
        if exc.errno == errno.EBUSY:
            return True
        raise
    return False


def wipe(module, device):
    """Erase signatures, the first 4 MiB and the last MiB; only after consent and a wipeable verdict.

    Returns a sentence when the device cannot be erased, None when it is blank now.
    """
    try:
        # The kernel refuses an exclusive open while a mount, LVM or a running OSD claims the device.
        fd = os.open(device, os.O_WRONLY | os.O_EXCL)
    except OSError as exc:
        return "%s cannot be erased: %s." % (device, exc.strerror)
    try:
        size = os.lseek(fd, 0, os.SEEK_END)
        os.pwrite(fd, bytes(min(HEAD_BYTES, size)), 0)
        os.pwrite(fd, bytes(min(TAIL_BYTES, size)), max(0, size - TAIL_BYTES))
        os.fsync(fd)
    finally:
        os.close(fd)
    rc, out, err = module.run_command(["wipefs", "--all", device])
    return None if rc == 0 else "wipefs refuses %s: %s" % (device, err.strip())
