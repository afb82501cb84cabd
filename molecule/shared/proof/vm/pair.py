# SPDX-License-Identifier: GPL-3.0-or-later
"""Two emulated machines on the same wires, from nothing to nothing again."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from proof.lab import ROOT, run
from proof.vm.frames import Frame
from proof.vm.image import image
from proof.vm.machine import SOCKETS, Machine, accelerator
from proof.vm.wires import Wires

STATE = ROOT / "build" / "vlan"
SCENARIO = ROOT / "molecule" / "vlan"
INVENTORY = STATE / "hosts.json"
TOOLS = [Path(__file__).with_name(name) for name in ("frames.py", "transfer.py")]
TOOLS.append(ROOT / "plugins" / "module_utils" / "kvm_probe.py")
# Segments with a bridge: VLAN id by name. Each machine gets a guest in each: a network namespace at a bridge's port.
GUESTS = {"pacs": 130, "ward": 150}
STORAGE = 30
GUEST = """
ip netns add {segment}
ip link add v-{segment} type veth peer name eth0 netns {segment}
ip netns exec {segment} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link set v-{segment} master br-{segment} up
ip -n {segment} address add 10.97.{vlan}.{number}/24 dev eth0
ip -n {segment} link set eth0 up
"""


class Pair:
    """``machines``: by name; ``wires`` between them; ``accelerator`` says how they run and why."""

    def __init__(self):
        self.wires = Wires(("vm1", "vm2"))
        self.machines = {
            name: Machine(name, 11 + index, STATE / name, ports)
            for index, (name, ports) in enumerate(self.wires.ports.items())
        }
        self.accelerator = accelerator()

    def build(self) -> None:
        begin = time.monotonic()
        folder = image()
        print(f"\nThe image stood after {time.monotonic() - begin:.0f} s; {self.accelerator.reason}.")
        for folder_of_run in (STATE, SOCKETS):
            folder_of_run.mkdir(parents=True, mode=0o700)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "vlan", "-f", str(STATE / "id"))
        self.wires.lay()
        begin = time.monotonic()
        for machine in self.machines.values():
            machine.prepare(folder / "disk.img", STATE / "id.pub")
            machine.start(folder, self.accelerator.accelerator)
        (STATE / "known_hosts").write_text("".join(machine.known_host() for machine in self.machines.values()))
        INVENTORY.write_text(json.dumps(self._inventory(), indent=2))
        for machine in self.machines.values():
            machine.wait_for_ssh()
            machine.put(TOOLS)
        print(f"Both machines answered {time.monotonic() - begin:.0f} s after power on.")

    def remove(self) -> None:
        for machine in self.machines.values():
            machine.stop()
        self.wires.remove()
        for folder in (STATE, SOCKETS):
            shutil.rmtree(folder, ignore_errors=True)

    def begin(self, name: str, *arguments: str) -> subprocess.Popen:
        """Start one of the scenario's playbooks; its output without colours."""
        environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_FORCE_COLOR"}
        return subprocess.Popen(
            [ROOT / ".venv/bin/ansible-playbook", str(SCENARIO / name), "-i", str(INVENTORY), *arguments],
            cwd=ROOT, env={**environment, "ANSIBLE_NOCOLOR": "1"}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def play(self, name: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run one of the scenario's playbooks to its end."""
        process = self.begin(name, *arguments)
        told, _errors = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, told)

    def add_guests(self) -> None:
        for machine in self.machines.values():
            orders = [GUEST.format(segment=name, vlan=vlan, number=machine.number) for name, vlan in GUESTS.items()]
            machine.output("set -e\n" + "".join(orders))

    def seen_inside(self, marker: str, seconds: float, act) -> dict[str, list[Frame]]:
        """What each machine sees on its interfaces of the frames with ``marker``, while ``act`` puts them on the wire.

        ``payload`` of a frame is what follows the marker, as text.
        """
        command = f"python3 frames.py capture {seconds:g} {marker}"
        captures = {name: machine.popen(command) for name, machine in self.machines.items()}
        for name, capture in captures.items():
            assert capture.stdout.readline() == "ready\n", f"{name}: {capture.stderr.read()}"
        act()
        return {
            name: [Frame(**json.loads(line)) for line in capture.communicate()[0].splitlines()]
            for name, capture in captures.items()
        }

    def _inventory(self) -> dict:
        hosts = {
            m.name: {"ansible_host": m.address, "vlan_number": m.number, "ansible_control_path": str(m.connection)}
            for m in self.machines.values()
        }
        settings = {
            "ansible_user": "root",
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_ssh_private_key_file": str(STATE / "id"),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={STATE}/known_hosts",
        }
        return {"all": {"children": {"machines": {"hosts": hosts, "vars": settings}}}}


def recap(done: subprocess.CompletedProcess) -> dict[str, dict[str, int]]:
    """Ansible's counts by host."""
    lines = re.findall(r"^(\S+)\s+: (ok=\d+ .*)$", done.stdout, re.MULTILINE)
    return {host: {key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines}
