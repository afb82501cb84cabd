# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether cables, VLANs, MTUs and addresses are as planned, from what all machines heard. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import cabling_sentences as sentences
from .cabling_addresses import address_findings, claims_by_address
from .cabling_heard import Blame, Pair, blame, sort_frames
from .cabling_misplaced import misplaced
from .cabling_plan import End, Owner, ends

HEAD = ("segment", "VLAN", "MTU", "machines", "heard", "full size", "addresses in use", "verdict")


@dataclass(frozen=True)
class Row:
    """One segment: paths are (sending port, hearing machine) pairs; addresses those that anybody answers for."""

    segment: str
    vlan: int
    mtu: int
    machines: int
    paths: int
    heard: int
    full: int
    addresses: int
    verdict: str

    def cells(self) -> tuple[str, ...]:
        return (
            self.segment,
            str(self.vlan),
            str(self.mtu),
            str(self.machines),
            f"{self.heard} of {self.paths}",
            f"{self.full} of {self.paths}",
            str(self.addresses),
            self.verdict,
        )


@dataclass(frozen=True)
class Judgement:
    """findings: what is wrong; notes: what could not be compared; paths: [segment, host, port, host, short or full]."""

    findings: list[str]
    notes: list[str]
    rows: list[Row]
    paths: list[list[str]]

    def summary(self) -> str:
        """Return the judgement in one line."""
        if not self.findings:
            return "Cables, VLANs, MTUs and addresses are as planned."
        return f"{self.findings[0]} ({len(self.findings)} in all, each in a line above.)"

    def table(self) -> list[str]:
        """Return the rows as aligned lines."""
        cells = [HEAD, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]


def judge(
    slices: Mapping[str, Mapping[str, Any]],
    plan: Mapping[str, Any],
    owners: Mapping[str, Mapping[str, Owner]],
    answers: Mapping[str, Mapping[str, Any]],
) -> Judgement:
    """Return what differs from the plan.

    slices: {name: slice} of the machines that were asked; plan: hospital_plan; owners: address_owners of the plan;
    answers: {name: result of network_check with state stopped, its ports with the problems of sending}, without those
    that failed.
    """
    segments = plan["segments"]
    planned = ends(slices)
    reports = {host: answer["ports"] for host, answer in answers.items()}
    heard = sort_frames(planned, {host: answer["heard"] for host, answer in answers.items()})
    wrong, joined = misplaced(heard)
    out = {item.end for item in wrong}
    live = {end for end in planned if end not in out and reports.get(end.host, {}).get(end.port, {}).get("link")}
    members = {key: sorted(end for end in live if end.segment == key) for key in segments}
    between = {key: [p for p in heard.right if _counts(p, key, live)] for key in segments}
    full = {key: [p for p in between[key] if "full" in heard.right[p]] for key in segments}
    wanted = {key: _wanted(found) for key, found in members.items()}
    silence = {key: blame(members[key], wanted[key], between[key]) for key in segments}
    sizes = {key: _size_blame(between[key], full[key]) for key in segments}
    claims = claims_by_address(planned, {host: answer["claims"] for host, answer in answers.items()}, owners)
    found: list[sentences.Finding] = [
        *_unasked(slices, answers),
        *sentences.port_findings(planned, reports),
        *sentences.misplaced_findings(wrong, segments),
        *sentences.joined_findings(joined),
        *sentences.stray_findings(heard.stray, planned, segments),
        *sentences.silence_findings(silence, members, segments),
        *sentences.size_findings(sizes, members, segments),
        *(
            ((key,), text)
            for key, text in address_findings(claims, owners, {host: a["macs"] for host, a in answers.items()})
        ),
    ]
    rows = [
        Row(
            key,
            segments[key]["vlan"],
            segments[key]["mtu"],
            len({end.host for end in planned if end.segment == key}),
            len(_wanted([end for end in planned if end.segment == key])),
            len(_reached(between[key])),
            len(_reached(full[key])),
            sum(segment == key for segment, _address in claims),
            _verdict(key, found, planned),
        )
        for key in segments
        if any(end.segment == key for end in planned)
    ]
    return Judgement([text for _keys, text in found], _notes(rows), rows, _paths(between, full))


def _counts(pair: Pair, key: str, live: Collection[End]) -> bool:
    sender, receiver = pair
    return sender.segment == key and sender.host != receiver.host and sender in live and receiver in live


def _wanted(members: Sequence[End]) -> set[tuple[End, str]]:
    """Every port is heard by every other machine."""
    return {(end, other.host) for end in members for other in members if end.host != other.host}


def _reached(pairs: Sequence[Pair]) -> set[tuple[End, str]]:
    return {(sender, receiver.host) for sender, receiver in pairs}


def _size_blame(short: Sequence[Pair], full: Sequence[Pair]) -> Blame:
    """Blame for full-size frames, among the ends that exchange short ones."""
    found = blame({end for pair in short for end in pair}, _reached(short), full)
    hearing = {receiver for _sender, receiver in short}
    return Blame(found.everything, found.mute, found.deaf & hearing, found.pairs)


def _unasked(
    slices: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Mapping[str, Any]]
) -> list[sentences.Finding]:
    return [
        (
            tuple(sorted({nic["segment"] for nic in slices[host]["nics"]})),
            f"{host} could not be asked, so nothing is known of its cables: bring it up and run the check again.",
        )
        for host in slices
        if host not in answers
    ]


def _verdict(key: str, found: Sequence[sentences.Finding], planned: Sequence[End]) -> str:
    count = sum(key in keys for keys, _text in found)
    if count:
        return f"{count} finding{'s' if count > 1 else ''}"
    return "as planned" if len({end.host for end in planned if end.segment == key}) > 1 else "nothing to compare"


def _notes(rows: Sequence[Row]) -> list[str]:
    alone = [row.segment for row in rows if row.machines < 2]
    if not alone:
        return []
    return [
        f"Only one machine has a port in {sentences.listed(alone)}: its cable there can't be compared with another."
    ]


def _paths(between: Mapping[str, Sequence[Pair]], full: Mapping[str, Sequence[Pair]]) -> list[list[str]]:
    found = []
    for key, pairs in between.items():
        whole = _reached(full[key])
        for sender, host in sorted(_reached(pairs)):
            found.append([key, sender.host, sender.port, host, "full" if (sender, host) in whole else "short"])
    return found
