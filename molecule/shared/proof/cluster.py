# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as its own tools see it, asked on any host that lives."""

import json
import shlex
import time

from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_status import parse

from proof.lab import Host, Lab, playbook, wait_for

CRM_MON = "crm_mon --one-shot --inactive --fence-history=2 --output-as=xml"


class Cluster:
    """Questions to Pacemaker, libvirt and Ceph about the lab's cluster."""

    def __init__(self, lab: Lab):
        self.lab = lab

    def status(self) -> dict:
        """Pacemaker's view, that of a host with quorum if there is one; {} while nobody answers."""
        views = []
        for host in self.lab.running():
            answer = host.inside.run(CRM_MON)
            if answer.rc == 0:
                views.append(parse(answer.stdout))
                if views[-1]["quorate"]:
                    return views[-1]
        return views[0] if views else {}

    def hosts_of(self, guest: str) -> list[str]:
        """The hosts whose libvirt runs the guest."""
        listed = {
            host.name: host.inside.run("virsh -c qemu:///system list --name").stdout for host in self.lab.running()
        }
        return [name for name, domains in listed.items() if guest in domains.split()]

    def host_of(self, guest: str) -> str:
        """The one host that runs the guest."""
        hosts = self.hosts_of(guest)
        assert len(hosts) == 1, f"{guest} runs on {hosts or 'no host'}, not on exactly one"
        return hosts[0]

    def at_rest(self, guest: str, host: str) -> bool:
        """Whether Pacemaker has ended what it did to the guest; its domain runs on a new host some time earlier."""
        entry = self.status()["resources"][guest]
        return entry["role"] == "Started" and entry["nodes"] == [host]

    def agent_answers(self, guest: str, host: str) -> bool:
        ping = shlex.quote(json.dumps({"execute": "guest-ping"}))
        return self.lab[host].succeeds(f"timeout 5 virsh -c qemu:///system qemu-agent-command {guest} {ping}")

    def all_online(self) -> bool:
        nodes = self.status().get("nodes", {})
        return all(nodes.get(name, {}).get("online") and not nodes[name]["pending"] for name in self.lab.hosts)

    def account(self) -> str:
        """What each host says about the cluster and did lately, for whoever has to find out why it is not whole."""
        said = []
        for host in self.lab.running():
            said.append(f"--- {host.name}\n{host.inside.run('crm_mon --one-shot --inactive').stdout}")
            journal = "journalctl --quiet --no-pager -o short-precise -t pacemaker-controld -t corosync --lines 60"
            said.append(host.inside.run(journal).stdout)
        return "\n".join(said)

    def storage_healthy(self) -> bool:
        host = self.lab.running()[0]
        answer = host.inside.run("timeout 10 ceph status --format json")
        if answer.rc:
            return False
        state = json.loads(answer.stdout)
        groups = state["pgmap"]["pgs_by_state"]
        osds = state["osdmap"]
        return (
            len(state["quorum_names"]) == len(self.lab.hosts)
            and osds["num_up_osds"] == osds["num_osds"] == osds["num_in_osds"]
            and all(group["state_name"].startswith("active+clean") for group in groups)
        )

    def wait_until_whole(self, timeout_seconds: float = 240) -> None:
        """All hosts powered and in the cluster, storage clean, each guest running once and answering."""
        wait_for("all hosts powered on", lambda: len(self.lab.running()) == len(self.lab.hosts), timeout_seconds, 2)
        try:
            wait_for("all hosts in the cluster", self.all_online, timeout_seconds, 2)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.account()}") from None
        wait_for("all data replicated", self.storage_healthy, timeout_seconds, 2)
        for guest in self.lab.guests:
            wait_for(f"{guest} on one host", lambda guest=guest: len(self.hosts_of(guest)) == 1, timeout_seconds, 2)
            wait_for(
                f"the agent of {guest}",
                lambda guest=guest: self.agent_answers(guest, self.host_of(guest)),
                timeout_seconds,
                2,
            )

    def journal_time(self, pattern: str, since: float, hosts: list[Host] | None = None) -> float | None:
        """The earliest journal entry after a moment that matches, on any of the hosts; seconds since the epoch."""
        found = []
        for host in hosts or self.lab.running():
            answer = host.inside.run(
                f"journalctl --quiet --no-pager --output=json --since=@{since - 1:.0f} --grep={shlex.quote(pattern)}"
            )
            times = [int(json.loads(line)["__REALTIME_TIMESTAMP"]) / 1e6 for line in answer.stdout.splitlines()]
            found += [when for when in times if when >= since]
        return min(found, default=None)


def assert_healthy() -> None:
    """The baseline of every proof: what `validate.yml` tells an operator, without the packets (see probe_matrix)."""
    done = playbook("validate", "-e", "probe=false")
    assert done.returncode == 0, f"the lab is not healthy before the proof:\n{done.stdout[-4000:]}{done.stderr[-2000:]}"


def now() -> float:
    return time.time()
