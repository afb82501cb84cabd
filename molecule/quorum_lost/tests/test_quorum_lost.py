# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that do not see each other: no guest without quorum, and everything returns by itself."""

import time

from proof.cluster import now
from proof.failover import store_images
from proof.lab import wait_for
from proof.watch import CopyWatch

RINGS = ("ring0", "ring1")


def test_one_isolated_host_is_fenced_and_the_guest_does_not_notice(lab, cluster, archive, guest, fenced):
    stored = store_images(archive)
    home = cluster.host_of(guest)
    lonely = lab.others(home)[0]
    fenced[lonely.name] = 1
    booted = lonely.boot_id()
    with CopyWatch(lab, guest) as watch:
        for ring in RINGS:
            lonely.link(ring, up=False)
        wait_for("the isolated host's power cycle", lambda: lonely.boot_id() != booted, 120)
        cluster.wait_until_whole()
        assert set().union(*(hosts for _time, hosts in watch.samples)) == {home}, "the guest left its host"
    assert {uid: archive.md5(uid) for uid in stored} == stored


def test_no_guest_runs_while_nobody_has_quorum(lab, cluster, archive, guest):
    stored = store_images(archive)
    stop_seconds = lab.plan["timing"]["guest_stop_timeout_seconds"]
    with CopyWatch(lab, guest) as watch:
        begin = now()
        for host in lab.hosts.values():
            for ring in RINGS:
                host.link(ring, up=False)
        wait_for("the guest's stop", lambda: not watch.samples[-1][1], stop_seconds + 60)
        stopped = now()
        time.sleep(30)
        assert watch.seen_between(stopped, now()) == set(), "a guest ran without quorum"
        print(f"\nAll hosts isolated: the guest was stopped {stopped - begin:.1f} s after the links were cut")
        for host in lab.hosts.values():
            for ring in RINGS:
                host.link(ring, up=True)
        wait_for("the guest's return", lambda: watch.samples[-1][1], 180)
        assert watch.most() == 1
    wait_for("the study", lambda: archive.md5(next(iter(stored))), 180)
    assert {uid: archive.md5(uid) for uid in stored} == stored
