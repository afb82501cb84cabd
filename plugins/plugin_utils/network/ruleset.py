# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows of the plan as elements of sets for a packet filter: as few as can be, and no two of a set overlap.

The kernel refuses overlapping elements in a set of concatenated ranges. See docs/design/firewall.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .boxes import (
    ALL_PORTS,
    EVERYWHERE,
    Box,
    Boxes,
    Range,
    addresses,
    addresses_text,
    collapse,
    common_of,
    merged,
    ports,
    ports_text,
    without_all,
)

# As in flows.py, which needs pydantic; a run of site.yml does without it.
INTERNET = "0.0.0.0/0"
VRRP_GROUP = "224.0.0.18/32"
# Multicast belongs to no segment; it never leaves the one that it was sent in.
MULTICAST = addresses("224.0.0.0/4")
INSIDE, FROM_OUTSIDE, TO_OUTSIDE = "inside", "from_outside", "to_outside"
WITH_PORTS = ("tcp", "udp")


@dataclass(frozen=True)
class Group:
    """What one set holds. until: the last day on which it is open, None: always."""

    kind: str
    protocol: str
    until: str | None

    def key(self) -> tuple[str, str, str]:
        """Order of the groups: what always holds comes first."""
        return (self.until or "", self.kind, self.protocol)


@dataclass(frozen=True)
class Element:
    """One element of a set. flows: names of those that have traffic in it."""

    group: Group
    box: Box
    flows: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As variables of roles: null for any public address and for a protocol without ports."""
        group, box = self.group, self.box
        return {
            "flows": list(self.flows),
            "kind": group.kind,
            "source": None if box.source == EVERYWHERE else addresses_text(box.source),
            "destination": None if box.destination == EVERYWHERE else addresses_text(box.destination),
            "protocol": group.protocol,
            "ports": ports_text(box.ports) if group.protocol in WITH_PORTS else None,
            "until": group.until,
        }


# What of a box matters, as disjoint boxes; the kind is told.
Cut = Callable[[str, Box], Iterable[Box]]


def compile_rules(
    flows: Sequence[Mapping[str, Any]], today: date, networks: Iterable[Range], cut: Cut | None = None
) -> list[Element]:
    """Elements that allow what the flows allow on that day, in an order that does not depend on the order of flows.

    networks: the hospital's own; what is beyond them is outside. An expired flow is left out, on its last day it is in.
    """
    own = collapse(networks)
    groups: dict[Group, dict[Box, list[str]]] = {}
    for flow in flows:
        if not expired(flow, today):
            for group, box in traffic(flow, own):
                for part in [box] if cut is None else cut(group.kind, box):
                    groups.setdefault(group, {}).setdefault(part, []).append(flow["name"])
    return [element for group in sorted(groups, key=Group.key) for element in _elements(group, groups[group])]


def expired(flow: Mapping[str, Any], today: date) -> bool:
    """True from the day after its last one."""
    return flow["expires"] is not None and date.fromisoformat(str(flow["expires"])) < today


def traffic(flow: Mapping[str, Any], own: Sequence[Range]) -> list[tuple[Group, Box]]:
    """A flow as disjoint boxes; from outside to outside there is nothing."""
    until = str(flow["expires"]) if flow["expires"] else None
    sources_in, sources_out = _ends(flow["source_subnets"], own)
    targets_in, targets_out = _ends([*flow["destination_addresses"], *flow["destination_subnets"]], own)
    has_ports = flow["protocol"] in WITH_PORTS
    numbers = collapse(ports(port) for port in flow["ports"]) if has_ports else [ALL_PORTS]
    return [
        (Group(kind, flow["protocol"], until), Box(source, target, port))
        for kind, sources, targets in (
            (INSIDE, sources_in, targets_in),
            (FROM_OUTSIDE, sources_out, targets_in),
            (TO_OUTSIDE, sources_in, targets_out),
        )
        for source in sources
        for target in targets
        for port in numbers
    ]


def _ends(texts: Iterable[str], own: Sequence[Range]) -> tuple[list[Range], list[Range]]:
    """Addresses inside and outside of the hospital; multicast stays inside, the internet is all of the outside."""
    found = list(texts)
    if INTERNET in found:
        return _ends([text for text in found if text != INTERNET], own)[0], [EVERYWHERE]
    ranges = collapse(addresses(text) for text in found)
    inside = common_of(ranges, [*own, MULTICAST])
    return inside, without_all(ranges, inside)


def _elements(group: Group, boxes: Mapping[Box, Sequence[str]]) -> list[Element]:
    """Disjoint elements: the largest boxes stay whole, of the others what they add."""
    kept = Boxes()
    for box in sorted(boxes, key=_largest_first):
        kept.add_new_of(box)
    names: dict[Box, set[str]] = {box: set() for box in kept}
    for box, flows in boxes.items():
        for element in kept.overlapping(box):
            names[element].update(flows)
    of_same: dict[tuple[str, ...], list[Box]] = {}
    for box, found in names.items():
        of_same.setdefault(tuple(sorted(found)), []).append(box)
    elements = [Element(group, box, flows) for flows, parts in of_same.items() for box in merged(parts)]
    return sorted(elements, key=lambda element: element.box)


def _largest_first(box: Box) -> tuple[Any, ...]:
    """Order: any public address before all else, so that it is never cut into ranges."""
    anywhere = EVERYWHERE in (box.source, box.destination)
    return (not anywhere, -box.volume, box)
