# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that cut a machine off, and how long it is out of reach."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from datetime import date

from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.firewall import machine_rules
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.host import network_links
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.probe import root_nics

from proof.lab import INVENTORY, ROOT, Host, Lab, run, wait_for

CHANGE = "molecule/locked_out/change.yml"
MANAGEMENT = "mgmt"
SSH = 22
STATE_FILE = "/var/lib/medvirt/guard/network/pending/state.json"


def answers(address: str) -> bool:
    """Whether an SSH server greets on a new connection."""
    try:
        with socket.create_connection((address, SSH), timeout=1) as connection:
            return connection.recv(3) == b"SSH"
    except OSError:
        return False


class Knocking(threading.Thread):
    """Knocks at a machine all the time; ``outage()`` says for how many seconds it did not answer."""

    def __init__(self, address: str):
        super().__init__(daemon=True)
        self.address, self.seen, self.over = address, [], threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.25):
            self.seen.append((time.monotonic(), answers(self.address)))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        self.seen.append((time.monotonic(), answers(self.address)))

    def outage(self) -> float:
        silent = [moment for moment, answered in self.seen if not answered]
        after = [moment for moment, answered in self.seen if answered and silent and moment > silent[-1]]
        return after[0] - silent[0] if after else 0.0


def links(lab: Lab, machine: Host) -> list[dict]:
    """The links that the plan gives a machine."""
    return network_links(root_nics(machine.plan, lab.plan), machine.plan["trunks"], machine.plan["nics"])


def with_wrong_address(lab: Lab, machine: Host) -> dict:
    """The management link gets an address that nobody expects; it is free in the lab."""
    own = machine.plan["addresses"][MANAGEMENT]
    free = own.rpartition(".")[0] + ".199"
    return {"host_network_links": json.loads(json.dumps(links(lab, machine)).replace(f'"{own}/', f'"{free}/'))}


def on_wrong_port(lab: Lab, machine: Host, other: str) -> dict:
    """The management link and that of another segment have changed places, as two swapped cables or VLANs do."""
    made = {link["name"]: link for link in links(lab, machine)}
    first, second = (
        made[nic["name"]]
        for segment in (MANAGEMENT, other)
        for nic in machine.plan["nics"]
        if nic["segment"] == segment
    )
    first["name"], second["name"] = second["name"], first["name"]
    return {"host_network_links": list(made.values())}


def without_ssh(lab: Lab, machine: Host) -> dict:
    """The machine's packet filter without what lets SSH in."""
    elements = machine_rules(lab.plan, machine.plan, date.today().isoformat())
    kept = [element for element in elements if element["protocol"] != "tcp" or not _holds(element["ports"], SSH)]
    assert len(kept) < len(elements), "the plan has no flow for SSH"
    return {"host_firewall_elements": kept}


def _holds(ports: str | None, port: int) -> bool:
    first, _dash, last = str(ports or "1-65535").partition("-")
    return int(first) <= port <= int(last or first)


def configuration(machine: Host) -> dict:
    """What must be the same afterwards: files, addresses, bridges, packet filter."""
    shown = json.loads(machine.output("ip -json address"))
    return {
        "files": machine.output(
            "find /etc/systemd/network /etc/medvirt/firewall -type f -exec sha256sum {} + | sort -k2"
        ),
        "links": {
            link["ifname"]: (
                link.get("master"),
                sorted(entry["local"] for entry in link["addr_info"] if entry["family"] == "inet"),
            )
            for link in shown
        },
        "routes": sorted(machine.output("ip -4 route").splitlines()),
        "rules": machine.output("nft --stateless list table inet medvirt_host"),
    }


def arguments(machine: Host, role: str, confirm_seconds: int, spoilt: dict) -> list[str]:
    """The words after `ansible-playbook` that change a machine."""
    values = {
        "locked_out_role": role,
        "host_network_confirm_seconds": confirm_seconds,
        "host_firewall_confirm_seconds": confirm_seconds,
        **spoilt,
    }
    return [CHANGE, "-i", str(INVENTORY), "--limit", machine.name, "-e", json.dumps(values)]


def change(machine: Host, role: str, confirm_seconds: int, spoilt: dict) -> subprocess.CompletedProcess:
    """Run the role on the machine to the end."""
    return subprocess.run(
        [ROOT / ".venv/bin/ansible-playbook", *arguments(machine, role, confirm_seconds, spoilt)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def die_during(machine: Host, spoilt: dict) -> None:
    """Begin a change of the network and lose controller and power when it is in effect and not confirmed."""
    controller = subprocess.Popen(
        [ROOT / ".venv/bin/ansible-playbook", *arguments(machine, "host_network", 600, spoilt)],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for("a change that is applied and not confirmed", lambda: _applied(machine), 120, 0.2)
    finally:
        os.killpg(controller.pid, signal.SIGKILL)
        controller.wait()
    machine.cut_power()


def _applied(machine: Host) -> bool:
    shown = machine.inside.run(f"cat {STATE_FILE}")
    return shown.rc == 0 and json.loads(shown.stdout)["step"] == "applied"


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "ANSIBLE_FORCE_COLOR"}
    return {**kept, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}


class DeafSwitch:
    """A segment in which this machine, which plays the switches, answers no ARP requests, as a switch does not."""

    def __init__(self, segment: str):
        bridge = run("podman", "network", "inspect", f"medvirt-lab-{segment}", "--format", "{{.NetworkInterface}}")
        self.key = f"net.ipv4.conf.{bridge.strip()}.arp_ignore"

    def __enter__(self):
        self.before = run("sysctl", "--values", self.key).strip()
        run("sysctl", "--quiet", "--write", f"{self.key}=8")
        return self

    def __exit__(self, *_):
        run("sysctl", "--quiet", "--write", f"{self.key}={self.before}")
