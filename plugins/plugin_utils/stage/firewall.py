# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows of the plan as the variables of the roles that filter packets. Pure functions.

today: the day, as an ISO date. An element: flows (names), kind (inside, from_outside, to_outside), source and
destination ('a.b.c.d', 'a.b.c.d/n', 'first-last', null: any address that is not the hospital's), protocol, ports
('4242', '5900-5999', null: the protocol has none), until (last day on which it is open, null: always). Elements of one
protocol, kind and last day never overlap. See docs/design/firewall.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ..network.boxes import Box, Range, addresses, addresses_text, collapse, common_of, without_all
from ..network.ruleset import FROM_OUTSIDE, INSIDE, MULTICAST, TO_OUTSIDE, VRRP_GROUP, Cut, compile_rules

Entry = Mapping[str, Any]


def hospital_networks(plan: Entry) -> list[str]:
    """Return all that is the hospital's, in as few ranges as can be; what is beyond is outside."""
    return [addresses_text(part) for part in _networks(plan)]


def gateway_rules(plan: Entry, site: str, today: str) -> list[dict[str, Any]]:
    """Return what a site's gateways let through: between two of its segments, or between one and what is elsewhere."""
    pair = plan["gateways"][site]
    routed = _subnets(plan["segments"][key] for key in pair["segments"])
    here = _subnets(s for s in plan["segments"].values() if s["site"] == site)
    closed = without_all(here, routed)

    def cut(kind: str, box: Box) -> list[Box]:
        if kind != INSIDE:
            return _narrowed(kind, box, routed) if pair["outside"] else []
        parts = [
            Box(source, target, box.ports)
            for segment in routed
            for target in common_of([box.destination], [segment])
            for source in without_all([box.source], [segment, *closed])
        ]
        elsewhere = without_all([box.destination], [*here, MULTICAST])
        return parts + _product(common_of([box.source], routed), elsewhere, box)

    return _compiled(plan, today, cut)


def machine_rules(plan: Entry, machine: Entry, today: str) -> list[dict[str, Any]]:
    """Return what a host or guest accepts: elements whose destination is one of its own addresses.

    machine: its slice. A gateway accepts VRRP's group, too.
    """
    own = [addresses(address) for address in own_addresses(machine)]
    if machine.get("use") == "gateway":
        own.append(addresses(VRRP_GROUP))

    def cut(kind: str, box: Box) -> list[Box]:
        return [] if kind == TO_OUTSIDE else _product([box.source], common_of([box.destination], own), box)

    return _compiled(plan, today, cut)


def bridge_rules(plan: Entry, site: str, today: str) -> list[dict[str, Any]]:
    """Return what passes between the ports of the guests' bridges: all with an end in a segment that has one."""
    bridged = _subnets(s for s in plan["segments"].values() if s["site"] == site and s["bridge"])

    def cut(kind: str, box: Box) -> list[Box]:
        if kind != INSIDE:
            return _narrowed(kind, box, bridged)
        into = _product([box.source], common_of([box.destination], bridged), box)
        elsewhere = without_all([box.destination], [*bridged, MULTICAST])
        return into + _product(common_of([box.source], bridged), elsewhere, box)

    return _compiled(plan, today, cut)


def guest_bridges(nics: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the bridges of a host's slice that carry guests, each with its port to the cable."""
    return [{"bridge": nic["bridge"], "uplinks": [nic["name"]]} for nic in nics if nic["bridge"]]


def guest_bindings(plan: Entry, slices: Mapping[str, Entry], site: str) -> list[dict[str, Any]]:
    """Return which MAC and IP address belong together on the guests' bridges of a site.

    slices: {name: slice} of all guests; those of other sites are left out.
    """
    return [
        {
            "guest": name,
            "mac": nic["mac"],
            "address": nic["address"],
            "segment": nic["segment"],
            "bridge": plan["segments"][nic["segment"]]["bridge"],
        }
        for name, guest in slices.items()
        for nic in guest["nics"]
        if guest["site"] == site
    ]


def gateway_segments(plan: Entry, machine: Entry) -> list[dict[str, Any]]:
    """Return the legs of a gateway, in the order of the plan. machine: its slice.

    virtual_address: the one that the pair shares and that others route by; address: its own.
    """
    pair, nics = plan["gateways"][machine["site"]], {nic["segment"]: nic for nic in machine["nics"]}
    return [
        {
            "segment": key,
            "zone": plan["segments"][key]["zone"],
            "interface": nics[key]["name"],
            "subnet": plan["segments"][key]["subnet"],
            "prefix": plan["segments"][key]["prefix"],
            "virtual_address": plan["segments"][key]["gateway"],
            "address": nics[key]["address"],
            "outside": key == pair["outside"],
        }
        for key in pair["segments"]
    ]


def flow_lines(elements: Sequence[Entry], flows: Sequence[Entry]) -> list[str]:
    """Return one line for each flow that has traffic in the elements, in the order of their names.

    flows: those of the plan.
    """
    names = {name for element in elements for name in element["flows"]}
    return [_line(flow) for flow in sorted(flows, key=lambda flow: str(flow["name"])) if flow["name"] in names]


def own_addresses(machine: Entry) -> list[str]:
    """Return the addresses at which a host or guest listens; a host's port of a bridge has none."""
    guest = machine["kind"] == "guest"
    return [nic["address"] for nic in machine["nics"] if nic["address"] and (guest or not nic["bridge"])]


def _line(flow: Entry) -> str:
    targets = [*flow["destination_addresses"], *flow["destination_subnets"]]
    words = [
        f"{flow['name']}:",
        f"{flow['source']} ({_places(flow['source_subnets'])})",
        f"-> {flow['destination']} ({_places(targets)})",
        "/".join([flow["protocol"], *([",".join(str(port) for port in flow["ports"])] if flow["ports"] else [])]),
        f"| {flow['reason']}",
    ]
    if flow["owner"]:
        words.append(f"| {flow['owner']}")
    if flow["expires"]:
        words.append(f"| until {flow['expires']}")
    return " ".join(words)


def _places(texts: Iterable[str]) -> str:
    return " ".join(addresses_text(part) for part in collapse(addresses(text) for text in texts))


def _networks(plan: Entry) -> list[Range]:
    supernets = [addresses(site["supernet"]) for site in plan["sites"].values()]
    return collapse([*supernets, *_subnets(plan["segments"].values())])


def _subnets(segments: Iterable[Entry]) -> list[Range]:
    return [addresses(segment["subnet"]) for segment in segments]


def _narrowed(kind: str, box: Box, to: Iterable[Range]) -> list[Box]:
    """Only the end of it that is inside."""
    if kind == FROM_OUTSIDE:
        return _product([box.source], common_of([box.destination], to), box)
    return _product(common_of([box.source], to), [box.destination], box)


def _product(sources: Sequence[Range], targets: Sequence[Range], box: Box) -> list[Box]:
    return [Box(source, target, box.ports) for source in sources for target in targets]


def _compiled(plan: Entry, today: str, cut: Cut) -> list[dict[str, Any]]:
    elements = compile_rules(plan["flows"], date.fromisoformat(today), _networks(plan), cut)
    return [element.as_dict() for element in elements]
