# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cable is in the wrong place, from frames that were heard in a segment they were not sent to. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .cabling_heard import Heard, Pair
from .cabling_plan import End


@dataclass(frozen=True, order=True)
class Misplaced:
    """An end that is really in another segment, and the ends there that it exchanges frames with."""

    end: End
    segment: str
    partners: tuple[End, ...]


def misplaced(heard: Heard) -> tuple[list[Misplaced], list[Pair]]:
    """Return the ends that are in the wrong segment, and the crossed pairs that this does not explain.

    An end that hears its own segment as well is in its place: two segments are then joined somewhere between switches.
    Among the others the one that explains most is taken first.
    """
    at_home = {end for pair in heard.right for end in pair if pair[0].host != pair[1].host}
    left = {pair for pair in heard.crossed if not set(pair) <= at_home}
    found = []
    while left:
        candidates = _candidates(left, at_home)
        end, segment = min(candidates, key=lambda key: (-len(candidates[key]), key))
        found.append(Misplaced(end, segment, tuple(sorted(candidates[end, segment]))))
        left = {pair for pair in left if end not in pair}
    return sorted(found), sorted(pair for pair in heard.crossed if set(pair) <= at_home)


def _candidates(pairs: Collection[Pair], at_home: Collection[End]) -> Mapping[tuple[End, str], set[End]]:
    """Return {(end, segment that it may be in): partners there}."""
    candidates: dict[tuple[End, str], set[End]] = defaultdict(set)
    for sender, receiver in pairs:
        for end, other in ((sender, receiver), (receiver, sender)):
            if end not in at_home:
                candidates[end, other.segment].add(other)
    return candidates
