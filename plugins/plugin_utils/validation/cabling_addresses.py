# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers for the planned addresses, and should that machine? Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .cabling_plan import VRRP_MAC, End, Owner

# {(segment, address): {MAC: machines that heard it}}
Claims = Mapping[tuple[str, str], Mapping[str, Collection[str]]]


def claims_by_address(
    planned: Sequence[End], claims: Mapping[str, Sequence[Sequence[Any]]], owners: Mapping[str, Mapping[str, Owner]]
) -> Claims:
    """Return who claims each planned address in its own segment.

    claims: {host: [[port, tag or None, address, MAC], ...]} as the module network_check returns it.
    """
    segments = {(end.host, end.port, end.tag): end.segment for end in planned}
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for host, heard in claims.items():
        for port, tag, address, mac in heard:
            segment = segments.get((host, port, -1 if tag is None else tag))
            if segment and address in owners.get(segment, {}):
                found[segment, address][mac].add(host)
    return {key: dict(macs) for key, macs in found.items()}


def address_findings(
    claims: Claims, owners: Mapping[str, Mapping[str, Owner]], macs: Mapping[str, Collection[str]]
) -> list[tuple[str, str]]:
    """Return (segment, sentence) for each address that more or other machines answer for than should.

    macs: {host: its MAC addresses} of the machines that took part.
    """
    holders = {mac: host for host, found in macs.items() for mac in found}
    said = []
    for (segment, address), found in sorted(claims.items()):
        owner = owners[segment][address]
        complaint = _complaint(owner, set(found), macs, holders)
        if complaint:
            heard_by = ", ".join(sorted(set().union(*found.values())))
            said.append((segment, f"{address} ({owner.name}, segment {segment}) {complaint} Heard by {heard_by}."))
    return said


def _complaint(owner: Owner, answers: set[str], macs: Mapping[str, Collection[str]], holders: Mapping[str, str]) -> str:
    known = bool(owner.macs) or (bool(owner.machines) and all(host in macs for host in owner.machines))
    if known:
        allowed = set(owner.macs).union(*(macs[host] for host in owner.machines))
        strangers = {mac for mac in answers - allowed if not (len(owner.machines) > 1 and mac.startswith(VRRP_MAC))}
        if strangers:
            return (
                f"is answered by {_named(strangers, holders)}, which should not have it: "
                "take the address away from that machine, or give it another in the plan."
            )
        active = {holders[mac] for mac in answers if mac in holders}
        if len(active) > 1:
            return (
                f"is answered by {' and '.join(sorted(active))} at once: they do not hear each other's VRRP, "
                "look at keepalived on both."
            )
        return ""
    if len(answers) > 1:
        return (
            f"is answered by {_named(answers, holders)}: one address, several machines; take it away from all but one."
        )
    return ""


def _named(macs: Collection[str], holders: Mapping[str, str]) -> str:
    return " and ".join(f"{holders[mac]} ({mac})" if mac in holders else mac for mac in sorted(macs))
