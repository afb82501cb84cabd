# SPDX-License-Identifier: GPL-3.0-or-later
"""One probe, and the choice of its ports. Pure functions; randomness comes from the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from .matrix_rules import Opening
from .matrix_site import Place

INTERNET = "internet"
# TEST-NET-1 and -2 (RFC 5737): nobody's addresses.
INTERNET_SOURCE, BOGUS_SOURCE, INTERNET_TARGET = "192.0.2.77", "192.0.2.78", "198.51.100.99"
# Ends at the router behind the gateways, which says so: the internet itself never gets a packet.
INTERNET_TTL = 2
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Probe:
    """Packets of one kind from one address to another.

    row, column: segments of the table, or the internet; origin, goal: the segments of the ports; planned: has to
    pass, else must not; flow: the flow that allows it, or that has expired; whom: the name behind the target, "" for
    the probe's own port; borrowed: the source is another machine's, to which all answers go.
    """

    row: str
    column: str
    origin: str
    goal: str
    source: str
    target: str
    protocol: str
    ports: tuple[int, ...] = ()
    planned: bool = False
    flow: str = ""
    whom: str = ""
    borrowed: bool = False
    spoofed: str = ""
    via: str = ""
    ttl: int = 0

    def order(self, hops: Sequence[str]) -> dict[str, Any]:
        """The probe as the module network_probe takes it."""
        order = {
            "origin": self.origin,
            "goal": self.goal,
            "source": self.source,
            "target": self.target,
            "protocol": self.protocol,
            "ports": list(self.ports),
            "planned": self.planned,
            "hops": list(hops),
        }
        return {**order, **{key: value for key in ("via", "ttl") if (value := getattr(self, key))}}


@dataclass(frozen=True)
class End:
    """Where a packet starts or ends: row or column of the table, the port's segment, the address."""

    label: str
    place: Place
    address: str
    whom: str = ""
    borrowed: bool = False
    ttl: int = 0

    @property
    def own(self) -> bool:
        """Whether it is the probe's own port."""
        return self.address == self.place.address


def between(source: End, target: End, protocol: str, ports: Sequence[int] = (), **more: Any) -> Probe:
    """A probe from one end to another; within a segment it goes straight to the neighbour."""
    return Probe(
        source.label,
        target.label,
        source.place.key,
        target.place.key,
        source.address,
        target.address,
        protocol,
        tuple(ports),
        whom=target.whom,
        borrowed=source.borrowed,
        via=target.address if source.label == target.label else "",
        ttl=target.ttl,
        **more,
    )


def closed_ports(
    openings: Sequence[Opening], favourites: Sequence[int], count: int, few: int, rng: Random
) -> list[int]:
    """`count` random ports, and `few` of those that are open somewhere else, none of which is open here."""
    chosen: list[int] = []

    def add(ports: Sequence[int]) -> None:
        chosen.extend(
            port for port in ports if port not in chosen and not any(o.first <= port <= o.last for o in openings)
        )

    add(rng.sample(favourites, min(few, len(favourites))))
    wanted = len(chosen) + count
    for __attempt in range(count * 20):
        if len(chosen) >= wanted:
            break
        add([rng.randint(1, HIGHEST_PORT)])
    return chosen


def open_ports(openings: Sequence[Opening], rng: Random) -> list[int]:
    """The ends of each range, and one port within."""
    return sorted({
        port
        for o in openings
        for port in (o.first, o.last, rng.randint(o.first, o.last))
    })  # fmt: skip
