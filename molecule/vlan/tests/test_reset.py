# SPDX-License-Identifier: GPL-3.0-or-later
"""What containers cannot show: KVM from the kernel, an OSD on LVM, a software watchdog that resets a machine."""

import json
import time

import pytest
from proof.lab import wait_for
from proof.vm.pair import recap

WATCHDOG = r"""
set -e
echo softdog > /etc/modules-load.d/softdog.conf
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nRuntimeWatchdogSec=10s\n' > /etc/systemd/system.conf.d/watchdog.conf
modprobe softdog
systemctl daemon-reexec
cat /sys/class/watchdog/watchdog0/identity /sys/class/watchdog/watchdog0/state
"""
STORAGE_PING = "ping -c 1 -W 2 -M do -s 8972 10.97.30.12"


@pytest.fixture(scope="session")
def osd(osd_play):
    """Arguments of the play that has made the OSD."""
    process, arguments = osd_play
    told, _errors = process.communicate(timeout=300)
    assert process.returncode == 0, told[-4000:]
    return arguments


def test_kvm_of_the_kernel_runs_a_guest(vm1):
    """The role kvm_host asks the same program."""
    program = "import kvm_probe as p; r = p.probe(p.circumstances()); print(r.accelerator, r.reason)"
    told = vm1.output(f"python3 -c '{program}'")
    accelerator, reason = told.strip().split(" ", 1)
    print(f"\nInside the machine: {accelerator}, {reason}.")
    assert accelerator == "kvm"


def test_osd_lies_on_a_logical_volume(vm2, osd):
    volumes = json.loads(vm2.output("ceph-volume lvm list --format json"))
    assert [volume["devices"] for volume in volumes["0"]] == [
        [vm2.output("realpath /dev/disk/by-id/virtio-data").strip()]
    ]
    assert vm2.output("lsblk --noheadings --nodeps --output TYPE $(realpath /var/lib/ceph/osd/ceph-0/block)") == "lvm\n"
    assert up(vm2)


def up(machine) -> bool:
    done = machine.run("ceph osd stat --format json --connect-timeout 10")
    return done.returncode == 0 and json.loads(done.stdout)["num_up_osds"] == 1


def test_watchdog_resets_a_frozen_machine_and_all_comes_back(pair, vm1, vm2, osd):
    assert vm2.output(WATCHDOG) == "Software Watchdog\nactive\n"
    boot = vm2.boot_id()
    begin = time.monotonic()
    vm2.run("sync; kill -SEGV 1")
    vm2.hang_up()
    wait_for("the boot after the reset", lambda: new_boot(vm2, boot), 180, 1)
    back = time.monotonic() - begin
    wait_for("the OSD after the reset", lambda: up(vm2), 120, 2)
    print(f"\nPID 1 froze; SSH answered again after {back:.0f} s, the OSD after {time.monotonic() - begin:.0f} s.")
    wait_for("the storage segment after the reset", lambda: vm1.run(STORAGE_PING).returncode == 0, 30)
    done = pair.play(*osd)
    assert recap(done)["vm2"]["changed"] == 0 and done.returncode == 0, done.stdout[-3000:]


def new_boot(machine, boot: str) -> bool:
    done = machine.run("cat /proc/sys/kernel/random/boot_id", timeout_seconds=10)
    if done.returncode:
        machine.hang_up()
    return done.returncode == 0 and done.stdout.strip() != boot
