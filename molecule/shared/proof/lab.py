# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's machines as a proof handles them: look inside, cut power, freeze, pull cables."""

import json
import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

import testinfra
import yaml

ROOT = Path(__file__).resolve().parents[3]
INVENTORY = ROOT / "inventories" / "lab" / "hosts.yml"
STATE = ROOT / ".lab"
CONTAINERS_CONF = ROOT / "roles" / "lab_host" / "files" / "containers.conf"
PREFIX = "medvirt-lab-"

# Ansible and the testinfra backend for podman both need the lab's own settings of podman.
os.environ["CONTAINERS_CONF"] = str(CONTAINERS_CONF)


def run(*argv: str) -> str:
    """Run a command on this machine; its standard output, or an error that names the command."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_for(what: str, condition, timeout_seconds: float, pause_seconds: float = 0.5):
    """Poll ``condition`` until it returns something true, and return that; fail by name after the time-out."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_seconds:g} s in vain for: {what}")
        time.sleep(pause_seconds)


def playbook(name: str, *arguments: str, inventory: Path = INVENTORY) -> subprocess.CompletedProcess:
    """Run one of the collection's playbooks on the lab, as a user would, with output that holds no colours."""
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_FORCE_COLOR"}
    return subprocess.run(
        [ROOT / ".venv/bin/ansible-playbook", f"playbooks/{name}.yml", "-i", str(inventory), *arguments],
        cwd=ROOT,
        env={**environment, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


class Host:
    """One machine of the lab: a container that plays a hypervisor, a gateway or the probe."""

    def __init__(self, name: str, slice_: dict):
        self.name = name
        self.plan = slice_
        self.container = PREFIX + name
        self.inside = testinfra.get_host(f"podman://{self.container}")

    def state(self) -> str:
        """'running', 'paused' (frozen) or 'exited' (off)."""
        return run("podman", "inspect", "--format", "{{.State.Status}}", self.container).strip()

    def output(self, command: str) -> str:
        """Standard output of a shell command inside; an error when it fails."""
        return self.inside.check_output(command)

    def succeeds(self, command: str) -> bool:
        return self.state() == "running" and self.inside.run(command).rc == 0

    def cut_power(self) -> None:
        """End all processes at once, as a pulled plug does."""
        run("podman", "kill", "--signal", "KILL", self.container)

    def power_on(self) -> None:
        if self.state() != "running":
            run("podman", "start", self.container)

    def freeze(self) -> None:
        run("podman", "pause", self.container)

    def link(self, segment: str, up: bool) -> None:
        """Plug or pull the cable of one segment, at the switch's side."""
        nic = next(nic["name"] for nic in self.plan["nics"] if nic["segment"] == segment)
        index = self.output(f"cat /sys/class/net/{nic}/iflink").strip()
        ports = json.loads(run("ip", "-json", "link"))
        port = next(port["ifname"] for port in ports if str(port["ifindex"]) == index)
        run("ip", "link", "set", port, "up" if up else "down")

    def in_segment(self, segment: str) -> list[str]:
        """argv before a command that runs in a segment of the probe; the management's port is its own."""
        namespace = [] if segment == self.plan["nics"][0]["segment"] else ["ip", "netns", "exec", segment]
        return ["podman", "exec", "--interactive", self.container, *namespace]

    def boot_id(self) -> str:
        """Changes with each power cycle: the start time of the container's first process."""
        return run("podman", "inspect", "--format", "{{.State.StartedAt}}", self.container).strip()


class Lab:
    """All machines and guests of the lab's plan; ``hosts`` are the hypervisors alone."""

    def __init__(self):
        everything = yaml.safe_load(INVENTORY.read_text())["all"]
        self.plan = everything["vars"]["hospital_plan"]
        groups = everything["children"]
        self.hosts, self.gateways, self.probes = (
            {name: Host(name, values["hospital"]) for name, values in groups[group]["hosts"].items()}
            for group in ("kvm_hosts", "gateways", "probes")
        )
        self.machines = self.hosts | self.gateways | self.probes
        self.guests = {name: values["hospital"] for name, values in groups["guests"]["hosts"].items()}

    def __getitem__(self, name: str) -> Host:
        return self.machines[name]

    def others(self, *names: str) -> list[Host]:
        return [host for name, host in self.hosts.items() if name not in names]

    def running(self) -> list[Host]:
        return [host for host in self.hosts.values() if host.state() == "running"]

    def mend(self) -> None:
        """Thaw, power on and plug in everything."""
        for host in self.machines.values():
            if host.state() == "paused":
                run("podman", "unpause", host.container)
            host.power_on()
        for port in self._ports():
            if "UP" not in port["flags"]:
                run("ip", "link", "set", port["ifname"], "up")

    def _ports(self) -> list[dict]:
        """The switches' ports, to each of which one NIC of a machine is cabled."""
        networks = run("podman", "network", "ls", "--quiet", "--filter", f"name=^{PREFIX}").split()
        switches = {entry["network_interface"] for entry in json.loads(run("podman", "network", "inspect", *networks))}
        return [link for link in json.loads(run("ip", "-json", "link")) if link.get("master") in switches]

    def bmc_events(self, since: float) -> list[dict]:
        """What the baseboard controllers did since a moment; each event with ``epoch``, seconds since the epoch."""
        log = STATE / "bmc" / "events.jsonl"
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        for event in events:
            event["epoch"] = datetime.fromisoformat(event["time"]).timestamp()
        return [event for event in events if event["epoch"] >= since]

    def power_cycles(self, since: float) -> dict[str, int]:
        """How often the controllers powered each host on since a moment, which is the end of each fencing."""
        started = [event["system"] for event in self.bmc_events(since) if event["action"] == "On"]
        return {host.name: started.count(host.plan["bmc"]["system"]) for host in self.hosts.values()}
