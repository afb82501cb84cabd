# SPDX-License-Identifier: GPL-3.0-or-later
"""Three bare machines with bonds of trunks, as containers, cabled to switches that a proof can spoil.

Nothing is configured on them: no address, no bond, no VLAN device, all ports are down. Switches are bridges of this
machine; eno1 and eno2 are the links of bond0, each on its own switch, and mgmt0 is an access port on a third one.
"""

import json

import yaml

from proof.lab import run

NAMES = ("cab1", "cab2", "cab3")
PREFIX = "medvirt-cab-"
SWITCH = {"eno1": PREFIX + "a", "eno2": PREFIX + "b", "mgmt0": PREFIX + "m"}
LARGEST_MTU = 9000
SEGMENTS = {
    "mgmt": (10, "management", 1500),
    "ring0": (20, "cluster", 1500),
    "storage": (30, "storage", LARGEST_MTU),
    "pacs": (130, "guests", 1500),
}


def outside(host: str, port: str) -> str:
    """The end of a cable at its switch."""
    return f"{PREFIX}{host[-1]}{port[0]}{port[-1]}"


def plan(mode: str = "active-backup") -> dict:
    """A plan with what the network check reads of one."""
    segments = {
        name: {"site": "main", "vlan": vlan, "purpose": purpose, "mtu": mtu, "gateway": f"10.95.{vlan}.1"}
        for name, (vlan, purpose, mtu) in SEGMENTS.items()
    }
    hosts = {}
    for number, host in enumerate(NAMES, 11):
        nics = [
            {
                "name": "mgmt0" if name == "mgmt" else f"bond0.{segment['vlan']}",
                "segment": name,
                "address": f"10.95.{segment['vlan']}.{number}",
                "parent": None if name == "mgmt" else "bond0",
                "vlan": None if name == "mgmt" else segment["vlan"],
            }
            for name, segment in segments.items()
        ]
        trunks = [{"name": "bond0", "nics": ["eno1", "eno2"], "mode": mode}]
        slice_ = {"kind": "host", "site": "main", "nics": nics, "trunks": trunks, "bmc": None}
        hosts[host] = {"ansible_host": PREFIX + host, "hospital": slice_}
    variables = {
        "ansible_connection": "containers.podman.podman",
        "ansible_python_interpreter": "/usr/bin/python3",
        "hospital_plan": {"name": "cab", "hashes": {"content_sha256": "none"}, "segments": segments},
    }
    return {"all": {"vars": variables, "children": {"kvm_hosts": {"hosts": hosts}}}}


class Bench:
    """The machines, their cables and switches."""

    def __init__(self, image: str, folder):
        self.inventory = folder / "hosts.yml"
        self.image = image

    def __enter__(self):
        self.__exit__()
        self.inventory.write_text(yaml.safe_dump(plan()))
        for switch in SWITCH.values():
            run("ip", "link", "add", switch, "mtu", str(LARGEST_MTU), "type", "bridge")
            run("ip", "link", "set", switch, "up")
        trunk = [PREFIX + "ab", PREFIX + "ba"]
        self.cable(*trunk, "mtu", str(LARGEST_MTU))
        for end, switch in zip(trunk, ("eno1", "eno2"), strict=True):
            self.plug(end, SWITCH[switch])
        for host in NAMES:
            self.boot(host)
        return self

    def __exit__(self, *_raised):
        for host in NAMES:
            run("podman", "rm", "--force", "--ignore", "--time", "0", PREFIX + host)
        # The cables go with the machines, the cable between the switches with one of its ends.
        links = [link["ifname"] for link in json.loads(run("ip", "-json", "link"))]
        for name in (*SWITCH.values(), PREFIX + "ab"):
            if name in links:
                run("ip", "link", "del", name)

    def boot(self, host: str) -> None:
        """Start a machine with three ports, all down."""
        container = PREFIX + host
        options = ["--detach", "--network=none", "--ulimit=host", f"--name={container}", "--privileged"]
        run("podman", "run", *options, self.image, "sleep", "inf")
        pid = run("podman", "inspect", "--format", "{{.State.Pid}}", container).strip()
        for port, switch in SWITCH.items():
            end = outside(host, port)
            self.cable(end, port, "mtu", "1500", "netns", pid)
            self.plug(end, switch)

    def cable(self, one: str, other: str, *arguments: str) -> None:
        """Lay a cable; the arguments are those of its other end."""
        run("ip", "link", "add", one, "mtu", str(LARGEST_MTU), "type", "veth", "peer", "name", other, *arguments)

    def plug(self, end: str, switch: str) -> None:
        run("ip", "link", "set", end, "master", switch)
        run("ip", "link", "set", end, "up")

    def inside(self, host: str, command: str) -> str:
        """Standard output of a command on a machine."""
        return run("podman", "exec", PREFIX + host, *command.split())

    def ports(self, host: str) -> dict[str, tuple[bool, int]]:
        """{port: (is it up, its MTU)}"""
        links = json.loads(self.inside(host, "ip -json link"))
        return {link["ifname"]: ("UP" in link["flags"], link["mtu"]) for link in links if link["ifname"] != "lo"}
