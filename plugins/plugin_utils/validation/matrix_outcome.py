# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each packet, as the plan sees it: passed, failed, or not to be known from here. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .matrix_probe import Probe
from .matrix_site import Site

# What a target's answer, or the router beyond the gateways, tells of a packet.
ANSWERED = ("arrived", "accepted", "refused", "absent", "beyond")
HALF_OPEN = ("timeout", "unreachable")


@dataclass(frozen=True)
class Packet:
    """One packet and its fate.

    port: 0 without; passed: it reached its target; proved: whether silence means that it did not; heard: the
    module's words for what was heard, "" for silence; half: a real connection did not come about though it passed.
    """

    probe: Probe
    port: int
    passed: bool
    proved: bool = True
    heard: str = ""
    half: bool = False

    @property
    def sound(self) -> bool:
        """Whether it did as planned, so far as is known."""
        if not self.probe.planned:
            return not self.passed
        return not self.half and (self.passed or not self.proved)


def packets(site: Site, probes: Sequence[Probe], observed: Mapping[str, Any]) -> list[Packet]:
    """Return every packet's fate. observed: what the module network_probe has returned for these probes."""
    return list(_packets(site, probes, observed))


def _packets(site: Site, probes: Sequence[Probe], observed: Mapping[str, Any]) -> Iterator[Packet]:
    seen = {(index, port): (outcome, who) for index, port, outcome, who in observed["seen"]}
    connections = {(index, port): outcome for index, port, outcome in observed["connections"]}
    sought = {segment: set(addresses) for segment, addresses in observed["sought"].items()}
    for index, probe in enumerate(probes):
        own = site.places[probe.goal].address == probe.target
        for port in probe.ports or (0,):
            outcome, who = seen.get((index, port), ("", ""))
            if probe.ttl and who == site.router:
                outcome = "beyond"
            passed = outcome == "arrived" if own else outcome in ANSWERED
            # Nobody has the address, but the gateway asked the segment for it: the packet had passed.
            wanted = probe.planned and not probe.whom and probe.target in sought[probe.goal]
            yield Packet(
                probe,
                port,
                passed or (wanted and not own),
                own or not (probe.borrowed or (probe.protocol == "udp" and not probe.ttl)),
                f"{outcome} by {who}" if outcome == "rejected" else outcome,
                passed and connections.get((index, port)) in HALF_OPEN,
            )
