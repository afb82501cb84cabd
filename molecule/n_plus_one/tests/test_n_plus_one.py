# SPDX-License-Identifier: GPL-3.0-or-later
"""On a tight cluster each host in turn is taken away: Pacemaker's scheduler must do what the plan promised.

The project's planner plans the cluster; the real crm_simulate of a lab host answers; the lab itself keeps running.
"""

import copy
from collections import Counter

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import load_catalogue
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.cluster import cluster_nodes, cluster_resources
from proof.cluster import assert_healthy
from proof.intent import hypervisors_only
from proof.lab import ROOT
from proof.scheduler import build_cib, placement_without

CATALOGUE = ROOT / "plugins" / "plugin_utils" / "catalogue" / "data"
# MiB for guests on each host, and of the guests: chosen so that all three hosts are in use, that the guests of one host
# must be shared out between the other two, and that a few percent of what N+1 leaves them is free.
HOSTS_MIB, RESERVE_MIB = {"kvm1": 8192, "kvm2": 8192, "kvm3": 6144}, 1024
GUESTS_MIB = {
    "alpha": 2816, "bravo": 512, "charlie": 896, "delta": 2176, "echo": 768, "foxtrot": 1280, "golf": 896,
    "hotel": 512, "india": 1408,
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def baseline():
    """Nothing is broken here: one look before all tests is enough."""
    assert_healthy()


class TightCluster:
    """The plan of hosts that are just large enough, and what the role ha_cluster would be given for it."""

    def __init__(self, intent: dict):
        made = make_plan(
            yaml.safe_dump(intent),
            None,
            load_catalogue({str(path.relative_to(CATALOGUE)): path.read_text() for path in CATALOGUE.rglob("*.yml")}),
            "hospital.yml",
            "hosts.yml",
        )
        assert not made.findings, [finding.sentence() for finding in made.findings]
        groups = yaml.safe_load(made.text)["all"]["children"]
        self.hosts = {name: entry["hospital"] for name, entry in groups["kvm_hosts"]["hosts"].items()}
        self.guests = {name: entry["hospital"] for name, entry in groups["guests"]["hosts"].items()}
        self.promise = made.plan["n_plus"]["failures"]
        self.running = {name: guest["placement"]["host"] for name, guest in self.guests.items()}
        timing = made.plan["timing"]
        resources = cluster_resources(self.guests, "main", timing)
        self.arguments = {
            "nodes": cluster_nodes(self.hosts, made.plan["clusters"]["main"]),
            "resources": [{**resource, "migrate_timeout_seconds": 300} for resource in resources],
            "fence_timeout_seconds": timing["fence_timeout_seconds"],
            "password_directory": "/etc/medvirt/fencing",
        }

    def promised(self, lost: str) -> dict[str, str]:
        """{guest: host} after the loss of a host, as the plan says; guests of other hosts stay."""
        return {**self.running, **self.promise[lost]}

    def free_mib(self, where: dict[str, str]) -> dict[str, int]:
        """Memory left on each host; negative: over its capacity."""
        used = Counter()
        for guest, host in where.items():
            used[host] += self.guests[guest]["utilization"]["hv_memory"]
        return {name: host["capacity"]["memory_mib"] - used[name] for name, host in self.hosts.items()}

    def smallest_mib(self) -> int:
        return min(guest["utilization"]["hv_memory"] for guest in self.guests.values())


@pytest.fixture(scope="module")
def tight() -> TightCluster:
    intent = hypervisors_only()
    profile = intent["host_profiles"][0]
    disks = [{**disk, "capacity_gib": 200} for disk in profile["disks"]]
    intent["host_profiles"] = [
        {**profile, "name": name, "cores": 17, "memory_mib": room + RESERVE_MIB, "disks": disks}
        for name, room in HOSTS_MIB.items()
    ]
    for host in intent["hosts"]:
        host["profile"] = host["name"]
    intent["policies"]["host_reserve"] = {"cores": 1, "memory_mib": RESERVE_MIB}
    service = intent["services"][0]
    intent["services"] = [
        {**service, "name": name, "ae_title": name.upper(), "guest": {**service["guest"], "memory_mib": memory}}
        for name, memory in GUESTS_MIB.items()
    ]
    return TightCluster(intent)


def show(tight: TightCluster, lost: str, promised: dict, found: dict) -> None:
    print(f"\n{lost} is taken away   first host   plan says   Pacemaker does")
    for guest, host in tight.running.items():
        print(f"  {guest:<17} {host:<12} {promised[guest]:<11} {found.get(guest, 'stays down')}")
    free = ", ".join(f"{name} {mib}" for name, mib in tight.free_mib(found).items() if name != lost)
    print(f"  MiB left: {free} (smallest guest: {tight.smallest_mib()})")


@pytest.mark.parametrize("lost", ["kvm1", "kvm2", "kvm3"])
def test_pacemaker_does_what_the_plan_promised(lab, tight, lost):
    assert tight.promise[lost], f"nothing would be shown: no guest runs on {lost}"
    found = placement_without(build_cib(tight.arguments, tight.running), [lost], lab.running()[0])
    promised = tight.promised(lost)
    show(tight, lost, promised, found)
    assert found == promised
    left = tight.free_mib(found)
    assert all(mib >= 0 for mib in left.values()), f"a host is over its capacity: {left}"
    if HOSTS_MIB[lost] == max(HOSTS_MIB.values()):  # the loss of a smaller host leaves more room
        assert any(left[name] < tight.smallest_mib() for name in left if name != lost), f"nothing was tight: {left}"


def test_a_host_is_never_filled_beyond_its_capacity(lab, tight):
    """Two of three hosts gone, which nobody promised: some guests stay down, those that fit run on."""
    found = placement_without(build_cib(tight.arguments, tight.running), ["kvm1", "kvm2"], lab.running()[0])
    stayed = [guest for guest, host in tight.running.items() if host == "kvm3"]
    assert all(found.get(guest) == "kvm3" for guest in stayed)
    assert set(found) < set(tight.running)
    assert tight.free_mib(found)["kvm3"] >= 0


def test_without_the_preferences_pacemaker_would_choose_otherwise(lab, tight):
    """The agreement above is the work of the plan's preferences, not of chance."""
    arguments = copy.deepcopy(tight.arguments)
    for resource in arguments["resources"]:
        resource["preferences"] = []
    cib = build_cib(arguments, tight.running)
    found = {lost: placement_without(cib, [lost], lab.running()[0]) for lost in tight.hosts}
    assert found != {lost: tight.promised(lost) for lost in tight.hosts}
