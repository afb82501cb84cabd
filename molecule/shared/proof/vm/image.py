# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk that all emulated machines begin with: built once, kept in .lab, built again when its recipe changes."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from proof.lab import STATE, run

SUITE = "trixie"
RECIPE = Path(__file__).with_name("build_image.sh")
CACHE = STATE / "vm"
PACKAGES = [
    *("systemd", "systemd-sysv", "udev", "dbus", "kmod", "procps", "linux-image-amd64", "initramfs-tools", "zstd"),
    *("ca-certificates", "debian-archive-keyring", "iproute2", "iputils-ping", "nftables", "openssh-server", "python3"),
    *("ceph-common", "ceph-mon", "ceph-osd", "ceph-volume", "ethtool", "lvm2", "python3-rados", "qemu-system-x86"),
]


def image() -> Path:
    """The folder with ``disk.img``, ``kernel`` and ``initrd``; builds them when they are missing."""
    recipe = SUITE + RECIPE.read_text() + ",".join(sorted(PACKAGES))
    folder = CACHE / hashlib.sha256(recipe.encode()).hexdigest()[:12]
    if not folder.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        mirror, security = _mirrors()
        order = [RECIPE, folder, SUITE, mirror, security, ",".join(sorted(PACKAGES))]
        done = subprocess.run(order, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"the machines' image could not be built:\n{done.stderr[-3000:]}"
    return folder


def _mirrors() -> tuple[str, str]:
    """This machine's own Debian mirror and that of its security updates (empty without one)."""
    sources = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    found = {source.rstrip("/").rpartition("/")[2]: source for source in reversed(sources)}
    assert "debian" in found, f"none of this machine's package sources is a Debian mirror: {sources}"
    return found["debian"], found.get("debian-security", "")
