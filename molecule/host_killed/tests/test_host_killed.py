# SPDX-License-Identifier: GPL-3.0-or-later
"""The host of the guest loses power: all its processes end at once."""

from proof.failover import assert_failed_over_safely, fail


def test_guest_runs_elsewhere_with_its_images(lab, cluster, archive, guest, fenced):
    seen = fail(lab, cluster, archive, guest, "Host killed", lambda host: host.cut_power())
    fenced[seen.lost.name] = 1
    assert_failed_over_safely(seen)
    assert seen.timeline.seconds("agent of the guest answers") <= lab.plan["timing"]["worst_case"]["sum_seconds"]
