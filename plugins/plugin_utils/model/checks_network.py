# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across segments: names, VLAN ids, subnets, purposes."""

from __future__ import annotations

from itertools import combinations

from .finding import Finding
from .scope import Scope

_NEEDED = (
    ("management", "through which the hosts are reached"),
    ("migration", "for live migration"),
    ("storage", "for the storage cluster"),
)


def check_segments(scope: Scope) -> list[Finding]:
    """All findings about segments."""
    return [*_duplicates(scope), *_subnets(scope), *_purposes(scope)]


def _duplicates(scope: Scope) -> list[Finding]:
    findings = []
    segments = scope.intent.segments
    for (_i, one), (j, two) in combinations(enumerate(segments), 2):
        if one.name == two.name:
            findings.append(
                Finding(scope.loc("segments", j, "name"), f"segment {one.name} is named twice", "rename one")
            )
        if one.vlan is not None and one.vlan == two.vlan:
            findings.append(
                Finding(
                    scope.loc("segments", j, "vlan"),
                    f"VLAN id {two.vlan} is used by segment {one.name} and by segment {two.name}",
                    "give one of them another id, or leave it out to have one assigned",
                )
            )
        if one.subnet is not None and two.subnet is not None and one.subnet.overlaps(two.subnet):
            findings.append(
                Finding(
                    scope.loc("segments", j, "subnet"),
                    f"{two.subnet} of segment {two.name} overlaps {one.subnet} of segment {one.name}",
                    "give one of them another subnet, or leave it out to have one assigned",
                )
            )
    return findings


def _subnets(scope: Scope) -> list[Finding]:
    findings = []
    supernet = scope.intent.supernet
    if "supernet" not in scope.intent.model_fields_set:
        return []
    if supernet.prefixlen > 24:
        findings.append(
            Finding(("supernet",), f"{supernet} is smaller than one /24 subnet", "take at least a /24, better a /16")
        )
    for i, segment in enumerate(scope.intent.segments):
        if segment.subnet is not None and not segment.subnet.subnet_of(supernet):
            findings.append(
                Finding(
                    scope.loc("segments", i, "subnet"),
                    f"{segment.subnet} lies outside the supernet {supernet}",
                    "choose a subnet inside it or widen 'supernet'",
                )
            )
        if segment.subnet is not None and segment.gateway is not None and segment.gateway not in segment.subnet:
            findings.append(
                Finding(
                    scope.loc("segments", i, "gateway"),
                    f"{segment.gateway} is not an address of {segment.subnet}",
                    "correct the gateway",
                )
            )
        if segment.gateway is not None and segment.subnet is None:
            findings.append(
                Finding(
                    scope.loc("segments", i, "gateway"),
                    f"segment {segment.name} has a gateway but no subnet",
                    "give its 'subnet' too",
                )
            )
    return findings


def _purposes(scope: Scope) -> list[Finding]:
    if not scope.whole("segments"):
        return []
    intent, findings = scope.intent, []
    for purpose, why in _NEEDED:
        found = intent.segments_for(purpose)
        if not found:
            findings.append(
                Finding(
                    ("segments",), f"no segment has the purpose {purpose} ({why})", f"add one with purpose: {purpose}"
                )
            )
        elif len(found) > 1:
            findings.append(
                Finding(("segments",), f"{' and '.join(found)} both have the purpose {purpose}", "keep one of them")
            )
    links = intent.segments_for("cluster")
    if len(links) < 2 and not (links and intent.waiver("cluster_links")):
        findings.append(
            Finding(
                ("segments",),
                f"{len(links)} of 2 segments have the purpose cluster, a single link makes one cable a cluster failure",
                "add a segment with purpose: cluster (or, with one such segment, a waiver for the rule cluster_links)",
            )
        )
    return findings
