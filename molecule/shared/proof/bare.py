# SPDX-License-Identifier: GPL-3.0-or-later
"""A second, short-lived lab of bare hosts beside the lab, built by the product's own playbooks from its own intent."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from proof.intent import hypervisors_only
from proof.lab import ROOT, playbook, run

# playbooks/vars/lab.yml keeps a lab's state two folders above its inventory.
FOLDER = ROOT / "build" / "bare"
INVENTORY = FOLDER / "inventories" / "bare" / "hosts.yml"
MODEL = ROOT / "inventories" / "lab"
NETWORK = ("10.77.", "10.78.")
# Its own secrets are made; and without gateways this machine is the gateway of all segments.
LAB_ONLY = ["secrets.yml", "this_machine.yml"]
# What a run could change on a host. Left out is what mere looking leaves behind: apt's index of its own lists and the
# service that D-Bus starts to tell the host's name.
SNAPSHOT = r"""
export LC_ALL=C
dpkg-query --show
find /etc /usr/local /var/lib/apt/lists /var/cache/apt/archives /var/lib/ceph /var/lib/libvirt /var/lib/pacemaker \
    -xdev \( -type f -printf '%p %m %U:%G %s %T@\n' -o -type l -printf '%p -> %l\n' \) 2>/dev/null | sort
systemctl list-unit-files --no-legend --no-pager
systemctl list-units --type=service --state=running --plain --no-legend --no-pager |
    awk '$1 != "systemd-hostnamed.service" {print $1, $4}'
ip -brief address
ip route
blkid -p /dev/disk/by-id/lab-osd
"""


class BareLab:
    """Three hosts with nothing but Debian on them."""

    hosts = ("kvm1", "kvm2", "kvm3")
    device = "/dev/disk/by-id/lab-osd"

    def build(self) -> None:
        self._write_intent()
        self._must("plan", "-e", f"hospital={INVENTORY.parent / 'hospital.yml'}")
        self._must("secrets")
        self._must("lab_up", "-e", json.dumps({"lab_bare_hosts": self.hosts}))

    def remove(self) -> None:
        """Remove all of it; also what an earlier, interrupted run has left."""
        if INVENTORY.exists():
            self._must("lab_down")
        shutil.rmtree(FOLDER, ignore_errors=True)

    def site(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run site.yml; its output without the colours that Molecule asks of Ansible."""
        done = playbook("site", *arguments, inventory=INVENTORY)
        done.stdout = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
        return done

    def snapshots(self) -> dict[str, str]:
        """By host: packages, configuration, units, addresses and the disk's signature, as text."""
        return {host: self._inside(host, SNAPSHOT) for host in self.hosts}

    def disk(self, host: str) -> Path:
        """This machine's loop device that plays the host's disk."""
        file = FOLDER / ".lab" / "disks" / f"{host}-lab-osd"
        return Path(run("losetup", "--associated", str(file), "--output", "NAME", "--noheadings").strip())

    def secrets(self) -> list[str]:
        """Every secret line that was made for these hosts; certificates are none."""
        vault = INVENTORY.parent / "group_vars" / "all" / "secrets.yml"
        text = run(str(ROOT / ".venv/bin/ansible-vault"), "view", str(vault))
        return [line for value in _leaves(yaml.safe_load(text)) for line in value.splitlines() if "-----" not in line]

    def _write_intent(self) -> None:
        shutil.copytree(MODEL / "group_vars", INVENTORY.parent / "group_vars", ignore=lambda *__: LAB_ONLY)
        text = yaml.safe_dump({**hypervisors_only(), "hospital": "bare"}, sort_keys=False).replace(*NETWORK)
        (INVENTORY.parent / "hospital.yml").write_text(text)

    def _must(self, name: str, *arguments: str) -> None:
        done = playbook(name, *arguments, inventory=INVENTORY)
        assert done.returncode == 0, f"{name}.yml failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}"

    def _inside(self, host: str, script: str) -> str:
        done = subprocess.run(
            ["podman", "exec", "--interactive", f"medvirt-bare-{host}", "sh", "-s"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "ssh.service" in done.stdout, f"{host} could not be looked at: {done.stderr}"
        return done.stdout


def machine() -> dict[str, list[str]]:
    """What labs use of this machine: containers, networks, loop devices, addresses of baseboard controllers."""
    loopback = json.loads(run("ip", "-json", "address", "show", "dev", "lo"))[0]["addr_info"]
    return {
        "containers": sorted(run("podman", "ps", "--all", "--format", "{{.Names}}").split()),
        "networks": sorted(run("podman", "network", "ls", "--format", "{{.Name}}").split()),
        "packet filters": sorted(run("nft", "list", "tables").splitlines()),
        "disks": sorted(run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").splitlines()),
        "addresses": sorted(entry["local"] for entry in loopback),
    }


def _leaves(value) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, entry in value.items() if key != "certificate" for leaf in _leaves(entry)]
    return [value]
