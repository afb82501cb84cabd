# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab with more room and two small guests more, for as long as a proof needs them."""

import json
import shutil
import subprocess

import yaml

from proof.cluster import Cluster
from proof.lab import INVENTORY, ROOT, STATE, Lab, playbook, wait_for

FOLDER = ROOT / "build" / "wider"
WIDER = FOLDER / "inventories" / "lab" / INVENTORY.name
EXTRA = {"alpha": 256, "bravo": 320}
ROOM_MIB, DISK_GIB = 3072, 24


class Wider:
    """An inventory beside the lab's own, planned from its intent; site.yml with it adds the guests to the lab."""

    def __init__(self):
        self.guests = [f"{name}1" for name in EXTRA]

    def build(self) -> None:
        """Plan and build; the guests answer when it returns."""
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(INVENTORY.parent, WIDER.parent)
        # The lab's inventory finds keys and certificates two folders above itself.
        (FOLDER / ".lab").symlink_to(STATE)
        intent = WIDER.parent / "hospital.yml"
        intent.write_text(yaml.safe_dump(self._intent(yaml.safe_load(intent.read_text())), sort_keys=False))
        self.must("plan", "-e", f"hospital={intent}")
        self.must("site")

    @staticmethod
    def _intent(lab: dict) -> dict:
        """Hosts on which all guests fit at once; the room is a number of the plan, nobody uses it up."""
        profile, policies = lab["host_profiles"][0], lab["policies"]
        reserve = policies["host_reserve"]
        profile["memory_mib"] = reserve["memory_mib"] + ROOM_MIB
        profile["disks"] = [{**disk, "capacity_gib": DISK_GIB} for disk in profile["disks"]]
        policies["host_reserve"] = {**reserve, "cores": 0}
        small = {"type": "research", "segment": "pacs", "demand": {"research_nodes": 0}}
        lab["services"] += [
            {"name": name, **small, "guest": {"vcpus": 1, "memory_mib": memory, "root_gib": 3}}
            for name, memory in EXTRA.items()
        ]
        return lab

    def playbook(self, name: str, *arguments: str) -> subprocess.CompletedProcess:
        return playbook(name, *arguments, inventory=WIDER)

    def must(self, name: str, *arguments: str) -> str:
        """Run a playbook that has to succeed; its output."""
        done = self.playbook(name, *arguments)
        assert done.returncode == 0, f"{name}.yml failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
        return done.stdout

    def remove(self, lab: Lab, cluster: Cluster) -> None:
        """Take the guests out of the cluster by the lab's own plan, then everything that is theirs."""
        gone = json.dumps({"ha_cluster_removed_resources": self.guests})
        done = playbook("site", "-e", gone)
        assert done.returncode == 0, f"site.yml failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
        for guest in self.guests:
            # Without its definition Pacemaker would hold a guest for stopped that still runs.
            wait_for(f"the end of {guest}", lambda guest=guest: not cluster.hosts_of(guest), 120, 1)
        for host in lab.hosts.values():
            host.output("rm -f " + " ".join(f"/etc/medvirt/guests/{guest}.xml" for guest in self.guests))
        first = lab.running()[0]
        for image in first.output("rbd --pool guests ls").split():
            if image.rpartition("-")[0] in self.guests:
                first.output(f"rbd --pool guests rm --no-progress {image}")
        shutil.rmtree(FOLDER)


def everything(lab: Lab, cluster: Cluster) -> dict[str, list[str]]:
    """What of guests there is in the lab: resources, disks, definitions."""
    first = lab.running()[0]
    return {
        "resources": sorted(
            name for name, entry in cluster.status()["resources"].items() if "stonith" not in entry["agent"]
        ),
        "disks": sorted(first.output("rbd --pool guests ls").split()),
        "files": sorted({f for host in lab.hosts.values() for f in host.output("ls /etc/medvirt/guests").split()}),
    }
