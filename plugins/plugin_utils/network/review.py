# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with flows that are each well formed: shadowed, unused, expired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

from .boxes import Box, Boxes, addresses, collapse, common_of, less
from .ruleset import expired, traffic

Entry = Mapping[str, Any]
# Where to, and protocol.
Kind = tuple[str, str]
Part = tuple[Kind, Box]
# RFC 1918. Nobody but the hospital can have a machine there; any other address may be a partner's.
PRIVATE = tuple(addresses(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def review(
    flows: Sequence[Entry],
    segments: Mapping[str, Entry],
    guests: Iterable[str] | None = None,
    today: date | None = None,
) -> list[str]:
    """Sentences about the flows of a plan, none when there is nothing to say.

    segments: of the plan; guests: addresses of all guests, without them nobody looks for segments without guests;
    today: without it nothing has expired.
    """
    over = [flow for flow in flows if today is not None and expired(flow, today)]
    others = [flow for flow in flows if flow not in over]
    places = Places(segments, guests)
    return [
        *(f"flow {f['name']} expired on {f['expires']}: remove it, or give it a later day (expires)" for f in over),
        *(remark for flow in others for remark in _unused(flow, places)),
        *_shadowed(others, places),
    ]


class Places:
    """Where there is something that could talk."""

    def __init__(self, segments: Mapping[str, Entry], guests: Iterable[str] | None) -> None:
        self.subnets = collapse(addresses(segment["subnet"]) for segment in segments.values())
        self._guests = None if guests is None else collapse(addresses(guest) for guest in guests)
        self._others = [addresses(s["subnet"]) for s in segments.values() if s["purpose"] != "guests"]

    def fault(self, texts: Iterable[str]) -> str | None:
        """Why nobody talks from or to these addresses, None when somebody may."""
        found = collapse(addresses(text) for text in texts)
        beyond = any(not common_of([part], PRIVATE) for part in found)
        if not beyond and not common_of(found, self.subnets):
            return "is in no segment of the plan"
        if not beyond and self._guests is not None and not common_of(found, [*self._others, *self._guests]):
            return "holds no guest"
        return None


def _unused(flow: Entry, places: Places) -> list[str]:
    """What is wrong with its ends."""
    targets = [*flow["destination_addresses"], *flow["destination_subnets"]]
    return [
        f"flow {flow['name']} is unused: its {end} {label} {fault}; remove the flow when nobody needs it any more"
        for end, label, texts in (
            ("source", flow["source"], flow["source_subnets"]),
            ("destination", flow["destination"], targets),
        )
        if (fault := places.fault(texts))
    ]


def _shadowed(flows: Sequence[Entry], places: Places) -> list[str]:
    """Flows that open nothing which others do not open as long; of two equal ones the later is named."""
    own = collapse([*places.subnets, *PRIVATE])
    opened = Opened([[((g.kind, g.protocol), box) for g, box in traffic(flow, own)] for flow in flows])
    remarks, left = [], set(range(len(flows)))
    for number in reversed(range(len(flows))):
        left.remove(number)
        by = opened.by(number, {other for other in left if _outlasts(flows[other], flows[number])})
        if by:
            names = ", ".join(flows[other]["name"] for other in by)
            remarks.append(f"flow {flows[number]['name']} is shadowed: {names} opened all of it already; remove one")
        else:
            left.add(number)
    return remarks[::-1]


class Opened:
    """What each flow opens; flows are numbers."""

    def __init__(self, parts: Sequence[Sequence[Part]]) -> None:
        self._parts = parts
        self._boxes: dict[Kind, Boxes] = {}
        self._owners: dict[Part, list[int]] = {}
        for number, found in enumerate(parts):
            for kind, box in found:
                self._boxes.setdefault(kind, Boxes()).add(box)
                self._owners.setdefault((kind, box), []).append(number)

    def by(self, number: int, others: Set[int]) -> list[int]:
        """Which of the others together open all of a flow; one alone where one is enough. Empty: they do not."""
        found: set[int] = set()
        for kind, box in self._parts[number]:
            near = [other for other in self._boxes[kind].overlapping(box) if others & {*self._owners[kind, other]}]
            if less(box, near):
                return []
            found.update(owner for other in near for owner in self._owners[kind, other] if owner in others)
        alone = (other for other in sorted(found) if self._covers(other, number))
        return next(([other] for other in alone), sorted(found))

    def _covers(self, one: int, other: int) -> bool:
        return not any(less(box, [b for k, b in self._parts[one] if k == kind]) for kind, box in self._parts[other])


def _outlasts(one: Entry, other: Entry) -> bool:
    """Is it open at least as long?"""
    return one["expires"] is None or (other["expires"] is not None and str(one["expires"]) >= str(other["expires"]))
