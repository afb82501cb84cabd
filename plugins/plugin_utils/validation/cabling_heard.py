# SPDX-License-Identifier: GPL-3.0-or-later
"""Sort what machines heard into what is right, what crossed into another segment, what strayed. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .cabling_plan import End

Pair = tuple[End, End]


@dataclass(frozen=True)
class Heard:
    """Sorted frames.

    right: {(sender, receiver): sizes} within a segment; crossed: pairs of ends of different segments;
    stray: {(host, port, tag or -1): senders} where the plan has no end.
    """

    right: Mapping[Pair, Collection[str]] = field(default_factory=dict)
    crossed: Collection[Pair] = ()
    stray: Mapping[tuple[str, str, int], Collection[End]] = field(default_factory=dict)


def sort_frames(planned: Sequence[End], heard: Mapping[str, Sequence[Sequence[Any]]]) -> Heard:
    """Return what was heard, by kind.

    heard: {host: [[port, tag or None, sender, its port, segment, size], ...]} as the module network_check returns it.
    """
    by_place = {(end.host, end.port, end.tag): end for end in planned}
    by_segment = {(end.host, end.port, end.segment): end for end in planned}
    right: dict[Pair, set[str]] = defaultdict(set)
    crossed: set[Pair] = set()
    stray: dict[tuple[str, str, int], set[End]] = defaultdict(set)
    for host, frames in heard.items():
        for port, tag, sender_host, sender_port, segment, size in frames:
            sender = by_segment.get((sender_host, sender_port, segment))
            place = (host, port, -1 if tag is None else tag)
            receiver = by_place.get(place)
            if sender is None:
                continue
            if receiver is None:
                stray[place].add(sender)
            elif receiver.segment == sender.segment:
                right[sender, receiver].add(size)
            else:
                crossed.add((sender, receiver))
    return Heard(dict(right), crossed, dict(stray))


@dataclass(frozen=True)
class Blame:
    """Why pairs are missing: none of a segment passes, these ends are cut off, or just these pairs (sender, host)."""

    everything: bool = False
    mute: frozenset[End] = frozenset()
    deaf: frozenset[End] = frozenset()
    pairs: tuple[tuple[End, str], ...] = ()


def blame(members: Collection[End], wanted: Collection[tuple[End, str]], passed: Collection[Pair]) -> Blame:
    """Explain what is missing among the ends of one segment, by as few causes as possible.

    wanted: (sender, host that should hear it on any of its links); passed: pairs of ends that do.
    """
    reached = {(sender, receiver.host) for sender, receiver in passed}
    lost = {pair for pair in wanted if pair not in reached}
    if wanted and lost == set(wanted):
        return Blame(everything=True)
    # A link that nobody has to reach (no other machine is left) is neither mute nor deaf.
    mute = {end for end in members if _all_lost([p for p in wanted if p[0] == end], lost)}
    hosts = {end.host for end in members}
    deaf_hosts = {host for host in hosts if _all_lost([p for p in wanted if p[1] == host], lost)}
    deaf = {end for end in members if end.host in deaf_hosts} | _deaf_links(members, wanted, passed)
    rest = sorted(pair for pair in lost if pair[0] not in mute and pair[1] not in deaf_hosts)
    return Blame(mute=frozenset(mute), deaf=frozenset(deaf), pairs=tuple(rest))


def _all_lost(pairs: Sequence[tuple[End, str]], lost: Collection[tuple[End, str]]) -> bool:
    return bool(pairs) and all(pair in lost for pair in pairs)


def _deaf_links(members: Collection[End], wanted: Collection[tuple[End, str]], passed: Collection[Pair]) -> set[End]:
    """Links that hear no other machine. Of an 802.3ad bond a switch serves each frame on one link only, so a quiet link
    proves nothing there.
    """
    hearing = {receiver for sender, receiver in passed if sender.host != receiver.host}
    listened = {host for _sender, host in wanted}
    return {end for end in members if end.host in listened and end.mode != "802.3ad" and end not in hearing}
