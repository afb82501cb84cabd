# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said while guests move, and when a plan stops."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate import progress

PACS = {"guest": "pacs1", "source": "kvm1", "target": "kvm2"}
EMR = {"guest": "emr1", "source": "kvm1", "target": "kvm3"}
FAILED = {**EMR, "reason": "migrate_to on kvm1: no route", "now": "kvm1"}


def test_a_wave():
    assert progress.wave_line(1, 2, [{**PACS, "seconds": 12}]) == "Wave 1 of 2: pacs1 from kvm1 to kvm2 in 12 s."
    assert progress.wave_line(2, 2, []) == "Wave 2 of 2: nothing was left to do."


def test_a_stop_says_what_failed_what_was_done_and_how_to_go_on():
    assert progress.stopped(2, 3, progress.failure(FAILED), [PACS], [PACS]) == (
        "Stopped in wave 2 of 3: the migration of emr1 from kvm1 to kvm3 failed (migrate_to on kvm1: no route), "
        "emr1 still runs on kvm1; moved before: pacs1 from kvm1 to kvm2; not begun: pacs1 from kvm1 to kvm2; "
        "mend the cause and run the same command again, it goes on from the present state."
    )
    assert "no guest was moved before; mend" in progress.stopped(1, 1, "no quorum", [], [])


def test_where_a_guest_is_after_a_failure():
    assert progress.failure({**FAILED, "now": "kvm2"}).endswith("emr1 runs on kvm2")
    assert "not settled yet" in progress.failure({**FAILED, "now": ""})


def test_the_minutes_are_over():
    assert progress.out_of_time(30, [PACS], [EMR]) == (
        "The time of 30 min is over: 1 moves were made, 1 were not begun (emr1 from kvm1 to kvm3); "
        "run the same command again to go on from the present state."
    )
