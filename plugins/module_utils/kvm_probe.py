# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out whether KVM works by running a guest with it.

That /dev/kvm exists and opens proves nothing: on nested and para-virtual machines the guest may hang in its firmware.
The probe is a boot sector that writes one byte to QEMU's isa-debug-exit device, upon which QEMU ends with a known code.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import asdict, dataclass

RECORD = "/var/lib/medvirt/accelerator"
QEMU = "/usr/bin/qemu-system-x86_64"
LIMIT_SECONDS = 5.0
EMULATION_LIMIT_SECONDS = 30.0

# mov al, 0x10 / out 0xf4, al / cli / hlt / jmp $-1: sixteen bit code at 0000:7c00
_CODE = bytes([0xB0, 0x10, 0xE6, 0xF4, 0xFA, 0xF4, 0xEB, 0xFD])
BOOT_SECTOR = _CODE.ljust(510, b"\x00") + b"\x55\xaa"
# QEMU ends with (value << 1) | 1, see hw/misc/debugexit.c of QEMU.
EXIT_CODE = (0x10 << 1) | 1


class ProbeError(Exception):
    """A sentence for the operator: why this host can run no guest at all."""


@dataclass(frozen=True)
class Result:
    """``accelerator`` is kvm or tcg; ``reason`` says why in words; the rest is what the answer was found with."""

    accelerator: str
    reason: str
    qemu: str
    kernel: str
    boot: str


def circumstances():
    """QEMU's version, kernel, boot id: while these stay, so does the answer. None without QEMU."""
    try:
        done = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
        boot = stream.read().strip()
    version = (done.stdout.splitlines() or ["unknown"])[0]
    return {"qemu": version, "kernel": os.uname().release, "boot": boot}


def recall(path=RECORD):
    """The recorded result or None."""
    try:
        with open(path, encoding="utf-8") as stream:
            return Result(**json.load(stream))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def remember(result, path=RECORD):
    """Record a result atomically."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(asdict(result), stream, indent=2, sort_keys=True)
        stream.write("\n")
    os.rename(path + ".new", path)


def still_valid(result, now):
    """Whether a recorded result was found under the present circumstances."""
    return result is not None and {"qemu": result.qemu, "kernel": result.kernel, "boot": result.boot} == now


def probe(now, run=None, device="/dev/kvm"):
    """Run the guest under KVM, and where that fails under emulation; raises ProbeError when neither works."""
    run = run or run_guest
    if os.path.exists(device):
        failure = run("kvm", LIMIT_SECONDS)
        if failure is None:
            return Result("kvm", "a test guest ran under KVM", **now)
    else:
        failure = f"there is no {device}"
    emulation = run("tcg", EMULATION_LIMIT_SECONDS)
    if emulation is not None:
        raise ProbeError(f"This host runs no guest at all: under KVM {failure}; under emulation {emulation}.")
    return Result("tcg", f"KVM does not work here: {failure}", **now)


def run_guest(accelerator, limit):
    """None when the boot sector ran, else why it did not, in words. ``limit`` is in seconds."""
    with tempfile.TemporaryDirectory(prefix="medvirt-probe-") as folder:
        image = os.path.join(folder, "boot.img")
        with open(image, "wb") as stream:
            stream.write(BOOT_SECTOR.ljust(1474560, b"\x00"))
        argv = [
            QEMU, "-accel", accelerator, "-machine", "pc", "-m", "32", "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
            "-drive", f"file={image},format=raw,if=floppy", "-boot", "a",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                argv, capture_output=True, text=True, check=False, timeout=limit, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return f"the test guest did not finish within {limit:g} seconds"
    if done.returncode == EXIT_CODE:
        return None
    lines = done.stderr.strip().splitlines()
    return f"QEMU ended with code {done.returncode}: {lines[-1] if lines else 'no message'}"
