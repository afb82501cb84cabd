# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on which nothing is installed: a check run tells the truth, and disks with data are refused at once."""

import hashlib
import re

import pytest
from proof import foreign

MIB = 1024**2


def head(disk) -> str:
    """SHA-256 of the first MiB."""
    with disk.open("rb") as stream:
        return hashlib.sha256(stream.read(MIB)).hexdigest()


def recap(output: str) -> dict[str, dict[str, int]]:
    """Ansible's counts by host."""
    lines = re.findall(r"^(\S+)\s+: (ok=\d+ .*)$", output, re.MULTILINE)
    return {host: {key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines}


def test_check_run_goes_to_the_end_and_changes_nothing(bare):
    before = bare.snapshots()
    done = bare.site("--check", "--diff")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    counts = recap(done.stdout)
    for host in bare.hosts:
        assert counts[host]["changed"] > 0, f"the check run promises nothing for {host}"
        assert counts[host]["failed"] == counts[host]["ignored"] == 0
    assert "PLAY [Wait until the guests run]" in done.stdout
    assert [secret for secret in bare.secrets() if secret in done.stdout] == [], "the check run shows a secret"
    assert bare.snapshots() == before


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (foreign.gpt, "a partition table (gpt)"),
        (foreign.ext4, "a file system (ext4)"),
        (foreign.lvm, "an LVM physical volume"),
        (foreign.other_osd, f"OSD 0 of another cluster ({foreign.OTHER_CLUSTER})"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_disk_with_foreign_data_is_refused_before_any_change(bare, put, what):
    host, disk = "kvm2", bare.disk("kvm2")
    put(disk)
    try:
        before, content = bare.snapshots(), head(disk)
        done = bare.site()
        said, counts = " ".join(done.stdout.split()), recap(done.stdout)
        assert done.returncode != 0
        assert (
            f"{host}: {bare.device} carries {what} and is left alone; name a blank disk in its place, or add "
            f'"{host}:{bare.device}" to storage_ceph_wipe_devices to destroy what is on it.'
        ) in said, done.stdout[-3000:]
        assert {name: counts[name]["changed"] for name in bare.hosts} == dict.fromkeys(bare.hosts, 0)
        assert head(disk) == content
        assert bare.snapshots() == before
    finally:
        foreign.blank(disk)
