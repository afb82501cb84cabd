# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes that must not pass: between every ordered pair of segments, and between neighbours within one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from .matrix_planned import internet
from .matrix_probe import BOGUS_SOURCE, INTERNET, INTERNET_SOURCE, End, Probe, between, closed_ports
from .matrix_rules import Rules
from .matrix_site import Place, Site

ALL_NODES = "ff02::1"


@dataclass(frozen=True)
class Amount:
    """How many ports are tried of each protocol. ports: random ones for a pair of segments; few: besides, ports that
    the plan opens elsewhere; single: random ones for each guest and neighbour."""

    ports: int = 20
    few: int = 5
    single: int = 5


class Unplanned:
    """Makes the probes that must not pass."""

    def __init__(self, site: Site, rules: Rules, rng: Random, amount: Amount) -> None:
        self.site, self.rules, self.rng, self.amount = site, rules, rng, amount

    def probes(self) -> list[Probe]:
        """All of them: the segments' pairs, the internet, and neighbours."""
        ends = [End(place.key, place, place.address) for place in self.site.places.values()]
        outside = self.site.outside
        starts = [*ends, End(INTERNET, outside, INTERNET_SOURCE, borrowed=True)] if outside else ends
        goals = [*ends, internet(outside)] if outside else ends
        found: list[Probe] = []
        for source in starts:
            for target in goals:
                if source.place.key != target.place.key:
                    found += self._pair(source, target)
            if source.own:
                found += self._neighbours(source)
        return found

    def _pair(self, source: End, target: End) -> Iterator[Probe]:
        yield from self._ports(source, target, self.amount.ports)
        yield from self._ping(source, target)
        if target.label == INTERNET:
            return
        for address, name in target.place.guests.items():
            guest = End(target.label, target.place, address, whom=name)
            yield from self._ports(source, guest, self.amount.single)
            yield from self._ping(source, guest)
        if source.own:
            yield from self._ipv6(source, target)
            yield from self._spoofed(source, target)

    def _ports(self, source: End, target: End, count: int) -> Iterator[Probe]:
        for protocol in ("tcp", "udp"):
            openings = self.rules.openings(source.address, target.address, protocol)
            favourites = self.rules.favourites[protocol]
            yield between(
                source, target, protocol, closed_ports(openings, favourites, count, self.amount.few, self.rng)
            )

    def _ping(self, source: End, target: End) -> Iterator[Probe]:
        if not self.rules.openings(source.address, target.address, "icmp"):
            yield between(source, target, "icmp")

    def _ipv6(self, source: End, target: End) -> Iterator[Probe]:
        here, there = source.place, target.place
        yield Probe(here.key, there.key, here.key, there.key, here.ipv6, there.ipv6, "ipv6")

    def _spoofed(self, source: End, target: End) -> Iterator[Probe]:
        """Sources that are not the segment's, on ports that are open to the real owner where there are such."""
        here, there = source.place, target.place
        third = self._third(here, there)
        lies = {
            "its own segment": str(there.subnet.broadcast_address - 5),
            **({f"segment {third.key}": third.address} if third else {}),
            **({} if here.outside else {"the internet": BOGUS_SOURCE}),
        }
        for lie, address in lies.items():
            for protocol in ("tcp", "udp"):
                openings = self.rules.openings(address, there.address, protocol)
                port = self.rng.choice(openings).first if openings else self.rng.randint(1, 65535)
                yield between(End(here.key, here, address), target, protocol, [port], spoofed=lie)

    def _third(self, here: Place, there: Place) -> Place | None:
        """A segment whose machines may talk to the destination, if there is one."""
        others = [place for place in self.site.places.values() if place.key not in (here.key, there.key)]
        self.rng.shuffle(others)
        others.sort(key=lambda place: not self.rules.openings(place.address, there.address, "tcp"))
        return others[0] if others else None

    def _neighbours(self, source: End) -> Iterator[Probe]:
        place = source.place
        for address, name in place.neighbours.items():
            neighbour = End(place.key, place, address, whom=name)
            yield from self._ports(source, neighbour, self.amount.single)
            # Machines may answer pings of their segment: the check of cables and packet sizes uses them.
            if address in place.guests:
                yield from self._ping(source, neighbour)
            everybody = between(source, neighbour, "ipv6")
            yield replace(everybody, source=place.ipv6, target=ALL_NODES)
