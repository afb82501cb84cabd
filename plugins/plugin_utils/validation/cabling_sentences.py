# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network check found, as sentences; each comes as (segments concerned, sentence). Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .cabling_heard import Blame, Pair
from .cabling_misplaced import Misplaced
from .cabling_plan import End

Finding = tuple[tuple[str, ...], str]
Segments = Mapping[str, Mapping[str, Any]]


def listed(words: Iterable[Any]) -> str:
    """Return words as 'a, b and c'."""
    *most, last = list(map(str, words))
    return f"{', '.join(most)} and {last}" if most else last


def _vlans(ends: Iterable[End], segments: Segments) -> str:
    """Return the VLANs of ends in words, in the order of their ids."""
    keys = sorted({end.segment for end in ends}, key=lambda key: segments[key]["vlan"])
    return listed(f"{segments[key]['vlan']} ({key})" for key in keys)


def _by_port(ends: Iterable[End]) -> dict[tuple[str, str], list[End]]:
    found: dict[tuple[str, str], list[End]] = defaultdict(list)
    for end in sorted(ends):
        found[end.host, end.port].append(end)
    return found


def _keys(ends: Iterable[End]) -> tuple[str, ...]:
    return tuple(sorted({end.segment for end in ends}))


def port_findings(planned: Sequence[End], reports: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Return which ports are missing, have no link, or refuse what is asked of them.

    reports: {host: the key ports of the module's result}, with problems of sending joined in.
    """
    said = []
    for (host, port), ends in _by_port(planned).items():
        report = reports.get(host, {}).get(port)
        if report is None:
            continue
        carried = f"It is to carry {_some(end.segment for end in ends)}."
        if not report["found"]:
            text = f"{host} has no port {port}: correct the name in its host profile, or look for the card. {carried}"
        elif not report.get("link"):
            text = f"{ends[0]} has no link: plug in its cable, or switch on its switch port. {carried}"
        elif report["problem"]:
            text = f"{ends[0]} can't be checked fully: {report['problem']}. {carried}"
        else:
            continue
        said.append((_keys(ends), text))
    return said


def _some(words: Iterable[Any]) -> str:
    """Return words as 'a, b and c', a long list cut short."""
    every = list(words)
    return listed(every if len(every) <= 4 else [*every[:3], f"{len(every) - 3} more"])


def misplaced_findings(found: Sequence[Misplaced], segments: Segments) -> list[Finding]:
    """Return which port is in another segment than planned."""
    said = []
    for wrong in found:
        end, vlan = wrong.end, segments[wrong.end.segment]["vlan"]
        remedy = (
            f"Move its cable, or make its switch port an access port of VLAN {vlan}."
            if end.tag < 0
            else f"Correct VLAN {vlan} on its switch port."
        )
        text = (
            f"{end} should be in segment {end.segment} and is in segment {wrong.segment}: it exchanges frames with "
            f"{_some(wrong.partners)}. {remedy}"
        )
        said.append(((end.segment, wrong.segment), text))
    return said


def joined_findings(pairs: Sequence[Pair]) -> list[Finding]:
    """Return which segments are one network, though all ports are where they should be."""
    joined: dict[tuple[str, ...], Pair] = {}
    for pair in pairs:
        joined.setdefault(_keys(pair), pair)
    return [
        (
            keys,
            f"Segments {listed(keys)} are joined: {receiver} hears {sender}. "
            "Look for a cable or a bridge between their VLANs.",
        )
        for keys, (sender, receiver) in sorted(joined.items())
    ]


def stray_findings(
    stray: Mapping[tuple[str, str, int], Collection[End]], planned: Sequence[End], segments: Segments
) -> list[Finding]:
    """Return which ports hear segments that should not reach them, or with a tag where there should be none."""
    ports = _by_port(planned)
    said = []
    for (host, port, tag), senders in sorted(stray.items()):
        own = ports.get((host, port))
        if own is None:
            continue
        vlans, heard = _vlans(senders, segments), f"{own[0]} hears {_some(sorted(senders))}"
        if own[0].tag < 0:
            text = (
                f"{heard} with the tag of VLAN {tag}: its switch port is a trunk; make it an access port of VLAN "
                f"{segments[own[0].segment]['vlan']}."
            )
        elif tag < 0:
            text = (
                f"{heard} without a tag: its switch port is no trunk, or has VLAN {vlans} as its native VLAN; "
                "let it carry its VLANs tagged only."
            )
        else:
            text = f"{heard} in VLAN {tag}, which the plan does not give it: take VLAN {tag} off its switch port."
        said.append((_keys([*senders]), text))
    return said


def silence_findings(
    blames: Mapping[str, Blame], members: Mapping[str, Collection[End]], segments: Segments
) -> list[Finding]:
    """Return who is not heard. blames: {segment: Blame}; members: {segment: ends that were compared}."""
    said: list[Finding] = []
    for key, blame in blames.items():
        if blame.everything:
            hosts = listed(sorted({end.host for end in members[key]}))
            text = (
                f"Segment {key}: none of {hosts} hears another one. Check that VLAN {segments[key]['vlan']} "
                "exists on the switches and reaches their ports."
            )
            said.append(((key,), text))
    for what, ends in _grouped(blames).items():
        for found in _by_port(ends).values():
            compared = [
                e for group in members.values() for e in group if (e.host, e.port) == (found[0].host, found[0].port)
            ]
            said.append(
                (_keys(found), f"{found[0]} {what} in VLAN {_vlans(found, segments)}: {_cure(found, compared)}")
            )
    for key, blame in blames.items():
        said += [
            ((key,), f"In segment {key} {host} does not hear {sender}, though others do: look at the switches between.")
            for sender, host in blame.pairs
        ]
    return said


def _grouped(blames: Mapping[str, Blame]) -> dict[str, set[End]]:
    mute = {end for blame in blames.values() for end in blame.mute}
    deaf = {end for blame in blames.values() for end in blame.deaf}
    return {
        "exchanges no frames with any other machine": mute & deaf,
        "is heard by no other machine, though it hears some,": mute - deaf,
        "hears no other machine, though it is heard,": deaf - mute,
    }


def _cure(found: Sequence[End], compared: Sequence[End]) -> str:
    if found[0].tag < 0:
        return "check its cable, and that its switch port is an access port of that VLAN."
    if len(found) < len(compared):
        return "its other VLANs pass, so let its switch port carry these too."
    return "none of its VLANs pass, so check its cable, and that its switch port is a trunk that carries them."


def size_findings(
    blames: Mapping[str, Blame], members: Mapping[str, Collection[End]], segments: Segments
) -> list[Finding]:
    """Return where short frames pass and full-size ones do not."""
    said: list[Finding] = []
    for key, blame in blames.items():
        bytes_ = segments[key]["mtu"]
        if blame.everything:
            hosts = listed(sorted({end.host for end in members[key]}))
            text = (
                f"Segment {key}: short frames pass between {hosts}, frames of {bytes_} bytes do not. "
                f"Raise the MTU of the switches to {bytes_}, or lower mtu of the segment in the intent."
            )
            said.append(((key,), text))
        said += [
            (
                (key,),
                f"In segment {key} frames of {bytes_} bytes from {sender} do not reach {host}, short ones do: "
                "look at the MTU of the switches between.",
            )
            for sender, host in blame.pairs
        ]
    ends = {end for blame in blames.values() for end in blame.mute | blame.deaf}
    for found in _by_port(ends).values():
        needed = max(segments[end.segment]["mtu"] for end in found)
        text = (
            f"{found[0]} passes short frames, but none of full size ({needed} bytes) in VLAN "
            f"{_vlans(found, segments)}: raise the MTU of its switch port to {needed}."
        )
        said.append((_keys(found), text))
    return said
