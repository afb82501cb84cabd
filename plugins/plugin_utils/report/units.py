# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

NARROW_SPACE = "\u202f"


def number(value: float, digits: int = 0) -> str:
    """1234.5 -> '1 235': thousands apart by a narrow space that does not break."""
    return f"{value:,.{digits}f}".replace(",", NARROW_SPACE)


def gib(value: float) -> str:
    """GiB, or TiB from 1024 GiB on."""
    if value >= 1024:
        return f"{number(value / 1024, 1)} TiB"
    return f"{number(value, 0 if value == int(value) or value >= 100 else 1)} GiB"


def mib(value: float) -> str:
    """MiB as GiB; MiB below 1 GiB."""
    return gib(round(value / 1024, 1)) if value >= 1024 else f"{number(value)} MiB"


def cores(millicores: float) -> str:
    """Millicores as cores with one digit."""
    return number(millicores / 1000, 1)


def minutes(value: float | None) -> str:
    """Minutes as minutes, hours or days; None is best effort."""
    if value is None:
        return "best effort"
    if value >= 2880:
        return f"{number(value / 1440)} d"
    if value >= 120:
        return f"{number(value / 60)} h"
    return f"{number(value)} min"


def percent(used: float, capacity: float) -> float:
    """Share in percent with two digits; 0 of nothing."""
    return round(100 * used / capacity, 2) if capacity else 0.0


def addresses(items: Sequence[str]) -> tuple[str, ...]:
    """IPv4 addresses and subnets in order, neighbours joined: '10.0.0.1-3', '10.0.0.7', '10.1.0.0/24'."""
    runs: list[list[str]] = []
    for item in (str(net).removesuffix("/32") for net in sorted(map(IPv4Network, items))):
        if runs and _next(runs[-1][-1]) == item:
            runs[-1].append(item)
        else:
            runs.append([item])
    return tuple(run[0] if len(run) == 1 else f"{run[0]}\u2013{run[-1].rsplit('.', 1)[-1]}" for run in runs)


def _next(address: str) -> str:
    net, __, last = address.rpartition(".")
    return f"{net}.{int(last) + 1}" if last.isdigit() else ""


def plural(amount: int, noun: str, nouns: str = "") -> str:
    """'1 host', '2 hosts'."""
    return f"{number(amount)} {noun if amount == 1 else nouns or noun + 's'}"
