# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of ruleset.py as sets of nftables. Pure functions.

A flow with a last day gets a set whose rule the kernel itself stops matching after that day, at midnight UTC. Its
connections carry a mark, so that they end then, too.

The kernel's look-up in a set of concatenated ranges takes longer the more elements there are. In blocks, a /24 of
destinations has sets of its own, which keeps them as small as one segment's traffic (docs/design/firewall.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from ipaddress import IPv4Address
from typing import Any

from .boxes import EVERYWHERE, addresses, addresses_text

ANY = "0.0.0.0/0"
# nftables stores a comment of at most 128 bytes with its closing zero [V nft(8)].
COMMENT_BYTES = 127
SECONDS_OF_DAY = 86400
BLOCK_PREFIX = 24
BLOCK_SIZE = 1 << (32 - BLOCK_PREFIX)
# A destination that spans more blocks than this is in the sets that every packet is looked up in.
MOST_BLOCKS = 64
_EPOCH = date(1970, 1, 1)
_WITH_PORTS = ("tcp", "udp")


def nft_flow_sets(elements: Iterable[Mapping[str, Any]], blocks: bool = False) -> list[dict[str, Any]]:
    """Return one set for each block, kind, with or without ports, and last day.

    Each with name; type; block (network address of the /24 that all its destinations lie in, null: anywhere); kind;
    match and reply (the condition of a rule, for a packet and for the answer to it); closes (seconds since 1970 in UTC,
    null: never) and mark (days since 1970 until then, 0: never); elements (text, with the flows' names as comment).
    """
    sets: dict[tuple[str, str, str, bool], list[Mapping[str, Any]]] = {}
    for element in elements:
        for block, part in _by_block(element) if blocks else [("", element)]:
            key = (block, part.get("until") or "", part["kind"], part["protocol"] in _WITH_PORTS)
            sets.setdefault(key, []).append(part)
    return [_set(*key, sets[key]) for key in sorted(sets)]


def _by_block(element: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """An element cut where blocks of destinations begin, each part with its block; '' for one that is too wide."""
    text = element.get("destination")
    first, last = addresses(text) if text else EVERYWHERE
    if last // BLOCK_SIZE - first // BLOCK_SIZE >= MOST_BLOCKS:
        return [("", element)]
    parts = []
    for number in range(first // BLOCK_SIZE, last // BLOCK_SIZE + 1):
        block = (number * BLOCK_SIZE, (number + 1) * BLOCK_SIZE - 1)
        part = (max(first, block[0]), min(last, block[1]))
        parts.append((str(IPv4Address(block[0])), {**element, "destination": addresses_text(part)}))
    return parts


def _set(block: str, until: str, kind: str, with_ports: bool, elements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    day = (date.fromisoformat(until) + timedelta(days=1) - _EPOCH).days if until else 0
    closes = day * SECONDS_OF_DAY
    suffixes = ["" if with_ports else "_no_ports", f"_until_{until.replace('-', '_')}" if until else ""]
    name = "".join([kind, f"_{block.replace('.', '_')}" if block else "", *suffixes])
    in_time = f"meta time < {closes} " if until else ""
    return {
        "name": name,
        "type": "ipv4_addr . ipv4_addr . inet_proto" + (" . inet_service" if with_ports else ""),
        "block": block or None,
        "kind": kind,
        "match": f"{in_time}ip saddr . ip daddr . meta l4proto{' . th dport' if with_ports else ''} @{name}",
        "reply": f"{in_time}ip daddr . ip saddr . meta l4proto{' . th sport' if with_ports else ''} @{name}",
        "closes": closes or None,
        "mark": day,
        "elements": [_element(element, with_ports) for element in elements],
    }


def _element(element: Mapping[str, Any], with_ports: bool) -> str:
    ends = [element.get("source") or ANY, element.get("destination") or ANY, element["protocol"]]
    fields = " . ".join([*ends, element.get("ports") or "0-65535"] if with_ports else ends)
    return f'{fields} comment "{_comment(element["flows"])}"'


def _comment(names: Iterable[str]) -> str:
    """Names of flows, cut to what nftables stores."""
    text = " ".join(names).replace('"', "'")
    data = text.encode()
    return text if len(data) <= COMMENT_BYTES else data[: COMMENT_BYTES - 3].decode(errors="ignore") + "..."
