# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of demand: words of the catalogue's vocabulary, used where they mean something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .demand import understood
from .finding import Finding, Loc
from .scope import Scope
from .service import Service
from .words import known, listed


def check_demand(scope: Scope) -> list[Finding]:
    """Demand of the hospital and of each service."""
    findings = _words(scope, scope.intent.demand, ("demand",))
    senses: dict[tuple[str, str | None], list[str]] = {}
    for i, service in enumerate(scope.intent.services):
        loc = scope.loc("services", i, "demand")
        findings += _words(scope, service.demand, loc)
        profile, kind = scope.profile_of(service), (service.type, service.profile)
        if profile and service.demand:
            if kind not in senses:
                senses[kind] = understood(profile, scope.catalogue)
            findings += _without_effect(scope, service, loc, senses[kind])
    return findings


def _without_effect(scope: Scope, service: Service, loc: Loc, sense: list[str]) -> list[Finding]:
    remedy = f"remove it, or choose one of {listed(sense)}" if sense else "remove it"
    return [
        Finding((*loc, key), f"no size of service {service.name} (type {service.type}) depends on {key}", remedy)
        for key in service.demand
        if key in scope.catalogue.demand and key not in sense
    ]


def _words(scope: Scope, demand: Mapping[str, Any], loc: Loc) -> list[Finding]:
    vocabulary = scope.catalogue.demand
    findings = []
    for key, figure in demand.items():
        if key not in vocabulary:
            problem = f"unknown demand {known(key, vocabulary, 'in the catalogue')}"
            findings.append(Finding((*loc, key), problem, "rename or remove it"))
            continue
        parts = vocabulary[key].split
        if isinstance(figure, dict) and not parts:
            problem = f"{key} has no parts ({listed(figure)}), it is one number ({vocabulary[key].unit})"
            findings.append(Finding((*loc, key), problem, "write that number"))
        elif isinstance(figure, dict):
            for part in figure:
                if part not in parts:
                    problem = f"unknown part of {key} {known(part, parts, 'parts')}"
                    findings.append(Finding((*loc, key, part), problem, "rename or remove it"))
    return findings
