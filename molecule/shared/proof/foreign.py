# SPDX-License-Identifier: GPL-3.0-or-later
"""Writers of what a disk may carry that is not ours; each takes the path of a block device and overwrites its head."""

import os
import struct
import uuid
import zlib
from pathlib import Path

from proof.lab import run

SECTOR_BYTES = 512
OTHER_CLUSTER = "0d1f5c4e-7a55-4c1b-9a0e-5d3b8a4c2f10"


def gpt(disk: Path) -> None:
    """A partition table with one Linux partition (UEFI specification, section 5: GUID Partition Table)."""
    sectors = _bytes(disk) // SECTOR_BYTES
    linux = uuid.UUID("0FC63DAF-8483-4772-8E79-3D69D8477DE4").bytes_le
    entries = (linux + uuid.uuid4().bytes_le + struct.pack("<QQQ", 2048, sectors - 2049, 0)).ljust(128 * 128, b"\0")

    def header(checksum: int) -> bytes:
        limits = struct.pack("<QQQQ", 1, sectors - 1, 34, sectors - 34)
        table = struct.pack("<QIII", 2, 128, 128, zlib.crc32(entries))
        return b"EFI PART" + struct.pack("<IIII", 0x10000, 92, checksum, 0) + limits + identity + table

    identity = uuid.uuid4().bytes_le
    partition = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, min(sectors - 1, 0xFFFFFFFF))
    protective = bytes(446) + partition.ljust(64, b"\0") + b"\x55\xaa"
    _write(disk, 0, protective + header(zlib.crc32(header(0))).ljust(SECTOR_BYTES, b"\0") + entries)


def ext4(disk: Path) -> None:
    run("mkfs.ext4", "-q", "-F", str(disk))


def lvm(disk: Path) -> None:
    """The label of an LVM physical volume (lib/format_text/layout.h and lib/label/label.h of LVM2)."""
    identifier = b"foreignforeignforeignforeignfore"
    areas = struct.pack("<QQQQQQQQ", 1024**2, 0, 0, 0, 4096, 1024**2 - 4096, 0, 0)
    body = struct.pack("<I8s", 32, b"LVM2 001") + identifier + struct.pack("<Q", _bytes(disk)) + areas
    body = body.ljust(SECTOR_BYTES - 20, b"\0")
    # LVM's checksum is CRC-32 with another start and without the inversions of zlib's.
    checksum = zlib.crc32(body, 0xF597A6CF ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    _write(disk, SECTOR_BYTES, b"LABELONE" + struct.pack("<QI", 1, checksum) + body)


def other_osd(disk: Path) -> None:
    """The label of OSD 0 of another cluster (bluestore_bdev_label_t, see module_utils/ceph_device.py)."""
    osd = uuid.uuid4()
    meta = {"ceph_fsid": OTHER_CLUSTER, "whoami": "0", "ready": "ready"}
    body = osd.bytes + struct.pack("<QII", _bytes(disk), 1, 2) + _string("main")
    body += struct.pack("<I", len(meta)) + b"".join(_string(key) + _string(value) for key, value in meta.items())
    prefix = f"bluestore block device\n{osd}\n".encode()
    _write(disk, 0, (prefix + struct.pack("<BBI", 2, 1, len(body)) + body).ljust(4096, b"\0"))


def blank(disk: Path) -> None:
    run("blkdiscard", "--force", str(disk))


def _string(word: str) -> bytes:
    return struct.pack("<I", len(word)) + word.encode()


def _bytes(disk: Path) -> int:
    with disk.open("rb") as stream:
        return stream.seek(0, os.SEEK_END)


def _write(disk: Path, offset: int, content: bytes) -> None:
    with disk.open("r+b") as stream:
        stream.seek(offset)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
