# SPDX-License-Identifier: GPL-3.0-or-later
"""The host of the guest is alive but unreachable, or frozen, and still holds a copy of the guest."""

from proof.failover import assert_failed_over_safely, fail

CABLES = ("ring0", "ring1", "storage", "migration", "pacs")


def pull_cables(host):
    for segment in CABLES:
        host.link(segment, up=False)


def assert_copy_lived_until_power_off(lab, seen):
    """The copy that the host still ran is in the process table until the controller cut the power, and then is not."""
    off = seen.timeline.begin + seen.timeline.seconds("power-off confirmed")
    cuts = [event["epoch"] for event in lab.bmc_events(seen.timeline.begin) if event["action"] == "ForceOff"]
    assert len(cuts) == 1 and cuts[0] <= off, "the controller's log does not show the power cut before its confirmation"
    assert seen.lost.name in seen.watch.seen_between(seen.timeline.begin, cuts[0] - 1)
    assert seen.lost.name not in seen.watch.seen_between(off, off + 60)


def test_a_host_that_is_cut_off_is_powered_off_first(lab, cluster, archive, guest, fenced):
    seen = fail(lab, cluster, archive, guest, "Host alive but cut off", pull_cables)
    fenced[seen.lost.name] = 1
    assert_failed_over_safely(seen)
    assert_copy_lived_until_power_off(lab, seen)


def test_a_host_that_is_frozen_is_powered_off_first(lab, cluster, archive, guest, fenced):
    seen = fail(lab, cluster, archive, guest, "Host frozen", lambda host: host.freeze())
    fenced[seen.lost.name] = 1
    assert_failed_over_safely(seen)
    assert_copy_lived_until_power_off(lab, seen)
