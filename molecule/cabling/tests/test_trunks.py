# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines with bonds of trunks, nothing built on them yet: what is wrong with their cables is found and named."""

import json

import pytest
from proof.cables import NAMES, PREFIX, SWITCH, Bench, outside
from proof.lab import ROOT, playbook, run, wait_for


@pytest.fixture(scope="module", autouse=True)
def baseline():
    """The lab takes no part."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    image = run("podman", "images", "--quiet", "localhost/medvirt-lab-bare").split()[0]
    with Bench(image, tmp_path_factory.mktemp("cabling")) as made:
        yield made


def findings(bench, *arguments: str, passes=False) -> list[str]:
    """Run the check as a user would; all its findings."""
    done = playbook("network_check", *arguments, inventory=bench.inventory)
    assert (done.returncode == 0) == passes, done.stdout + done.stderr
    return json.loads((bench.inventory.parent / "evidence/network_check.json").read_text())["findings"]


def test_sound_cables_pass_and_the_ports_are_left_as_they_were(bench):
    before = {host: bench.ports(host) for host in NAMES}
    assert findings(bench, "--forks=1", passes=True) == []
    assert {host: bench.ports(host) for host in NAMES} == before
    assert before["cab1"]["eno1"] == (False, 1500), "the ports were to be down, with an MTU less than planned"


def test_a_port_in_a_namespace_of_its_own_is_found_there(bench):
    bench.inside("cab3", "ip netns add clinic")
    bench.inside("cab3", "ip link set mgmt0 netns clinic")
    try:
        assert findings(bench, passes=True) == []
    finally:
        bench.inside("cab3", "ip -n clinic link set mgmt0 netns 1")


def test_a_listener_that_lost_its_controller_puts_its_ports_back(bench):
    before = bench.ports("cab1")
    ports = [{"name": "eno1", "segments": [{"segment": "storage", "vlan": 30, "mtu": 9000}]}]
    arguments = {"state": "listening", "run": "lost", "host": "cab1", "ports": ports, "limit_seconds": 8}
    ansible = str(ROOT / ".venv/bin/ansible")
    module = ["-m", "medvirt.hospital.network_check", "-a", json.dumps(arguments)]
    run(ansible, "-i", str(bench.inventory), "cab1", *module)
    assert bench.ports("cab1")["eno1"] == (True, 9000)
    wait_for("the listener's own end", lambda: bench.ports("cab1") == before, 30)


def test_a_dead_link_of_a_bond_and_a_duplicate_address_are_named(bench):
    link, stranger = outside("cab2", "eno2"), PREFIX + "x"
    run("ip", "link", "set", link, "down")
    run("ip", "netns", "add", stranger)
    try:
        bench.cable(stranger, "eth0", "netns", stranger)
        bench.plug(stranger, SWITCH["mgmt0"])
        run("ip", "-n", stranger, "address", "add", "10.95.10.12/24", "dev", "eth0")
        run("ip", "-n", stranger, "link", "set", "eth0", "up")
        said = findings(bench)
    finally:
        run("ip", "netns", "del", stranger)
        run("ip", "link", "set", link, "up")
    assert len(said) == 2, said
    assert said[0].startswith("cab2's link eno2 of bond0 has no link: plug in its cable"), said
    assert said[1].startswith("10.95.10.12 (cab2, segment mgmt) is answered by "), said


def test_a_trunk_plugged_into_an_access_port_is_named(bench):
    link = outside("cab3", "eno2")
    bench.plug(link, SWITCH["mgmt0"])
    try:
        said = findings(bench)
    finally:
        bench.plug(link, SWITCH["eno2"])
    assert any("cab3's link eno2 of bond0 hears cab1's port mgmt0" in text and "without a tag" in text for text in said)
    assert any(text.startswith("cab3's link eno2 of bond0 exchanges no frames with any other machine") for text in said)
    assert all("cab3" in text or "of VLAN" in text for text in said), said


def test_a_vlan_missing_at_one_link_and_a_switch_with_a_small_mtu_are_named(bench):
    link, table = outside("cab1", "eno1"), PREFIX.strip("-").replace("-", "_")
    hook = f"type filter hook ingress device {link} priority 0"
    drop = f"table netdev {table} {{ chain switch {{ {hook}; vlan id 130 drop; }}; }}"
    ports = [outside(host, "eno2") for host in NAMES]
    run("nft", drop)
    for port in ports:
        run("ip", "link", "set", port, "mtu", "1500")
    try:
        said = findings(bench)
    finally:
        run("nft", "delete", "table", "netdev", table)
        for port in ports:
            run("ip", "link", "set", port, "mtu", "9000")
    assert any(text.startswith("cab1's link eno1 of bond0 is heard by no other machine") for text in said), said
    assert sum("none of full size (9000 bytes) in VLAN 30 (storage)" in text for text in said) == len(NAMES), said
    assert all("eno2" in text for text in said if "full size" in text)
