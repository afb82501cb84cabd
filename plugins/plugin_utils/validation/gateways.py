# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a site's pair of gateways: one routes all segments, the other is ready to. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Connections come and go between the two looks; a peer that misses more than that is not in step [E].
MISSING_SHARE, MISSING_AT_LEAST = 0.5, 20

Answers = Mapping[str, Any]


def gateway_findings(pair: Mapping[str, Any], segments: Mapping[str, Mapping[str, Any]], answers: Answers) -> list[str]:
    """Return what is wrong with the pair, the gravest first.

    pair: one entry of hospital_plan.gateways; segments: hospital_plan.segments; answers: {gateway: what gateway_info
    returned}, with unreachable or failed as Ansible registers them, None when it was never asked.
    """
    seen = {name: answers[name] for name in pair["hosts"] if _answered(answers.get(name))}
    silent = [
        f"Gateway {name} does not answer over SSH; without it nobody takes over when the other one fails: power it on."
        for name in pair["hosts"]
        if name not in seen
    ]
    if not seen:
        return silent
    one_by_one = [sentence for name in seen for sentence in _own_findings(name, seen[name])]
    return [*_holders(pair, segments, seen), *silent, *one_by_one, *_step(seen)]


def gateways_sound(site: str, pair: Mapping[str, Any], answers: Answers) -> str:
    """Return what was found sound about a pair without findings, as one sentence."""
    active = next(name for name in pair["hosts"] if answers[name]["held"])
    standby = next(name for name in pair["hosts"] if name != active)
    return (
        f"Gateways of {site} are as planned: {active} routes between {len(pair['segments'])} segments, "
        f"{standby} stands by in step with its {answers[active]['connections']['internal']} connections."
    )


def _answered(result: Any) -> bool:
    return isinstance(result, Mapping) and "held" in result and not result.get("failed")


def _holders(
    pair: Mapping[str, Any], segments: Mapping[str, Mapping[str, Any]], seen: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """What is wrong with the addresses by which others route."""
    found, routing = [], sorted({name for name, look in seen.items() if look["held"]})
    for key in pair["segments"]:
        address = segments[key]["gateway"]
        holders = [name for name, look in seen.items() if address in look["held"]]
        if len(holders) > 1:
            found.append(
                f"Both gateways have {address}, the address of {key}: they do not hear each other there; check its "
                "cables and that it carries VRRP."
            )
        elif not holders:
            found.append(
                f"No gateway has {address}, so nothing leaves or enters {key}; `journalctl -u keepalived` on "
                f"{' and '.join(seen)} says why."
            )
    if not found and len(routing) > 1:
        found.append(
            f"{' and '.join(routing)} each route a part of the segments; connections between them lose their way: "
            f"restart keepalived on {routing[-1]}."
        )
    return found


def _own_findings(name: str, look: Mapping[str, Any]) -> list[str]:
    found = [
        f"{service} does not run on gateway {name}, so it can't take over or be relieved; `systemctl status {service}` "
        "there says why."
        for service in look["stopped"]
    ]
    if not look["rules_loaded"]:
        found.append(f"The rules in effect on gateway {name} are not those that were loaded; run site.yml.")
    return found


def _step(seen: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Whether who stands by knows the connections of who routes."""
    active: Sequence[str] = [name for name, look in seen.items() if look["held"]]
    standby = [name for name in seen if name not in active]
    if len(active) != 1 or len(standby) != 1 or any(look["stopped"] for look in seen.values()):
        return []
    tracked = seen[active[0]]["connections"].get("internal", 0)
    known = seen[standby[0]]["connections"].get("external", 0)
    if tracked - known <= max(MISSING_AT_LEAST, tracked * MISSING_SHARE):
        return []
    return [
        f"Gateway {standby[0]} knows {known} of the {tracked} connections of {active[0]}; the others would break when "
        f"it takes over: `conntrackd -n` on {standby[0]} asks for them, `journalctl -u conntrackd` says why."
    ]
