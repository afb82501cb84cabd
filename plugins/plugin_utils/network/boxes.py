# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes of traffic: a range of sources times a range of destinations times a range of ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

# First and last number, both included.
Range = tuple[int, int]

EVERYWHERE: Range = (0, 2**32 - 1)
ALL_PORTS: Range = (0, 2**16 - 1)
# A box with more destinations than this many /24 is compared with all others.
WIDE = 64


@dataclass(frozen=True, order=True)
class Box:
    """Addresses as numbers. Traffic without ports has ALL_PORTS."""

    source: Range
    destination: Range
    ports: Range = ALL_PORTS

    def __and__(self, other: Box) -> Box | None:
        """What both hold."""
        source = common(self.source, other.source)
        destination = common(self.destination, other.destination)
        ports = common(self.ports, other.ports)
        return Box(source, destination, ports) if source and destination and ports else None

    def __sub__(self, other: Box) -> list[Box]:
        """What is left of this box, in at most six disjoint boxes."""
        shared = self & other
        if shared is None:
            return [self]
        left = [Box(source, self.destination, self.ports) for source in without(self.source, shared.source)]
        left += [Box(shared.source, part, self.ports) for part in without(self.destination, shared.destination)]
        return left + [Box(shared.source, shared.destination, part) for part in without(self.ports, shared.ports)]

    @property
    def volume(self) -> int:
        """How many triples it holds."""
        return size(self.source) * size(self.destination) * size(self.ports)


class Boxes:
    """Boxes, each once, found by what they overlap."""

    def __init__(self) -> None:
        self._all: dict[Box, None] = {}
        self._near: dict[int, list[Box]] = {}
        self._wide: list[Box] = []

    def __iter__(self) -> Iterator[Box]:
        return iter(self._all)

    def add(self, box: Box) -> None:
        """Add a box; a known one changes nothing."""
        if box in self._all:
            return
        self._all[box] = None
        keys = _keys(box)
        if keys is None:
            self._wide.append(box)
        for key in keys or ():
            self._near.setdefault(key, []).append(box)

    def add_new_of(self, box: Box) -> None:
        """Add what of the box none of them holds: so no two of them ever overlap."""
        for part in less(box, self.overlapping(box)):
            self.add(part)

    def overlapping(self, box: Box) -> list[Box]:
        """Those that share traffic with the box."""
        keys = _keys(box)
        if keys is None:
            near: Iterable[Box] = self._all
        else:
            near = dict.fromkeys([*self._wide, *(other for key in keys for other in self._near.get(key, ()))])
        return [other for other in near if box & other]


def less(box: Box, others: Iterable[Box]) -> list[Box]:
    """What is left of a box without the others, as disjoint boxes."""
    parts = [box]
    for other in others:
        parts = [left for part in parts for left in part - other]
    return parts


def _keys(box: Box) -> range | None:
    """The /24 in which its destinations lie, None for a wide one."""
    first, last = box.destination[0] >> 8, box.destination[1] >> 8
    return None if last - first >= WIDE else range(first, last + 1)


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Disjoint boxes with neighbours made one where that is a box."""
    found = list(boxes)
    for axis in ("ports", "destination", "source"):
        rows: dict[Box, list[Range]] = {}
        for box in found:
            rows.setdefault(replace(box, **{axis: EVERYWHERE}), []).append(getattr(box, axis))
        found = [replace(row, **{axis: part}) for row, parts in rows.items() for part in collapse(parts)]
    return found


def size(numbers: Range) -> int:
    """How many numbers a range holds."""
    return numbers[1] - numbers[0] + 1


def common(one: Range, other: Range) -> Range | None:
    """What both ranges hold."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def without(whole: Range, part: Range) -> list[Range]:
    """What is left of a range without another, in at most two ranges."""
    below = (whole[0], min(whole[1], part[0] - 1))
    above = (max(whole[0], part[1] + 1), whole[1])
    return [left for left in (below, above) if left[0] <= left[1]]


def common_of(ranges: Iterable[Range], others: Iterable[Range]) -> list[Range]:
    """What both lists hold."""
    kept = tuple(others)
    return collapse(shared for one in ranges for other in kept if (shared := common(one, other)))


def without_all(ranges: Iterable[Range], parts: Iterable[Range]) -> list[Range]:
    """What is left of ranges without all of the parts."""
    left = collapse(ranges)
    for part in parts:
        left = [rest for one in left for rest in without(one, part)]
    return left


def collapse(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as possible, in order."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def addresses(text: str) -> Range:
    """'a.b.c.d', 'a.b.c.d/n' or 'a.b.c.d-e.f.g.h' as a range. ValueError for anything else."""
    if "-" in text:
        first, last = (int(IPv4Address(end)) for end in text.split("-"))
        return (first, last)
    network = IPv4Network(text)
    return (int(network.network_address), int(network.broadcast_address))


def ports(value: int | str) -> Range:
    """4242, '4242' or '5900-5999' as a range."""
    first, _dash, last = str(value).partition("-")
    return (int(first), int(last or first))


def addresses_text(numbers: Range) -> str:
    """A range as a subnet where it is one, else as 'first-last'; one address without prefix length."""
    first, last = IPv4Address(numbers[0]), IPv4Address(numbers[1])
    networks = list(summarize_address_range(first, last))
    if len(networks) > 1:
        return f"{first}-{last}"
    return str(first) if first == last else str(networks[0])


def ports_text(numbers: Range) -> str:
    """'4242' or '5900-5999'."""
    return str(numbers[0]) if numbers[0] == numbers[1] else f"{numbers[0]}-{numbers[1]}"
