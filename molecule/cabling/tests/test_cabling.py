# SPDX-License-Identifier: GPL-3.0-or-later
"""The network check on the lab as it runs: nothing is found while all is well, and each fault is found and named.

The faults are made on the live-migration network, at the switch's side of the cables, where they disturb no guest.
"""

import json
import subprocess
from contextlib import contextmanager

import pytest
from proof.lab import playbook, run

SEGMENT = "migration"
STRANGER = "medvirt-cab-x"


def links() -> list[dict]:
    return json.loads(run("ip", "-json", "link"))


def port_of(lab, host: str, segment: str) -> dict:
    """The switch's side of a machine's cable."""
    nic = next(nic["name"] for nic in lab[host].plan["nics"] if nic["segment"] == segment)
    index = lab[host].output(f"cat /sys/class/net/{nic}/iflink").strip()
    return next(link for link in links() if str(link["ifindex"]) == index)


@pytest.fixture
def check(tmp_path):
    """The check as a user runs it; its exit status, output and findings."""

    def run_check() -> tuple[subprocess.CompletedProcess, list[str]]:
        record = tmp_path / "network_check.json"
        done = playbook("network_check", "-e", f"network_check_evidence={record}")
        return done, json.loads(record.read_text())["findings"]

    return run_check


@contextmanager
def moved(lab, host: str, segment: str):
    """A machine's cable for live migration plugged into another segment's switch."""
    port, other = port_of(lab, host, SEGMENT), port_of(lab, host, segment)
    run("ip", "link", "set", port["ifname"], "master", other["master"])
    try:
        yield
    finally:
        run("ip", "link", "set", port["ifname"], "master", port["master"])


@contextmanager
def small_mtu(lab):
    """The switch of the segment passes 1400 bytes only."""
    switch = port_of(lab, "kvm1", SEGMENT)["master"]
    ports = [link["ifname"] for link in links() if link.get("master") == switch]
    for port in ports:
        run("ip", "link", "set", port, "mtu", "1400")
    try:
        yield
    finally:
        for port in ports:
            run("ip", "link", "set", port, "mtu", "1500")


@contextmanager
def stranger(lab, address: str):
    """A foreign machine in the segment that has taken an address of the plan."""
    switch = port_of(lab, "kvm1", SEGMENT)["master"]
    run("ip", "netns", "add", STRANGER)
    try:
        run("ip", "link", "add", STRANGER, "type", "veth", "peer", "name", "eth0", "netns", STRANGER)
        run("ip", "link", "set", STRANGER, "master", switch, "up")
        run("ip", "-n", STRANGER, "address", "add", f"{address}/24", "dev", "eth0")
        run("ip", "-n", STRANGER, "link", "set", "eth0", "up")
        yield
    finally:
        run("ip", "netns", "del", STRANGER)


def test_a_sound_lab_passes(check):
    done, findings = check()
    assert findings == [], done.stdout
    assert done.returncode == 0
    assert "Cables, VLANs, MTUs and addresses are as planned." in done.stdout
    print("\n" + done.stdout[done.stdout.index("segment  ") : done.stdout.index("TASK [Refuse")])


def test_a_cable_in_the_wrong_segment_is_named(lab, check):
    with moved(lab, "kvm2", "pacs"):
        done, findings = check()
    assert done.returncode != 0
    assert len(findings) == 1, findings
    assert findings[0].startswith("kvm2's port migration0 should be in segment migration and is in segment pacs: ")


def test_a_pulled_cable_is_named(lab, check):
    lab["kvm3"].link(SEGMENT, up=False)
    try:
        done, findings = check()
    finally:
        lab["kvm3"].link(SEGMENT, up=True)
    assert done.returncode != 0
    assert findings == [
        "kvm3's port migration0 has no link: plug in its cable, or switch on its switch port. It is to carry migration."
    ]


def test_a_switch_with_a_small_mtu_is_named(lab, check):
    with small_mtu(lab):
        done, findings = check()
    assert done.returncode != 0
    assert len(findings) == 1, findings
    assert findings[0].startswith("Segment migration: short frames pass between kvm1, kvm2, ")
    assert "frames of 1500 bytes do not" in findings[0]


def test_a_duplicate_address_is_named(lab, check):
    address = lab["kvm2"].plan["addresses"][SEGMENT]
    with stranger(lab, address):
        done, findings = check()
    assert done.returncode != 0
    assert len(findings) == 1, findings
    assert findings[0].startswith(f"{address} (kvm2, segment migration) is answered by ")
    assert "which should not have it" in findings[0]
