# SPDX-License-Identifier: GPL-3.0-or-later
"""Which prohibition of the catalogue a flow contradicts."""

from __future__ import annotations

from collections.abc import Iterable

from ..catalogue.entries import Prohibition

EVERYTHING = "*"


def prohibition(
    entries: Iterable[Prohibition], sources: set[str], destinations: set[str], ports: Iterable[int | str]
) -> Prohibition | None:
    """The first one that forbids it, or None.

    sources, destinations: everything that an end is, in the words of a prohibition.
    """
    ranges = [port_range(port) for port in ports]
    for entry in entries:
        to = _names(entry.destinations, destinations) and destinations.isdisjoint(entry.but)
        on = not entry.ports or any(first <= port <= last for port in entry.ports for first, last in ranges)
        if to and on and _names(entry.sources, sources):
            return entry
    return None


def port_range(ports: int | str) -> tuple[int, int]:
    """First and last of a port, or of a range such as 50000-59999."""
    first, __, last = str(ports).partition("-")
    return int(first), int(last or first)


def _names(words: tuple[str, ...], end: set[str]) -> bool:
    return EVERYTHING in words or not end.isdisjoint(words)
