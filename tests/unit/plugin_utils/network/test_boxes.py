# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network import boxes
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.boxes import Box, Boxes
from hypothesis import given
from hypothesis import strategies as st

RANGES = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda ends: (min(ends), max(ends)))
BOXES = st.builds(Box, RANGES, RANGES, RANGES)


def points(*found):
    return [
        (s, d, p)
        for box in found
        for s in range(box.source[0], box.source[1] + 1)
        for d in range(box.destination[0], box.destination[1] + 1)
        for p in range(box.ports[0], box.ports[1] + 1)
    ]


@given(BOXES, BOXES)
def test_a_box_less_another(one, other):
    left = points(*(one - other))
    assert len(left) == len(set(left))
    assert set(left) == set(points(one)) - set(points(other))


@given(st.lists(BOXES, max_size=6))
def test_boxes_that_never_overlap(found):
    kept = Boxes()
    for box in found:
        kept.add_new_of(box)
    held = points(*boxes.merged(kept))
    assert len(held) == len(set(held)) and set(held) == set(points(*found))


@given(st.lists(RANGES, max_size=5), st.lists(RANGES, max_size=5))
def test_ranges(some, others):
    def numbers(ranges):
        return {number for first, last in ranges for number in range(first, last + 1)}

    assert numbers(boxes.without_all(some, others)) == numbers(some) - numbers(others)
    assert numbers(boxes.common_of(some, others)) == numbers(some) & numbers(others)
    collapsed = boxes.collapse(some)
    assert numbers(collapsed) == numbers(some)
    assert all(one[1] + 1 < other[0] for one, other in zip(collapsed, collapsed[1:], strict=False))


def test_wide_boxes_are_found():
    kept = Boxes()
    wide, near = Box((0, 9), boxes.addresses("10.0.0.0/8")), Box((0, 9), boxes.addresses("10.77.1.5"))
    kept.add(wide)
    kept.add(near)
    assert kept.overlapping(near) == [wide, near] and kept.overlapping(wide) == [wide, near]
    assert kept.overlapping(Box((10, 10), near.destination)) == []


def test_text():
    for text in ("10.77.1.5", "10.77.140.0/23", "10.60.0.0-10.62.255.255"):
        assert boxes.addresses_text(boxes.addresses(text)) == text
    assert boxes.addresses_text(boxes.addresses("10.77.1.5/32")) == "10.77.1.5"
    assert boxes.ports_text(boxes.ports("5900-5999")) == "5900-5999" and boxes.ports_text(boxes.ports(22)) == "22"
