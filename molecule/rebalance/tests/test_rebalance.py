# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks spread guests and empty a host, while images are stored; a move that fails stops the plan."""

import re
import threading
import time
import xml.etree.ElementTree as ET
from contextlib import contextmanager

import pytest
from proof.cluster import now
from proof.dicom import Sender, fresh_study, sample_files
from proof.lab import Host, wait_for
from proof.scheduler import placement_without

TLS_PORT = 16514
MOVE = re.compile(r"^ +(?P<wave>\d+) +(?P<guest>\w+) +(?P<source>kvm\d) +(?P<target>kvm\d) +[\d.]+ ", re.MULTILINE)
CHANGED = re.compile(r"changed=([1-9]\d*)")


@pytest.fixture
def guests(wider, guest):
    return [guest, *wider.guests]


def positions(cluster, guests) -> dict[str, str]:
    return {name: cluster.host_of(name) for name in guests}


def configuration(lab) -> str:
    return lab.running()[0].output("cibadmin --query --scope configuration")


def constraints(lab) -> str:
    return lab.running()[0].output("cibadmin --query --scope constraints")


def process(lab, cluster, guest) -> tuple[str, str]:
    """Where the guest's QEMU runs, and its process there: another one after a restart."""
    host = cluster.host_of(guest)
    # The brackets keep the shell that asks out of the answer.
    return host, lab[host].output(f"pgrep --full '[g]uest={guest},'").strip()


def gather(lab, cluster, guests, host: str) -> None:
    """Put all guests on one host by hand, one after the other."""
    for name in guests:
        if cluster.host_of(name) == host:
            continue
        lab[host].output(f"crm_resource --move --resource {name} --node {host}")
        wait_for(f"{name} at rest on {host}", lambda name=name: cluster.at_rest(name, host), 180, 1)
        lab[host].output(f"crm_resource --clear --resource {name}")
        lab[host].output("crm_resource --wait --timeout=60")


@contextmanager
def closed(host: Host):
    """No migration can reach the host, and nothing else is disturbed."""
    rule = f"INPUT --protocol tcp --dport {TLS_PORT} --jump REJECT --reject-with tcp-reset"
    host.output(f"iptables --insert {rule}")
    try:
        yield
    finally:
        host.output(f"iptables --delete {rule}")


@contextmanager
def restless(host: Host):
    """Somebody changes the cluster's configuration all the time, so that Pacemaker thinks anew in mid-migration."""
    ended = threading.Event()

    def change() -> None:
        while not ended.wait(0.5):
            host.output(f"crm_attribute --node {host.name} --name proof --update {time.time_ns()}")

    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(30)
        host.output(f"crm_attribute --node {host.name} --name proof --delete")


def moves(output: str) -> list[dict[str, str]]:
    return [found.groupdict() for found in MOVE.finditer(output.replace("\n        ", "\n "))]


def table(output: str) -> str:
    """What the playbook showed, without Ansible's frame."""
    return output.partition("msg: |-\n")[2].partition("\nPLAY ")[0].rstrip()


def test_guests_on_one_host_are_spread_and_any_host_may_fail(lab, cluster, wider, guests):
    home = cluster.host_of(guests[0])
    gather(lab, cluster, guests, home)
    before, bound = configuration(lab), constraints(lab)

    dry = wider.must("rebalance")
    print("\n" + table(dry))
    planned = moves(dry)
    assert planned and {move["source"] for move in planned} == {home}
    assert positions(cluster, guests) == dict.fromkeys(guests, home), "a dry run has moved a guest"
    assert configuration(lab) == before, "a dry run has changed the cluster"
    assert CHANGED.findall(dry) == []

    processes = {name: process(lab, cluster, name) for name in guests}
    wider.must("rebalance", "-e", "rebalance_apply=true")
    expected = {**dict.fromkeys(guests, home), **{move["guest"]: move["target"] for move in planned}}
    assert positions(cluster, guests) == expected
    assert constraints(lab) == bound, "a constraint was left behind"
    stayed = [name for name in guests if expected[name] == home]
    assert all(process(lab, cluster, name) == processes[name] for name in stayed)

    cib = ET.fromstring(lab.running()[0].output("cibadmin --query"))
    for lost in lab.hosts:
        found = placement_without(cib, [lost], lab.running()[0])
        assert set(found) == set(guests), f"after the loss of {lost} only {found} would run"

    again = wider.must("rebalance", "-e", "rebalance_apply=true")
    assert "Nothing to do" in again
    assert CHANGED.findall(again) == []


def test_a_move_that_fails_stops_the_plan_and_a_second_run_goes_on(lab, cluster, wider, guests):
    home = cluster.host_of(guests[0])
    gather(lab, cluster, guests, home)
    before = {name: process(lab, cluster, name) for name in guests}
    shut, free = lab.others(home)

    with closed(shut):
        stopped = wider.playbook("rebalance", "-e", "rebalance_apply=true")
    said = [line for line in (stopped.stdout + stopped.stderr).splitlines() if line.startswith("[ERROR]")]
    print("\n" + "\n".join(said))
    assert stopped.returncode != 0 and len(said) == 1
    failed = re.search(rf"the migration of (\w+) from {home} to {shut.name} failed \(", said[0]).group(1)
    assert f", {failed} still runs on {home}; " in said[0]
    assert "run the same command again, it goes on from the present state" in said[0]
    assert process(lab, cluster, failed) == before[failed], "the guest was restarted"
    moved = [name for name in guests if cluster.host_of(name) == free.name]
    assert all(f"{name} from {home} to {free.name}" in said[0] for name in moved)

    wider.must("rebalance", "-e", "rebalance_apply=true")
    assert sorted(positions(cluster, guests).values()) == sorted(lab.hosts)


def test_a_host_is_emptied_while_images_are_stored_and_taken_back(lab, cluster, archive, wider, guests):
    home, before = cluster.host_of(guests[0]), positions(cluster, guests)
    dry = wider.must("evacuate_host", "-e", f"evacuate_host={home}")
    print("\n" + table(dry))
    assert moves(dry) and positions(cluster, guests) == before
    assert not cluster.status()["nodes"][home]["standby"]

    files = sample_files(12)
    sender = Sender(archive, [data for _round in range(20) for data in fresh_study(files)], pause_seconds=0.1)
    sender.start()
    wait_for("the first images", lambda: len(sender.acknowledged) > 5, 120)
    begin = now()
    with restless(lab.others(home)[0]):
        wider.must("evacuate_host", "-e", f"evacuate_host={home}", "-e", "evacuate_apply=true")
    stored = len(sender.acknowledged)
    wait_for("images after the moves", lambda: len(sender.acknowledged) > stored + 5, 120)
    sender.end()
    print(f"\n{stored} images were stored until {home} was empty, longest gap {sender.longest_gap_seconds:.1f} s")
    assert [uid for uid in sender.acknowledged if archive.copies(uid) != 1] == []
    assert cluster.journal_time(f"execution of start operation for ({'|'.join(guests)}) ", begin) is None, (
        "a guest was started anew"
    )

    after = positions(cluster, guests)
    assert home not in after.values()
    assert all(after[name] == host for name, host in before.items() if host != home), "a guest moved without need"
    assert cluster.status()["nodes"][home]["standby"]
    again = wider.must("evacuate_host", "-e", f"evacuate_host={home}", "-e", "evacuate_apply=true")
    assert CHANGED.findall(again) == []

    wider.must("evacuate_host", "-e", f"evacuate_host={home}", "-e", "evacuate_state=returned")
    assert not cluster.status()["nodes"][home]["standby"]
    assert positions(cluster, guests) == after, "a guest came back by itself"
