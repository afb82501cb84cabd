# SPDX-License-Identifier: GPL-3.0-or-later
from datetime import date

from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.review import review

SEGMENTS = {
    "mgmt": {"subnet": "10.77.10.0/24", "purpose": "management"},
    "pacs": {"subnet": "10.77.130.0/24", "purpose": "guests"},
    "external-dmz": {"subnet": "10.77.171.0/24", "purpose": "guests"},
}
MGMT, PACS = "10.77.10.0/24", "10.77.130.0/24"


def flow(name, sources, targets, ports=(22,), expires=None):
    return {
        "name": name,
        "source": "a",
        "source_subnets": sources,
        "destination": "b",
        "destination_addresses": [],
        "destination_subnets": targets,
        "protocol": "tcp",
        "ports": list(ports),
        "expires": expires,
    }


def test_nothing_to_say():
    made = [flow("in", ["0.0.0.0/0"], [PACS]), flow("vendor", ["198.51.100.0/28"], [PACS], [443])]
    assert review([*made, flow("out", [PACS], ["0.0.0.0/0"])], SEGMENTS, ["10.77.130.101"], date(2026, 11, 22)) == []


def test_shadowed_by_one_and_by_two():
    made = [
        flow("half", [MGMT], ["10.77.130.0/25"], ["20-30"]),
        flow("other-half", [MGMT], ["10.77.130.128/25"], ["20-30"]),
        flow("both", [MGMT], [PACS]),
        flow("one", ["10.77.10.5/32"], ["10.77.130.7/32"]),
        flow("wider", [MGMT], [PACS], ["20-31"]),
    ]
    assert review(made[:4], SEGMENTS) == [
        "flow both is shadowed: half, other-half opened all of it already; remove one",
        "flow one is shadowed: half opened all of it already; remove one",
    ]
    assert len(review(made, SEGMENTS)) == 4


def test_of_two_equal_ones_the_later_is_named():
    made = [flow("first", [MGMT], [PACS]), flow("second", [MGMT], [PACS])]
    assert review(made, SEGMENTS) == ["flow second is shadowed: first opened all of it already; remove one"]


def test_a_flow_that_ends_earlier_shadows_nothing():
    always, ends = flow("always", [MGMT], [PACS]), flow("ends", [MGMT], [PACS], expires="2027-01-31")
    later = flow("later", [MGMT], [PACS], expires="2027-02-28")
    assert [line.split()[1] for line in review([ends, always], SEGMENTS)] == ["ends"]
    assert [line.split()[1] for line in review([ends, later], SEGMENTS)] == ["ends"]


def test_unused():
    made = [
        flow("from-nowhere", ["10.77.99.0/24"], [PACS]),
        flow("to-nobody", [MGMT], ["10.77.171.0/24"]),
        flow("empty", [], [PACS], [80]),
    ]
    nowhere = "flow from-nowhere is unused: its source a is in no segment of the plan; "
    assert review(made, SEGMENTS) == [
        nowhere + "remove the flow when nobody needs it any more",
        "flow empty is unused: its source a is in no segment of the plan; "
        "remove the flow when nobody needs it any more",
    ]
    assert (
        "flow to-nobody is unused: its destination b holds no guest; remove the flow when nobody needs it any more"
        in review(made, SEGMENTS, ["10.77.130.101"])
    )


def test_expired_with_a_date_only():
    made = [flow("over", [MGMT], [PACS], expires="2026-11-21"), flow("last-day", [MGMT], [MGMT], expires="2026-11-22")]
    assert review(made, SEGMENTS) == []
    assert review(made, SEGMENTS, today=date(2026, 11, 22)) == [
        "flow over expired on 2026-11-21: remove it, or give it a later day (expires)"
    ]
