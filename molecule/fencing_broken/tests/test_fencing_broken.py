# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller of a dead host cannot be used: its guest stays down, somebody is told why, and repair is enough."""

import json
import time

import pytest
from proof.cluster import now
from proof.failover import store_images
from proof.lab import STATE, playbook, run, wait_for
from proof.watch import CopyWatch


class UnreachableController:
    """Takes the controller's address off the network."""

    complaint = "does not answer"

    def __init__(self, host):
        self.address = host.plan["bmc"]["address"] + "/32"
        (holder,) = json.loads(run("ip", "-json", "address", "show", "to", self.address))
        self.interface = holder["ifname"]

    def spoil(self):
        run("ip", "address", "delete", self.address, "dev", self.interface)

    def repair(self):
        run("ip", "address", "replace", self.address, "dev", self.interface)


class WrongPassword:
    """Changes the password on the controller only."""

    complaint = "refuses user and password"

    def __init__(self, host):
        self.file = STATE / "bmc" / f"password-{host.name}"
        self.right = self.file.read_text()

    def spoil(self):
        self.file.write_text("not-the-password")

    def repair(self):
        self.file.write_text(self.right)


@pytest.mark.parametrize("broken", [UnreachableController, WrongPassword])
def test_guest_is_not_started_without_confirmed_power_off(lab, cluster, archive, guest, fenced, broken):
    stored = store_images(archive)
    lost = lab[cluster.host_of(guest)]
    others = [host.name for host in lab.others(lost.name)]
    wait_seconds = 1.1 * lab.plan["timing"]["worst_case"]["sum_seconds"]
    fault = broken(lost)
    fenced[lost.name] = 1
    with CopyWatch(lab, guest) as watch:
        begin = now()
        fault.spoil()
        try:
            lost.cut_power()
            time.sleep(wait_seconds)
            assert watch.first_on(others, begin) is None, "the guest was started though nothing confirmed the power-off"
            told = playbook("validate")
        finally:
            fault.repair()
        assert told.returncode != 0
        sentences = [
            line
            for line in (told.stdout + told.stderr).splitlines()
            if f"Guest {guest} is not started elsewhere" in line
        ]
        assert sentences and lost.name in sentences[0] and fault.complaint in sentences[0], told.stdout[-3000:]
        said = sentences[0].strip()
        print(f"\nFencing broken ({broken.__name__}): no copy for {wait_seconds:.0f} s; validate.yml said:\n  {said}")
        wait_for("the guest elsewhere after the repair", lambda: watch.first_on(others, begin), 240)
        assert watch.most() == 1
    wait_for("the study", lambda: archive.md5(next(iter(stored))), 120)
    assert {uid: archive.md5(uid) for uid in stored} == stored
