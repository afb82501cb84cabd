# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that cuts the controller off takes itself back: the machine is reachable again as it was."""

import re
import time

import pytest
from proof.lab import wait_for
from proof.lockout import (
    DeafSwitch,
    Knocking,
    answers,
    change,
    configuration,
    die_during,
    on_wrong_port,
    with_wrong_address,
    without_ssh,
)

CONFIRM_SECONDS = 20
# A segment of hypervisors only, in which this machine has no address and whose loss harms nobody.
OTHER_SEGMENT = "migration"


@pytest.fixture
def machine(lab):
    return lab["kvm2"]


@pytest.fixture(autouse=True)
def nothing_left_to_do(lab):
    """After each proof the plan's own configuration is in effect: the role finds nothing to change."""
    yield
    for name, role in (("kvm2", "host_network"), ("kvm2", "host_firewall"), ("probe1", "host_network")):
        done = change(lab[name], role, 60, {})
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        assert re.findall(r"changed=([1-9]\d*)", done.stdout) == [], done.stdout[-3000:]


def assert_takes_itself_back(machine, role, what, spoilt):
    address, before = machine.plan["addresses"]["mgmt"], configuration(machine)
    with Knocking(address) as knocking:
        done = change(machine, role, CONFIRM_SECONDS, spoilt)
        wait_for(f"SSH of {machine.name}", lambda: answers(address), 60)
    assert done.returncode != 0, "the run did not fail"
    said = next(line for line in (done.stdout + done.stderr).splitlines() if line.startswith("[ERROR]"))
    assert f"{machine.name} could not be reached within {CONFIRM_SECONDS} s of the change of {what} (" in said, said
    assert "put the old configuration back by itself and was reachable again" in said, said
    assert configuration(machine) == before
    assert not machine.succeeds("ls /var/lib/medvirt/guard/*/pending")
    assert knocking.outage() > 0, "it was never out of reach, so nothing was proved"
    print(f"\n{said}\n{machine.name}: out of reach for {knocking.outage():.1f} s, {what}, limit {CONFIRM_SECONDS} s")


def test_management_on_the_wrong_port(lab, machine):
    with DeafSwitch(OTHER_SEGMENT):
        assert_takes_itself_back(machine, "host_network", "network", on_wrong_port(lab, machine, OTHER_SEGMENT))


def test_wrong_address(lab, machine):
    assert_takes_itself_back(machine, "host_network", "network", with_wrong_address(lab, machine))


def test_packet_filter_without_ssh(lab, machine):
    assert_takes_itself_back(machine, "host_firewall", "host_firewall", without_ssh(lab, machine))


def test_power_cut_before_the_confirmation(lab):
    machine = lab["probe1"]
    address, files = machine.plan["addresses"]["mgmt"], configuration(machine)["files"]
    die_during(machine, with_wrong_address(lab, machine))
    machine.power_on()
    begun = time.monotonic()
    wait_for(f"SSH of {machine.name}", lambda: answers(address), 120)
    print(f"\n{machine.name}: reachable {time.monotonic() - begun:.1f} s after it was powered on")
    wait_for("the end of its start", lambda: machine.succeeds("systemctl is-active --quiet multi-user.target"), 120)
    assert configuration(machine)["files"] == files
    assert not machine.succeeds("ls /var/lib/medvirt/guard/*/pending")
    said = machine.output("journalctl --boot --identifier=medvirt-guard --output=cat")
    assert "the host started again before it was confirmed" in said and "was taken back" in said
