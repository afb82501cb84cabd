# SPDX-License-Identifier: GPL-3.0-or-later
"""Three machines with a bond of trunks and an access port, and switches that a test can spoil, without any network."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.cabling import judge
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.cabling_plan import address_owners, ends

HOSTS = ("kvm1", "kvm2", "kvm3")
SEGMENTS = {
    "mgmt": {"site": "main", "vlan": 10, "purpose": "management", "mtu": 1500, "gateway": "10.0.10.1"},
    "storage": {"site": "main", "vlan": 30, "purpose": "storage", "mtu": 9000, "gateway": None},
    "pacs": {"site": "main", "vlan": 130, "purpose": "guests", "mtu": 1500, "gateway": "10.0.130.1"},
}
PLAN = {"segments": SEGMENTS}


def machine(number: int, mode: str = "active-backup") -> dict:
    nics = [
        {"name": "mgmt0", "segment": "mgmt", "address": f"10.0.10.{number}", "parent": None, "vlan": None},
        {"name": "bond0.30", "segment": "storage", "address": f"10.0.30.{number}", "parent": "bond0", "vlan": 30},
        {"name": "bond0.130", "segment": "pacs", "address": None, "parent": "bond0", "vlan": 130},
    ]
    trunks = [{"name": "bond0", "nics": ["eno1", "eno2"], "mode": mode}]
    return {"kind": "host", "site": "main", "nics": nics, "trunks": trunks, "bmc": None}


def slices(mode: str = "active-backup", hosts=HOSTS) -> dict[str, dict]:
    return {host: machine(number, mode) for number, host in enumerate(hosts, 11)}


class Switches:
    """Each end of the plan is in a network, by default its segment's, and hears all others in it with their sizes."""

    def __init__(self, machines: dict[str, dict]):
        self.machines = machines
        self.ends = ends(machines)
        self.network = {end: end.segment for end in self.ends}
        self.cut = set()
        self.small = set()
        self.problems: dict[tuple[str, str], dict] = {}
        self.claims: dict[str, list] = {host: [] for host in machines}
        self.extra: dict[str, list] = {host: [] for host in machines}

    def end(self, host: str, port: str, segment: str):
        return next(e for e in self.ends if (e.host, e.port, e.segment) == (host, port, segment))

    def passes(self, sender, receiver) -> bool:
        apart = (sender.host, sender.port) != (receiver.host, receiver.port)
        up = all(self.problems.get((e.host, e.port), {}).get("link", True) for e in (sender, receiver))
        same = self.network[sender] == self.network[receiver]
        return apart and up and same and (sender, receiver) not in self.cut

    def answers(self) -> dict[str, dict]:
        found = {}
        for host in self.machines:
            ports = {e.port: {"found": True, "link": True, "problem": ""} for e in self.ends if e.host == host}
            for (where, port), change in self.problems.items():
                if where == host:
                    ports[port].update(change)
            heard = [
                [
                    receiver.port,
                    None if receiver.tag < 0 else receiver.tag,
                    sender.host,
                    sender.port,
                    sender.segment,
                    size,
                ]
                for receiver in self.ends
                for sender in self.ends
                if receiver.host == host and self.passes(sender, receiver)
                for size in ("short", "full")
                if size == "short" or not {sender, receiver} & self.small
            ]
            mac = [f"52:54:00:00:00:{host[-1]:0>2}"]
            heard += self.extra[host]
            found[host] = {"ports": ports, "heard": heard, "claims": self.claims[host], "macs": mac}
        return found

    def judgement(self, plan=None, guests=None, unasked=()):
        plan = plan or PLAN
        owners = address_owners(self.machines, guests or {}, plan)
        answers = {host: answer for host, answer in self.answers().items() if host not in unasked}
        return judge(self.machines, plan, owners, answers)
