# SPDX-License-Identifier: GPL-3.0-or-later
"""What the flows of a plan allow between two addresses on a day. Pure functions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

INTERNET = "0.0.0.0/0"
ALL_PORTS = (1, 65535)


@dataclass(frozen=True)
class Opening:
    """A range of ports that a flow opens."""

    first: int
    last: int
    flow: str


def port_ranges(ports: Iterable[int | str]) -> list[tuple[int, int]]:
    """Ranges of a flow's ports: 443 or "50000-59999"; no port means all."""
    ranges = []
    for port in ports:
        first, __, last = str(port).partition("-")
        ranges.append((int(first), int(last or first)))
    return ranges or [ALL_PORTS]


def expired(flow: Mapping[str, Any], today: datetime.date) -> bool:
    """Whether a flow's last day has passed."""
    return bool(flow["expires"]) and datetime.date.fromisoformat(str(flow["expires"])) < today


class Rules:
    """The flows of a plan that count on a day, and those that do not any more.

    hospital: all networks of the hospital; the internet is what lies in none of them.
    """

    def __init__(
        self, flows: Sequence[Mapping[str, Any]], today: datetime.date, hospital: Sequence[IPv4Network]
    ) -> None:
        self.live = [flow for flow in flows if not expired(flow, today)]
        self.expired = [flow for flow in flows if expired(flow, today)]
        self._hospital = tuple(hospital)
        self._ends = [
            (flow, flow["source_subnets"], [*flow["destination_addresses"], *flow["destination_subnets"]])
            for flow in self.live
        ]
        # Ports that are open somewhere are where a careless rule opens too much.
        self.favourites = {
            protocol: sorted({
                first
                for flow in flows
                if flow["protocol"] == protocol
                for first, __ in port_ranges(flow["ports"])
            })
            for protocol in ("tcp", "udp")
        }  # fmt: skip

    def openings(self, source: str, target: str, protocol: str) -> list[Opening]:
        """What is open from one address to another; for a protocol without ports one opening stands for all."""
        return [
            Opening(first, last, flow["name"])
            for flow, sources, targets in self._ends
            if flow["protocol"] == protocol and self._among(source, sources) and self._among(target, targets)
            for first, last in port_ranges(flow["ports"])
        ]

    def _among(self, address: str, networks: Sequence[str]) -> bool:
        found = IPv4Address(address)
        return any(
            not any(found in own for own in self._hospital) if network == INTERNET else found in IPv4Network(network)
            for network in networks
        )
