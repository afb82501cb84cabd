# SPDX-License-Identifier: GPL-3.0-or-later
"""Two emulated machines for as long as these tests run; the lab is neither needed nor touched."""

import base64
import json
import os
import struct
import time
import uuid

import pytest
from proof.vm.frames import Capture
from proof.vm.pair import STATE, Pair
from proof.vm.wires import PREFIX


@pytest.fixture(autouse=True)
def baseline():
    """In place of the lab's."""


@pytest.fixture(scope="session")
def pair():
    """Both machines, started, with nothing but their management address."""
    begin, pair = time.monotonic(), Pair()
    pair.remove()
    try:
        pair.build()
        yield pair
    finally:
        pair.remove()
        print(f"\nAll was gone again after {time.monotonic() - begin:.0f} s.")
    assert pair.wires.present() == [] and not STATE.exists(), "the machines left something behind"


@pytest.fixture(scope="session")
def vm1(pair):
    return pair.machines["vm1"]


@pytest.fixture(scope="session")
def vm2(pair):
    return pair.machines["vm2"]


@pytest.fixture(scope="session")
def network(pair):
    """The role's runs: check mode on the bare machines, the change, once more; what each machine had before each."""
    state = {}
    runs = {}
    for name, arguments in {"check": ["--check", "--diff"], "first": [], "second": []}.items():
        begin = time.monotonic()
        state[name] = {machine.name: machine.output(SNAPSHOT) for machine in pair.machines.values()}
        runs[name] = pair.play("converge.yml", *arguments)
        print(f"Run '{name}': {time.monotonic() - begin:.0f} s.")
        assert runs[name].returncode == 0, runs[name].stdout[-5000:]
    pair.add_guests()
    return runs, state


@pytest.fixture(scope="session")
def osd_play(pair, network):
    """The play that makes a monitor and an OSD on vm2, begun; and its arguments."""
    variables = STATE / "ceph.json"
    keys = {"ceph_fsid": str(uuid.uuid4()), "ceph_admin_key": ceph_key(), "ceph_mon_key": ceph_key()}
    variables.write_text(json.dumps(keys))
    arguments = ("osd.yml", "-e", f"@{variables}")
    return pair.begin(*arguments), arguments


def ceph_key() -> str:
    """A secret as ceph-authtool draws one: kind, time, length, 16 random bytes."""
    return base64.b64encode(struct.pack("<HIIH", 1, int(time.time()), 0, 16) + os.urandom(16)).decode()


@pytest.fixture(scope="session")
def traffic(pair, network):
    """Frames of all ports while each segment carries packets of every size up to its own; results of the pings."""
    vm1 = pair.machines["vm1"]
    with Capture(PREFIX) as capture:
        pings = {
            (where, size): vm1.run(f"{inside} ping -c 3 -i 0.2 -W 5 -M do -s {size - 28} {address}")
            for where, inside, address, mtu in (
                ("pacs", "ip netns exec pacs", "10.97.130.12", 1500),
                ("ward", "ip netns exec ward", "10.97.150.12", 1500),
                ("storage", "", "10.97.30.12", 9000),
            )
            for size in (84, mtu, mtu + 1)
        }
    return capture.frames, pings


# What the role could change: its files, links, addresses, services, keys of the kernel.
SNAPSHOT = r"""
find /etc /usr/lib/medvirt /var/lib/medvirt -xdev \( -type f -printf '%p %m %s %T@\n' \
    -o -type l -printf '%p -> %l\n' \) 2>/dev/null | sort
ip -brief address | awk '{$2 = ""; print}' | sort
systemctl list-unit-files --no-legend --no-pager
sysctl net.ipv4.ip_forward net.ipv6.conf.all.disable_ipv6
"""
