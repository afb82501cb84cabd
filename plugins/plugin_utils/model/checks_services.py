# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across services: catalogue, segments, tiers, AE titles."""

from __future__ import annotations

from .finding import Finding
from .scope import Scope, listed
from .service import Service


def check_services(scope: Scope) -> list[Finding]:
    """All findings about services."""
    findings: list[Finding] = []
    names: set[str] = set()
    titles: dict[str, str] = {}
    for i, service in enumerate(scope.intent.services):
        if service.name in names:
            findings.append(
                Finding(scope.loc("services", i, "name"), f"service {service.name} occurs twice", "rename one of them")
            )
        names.add(service.name)
        title = service.title()
        if titles.setdefault(title, service.name) != service.name:
            findings.append(
                Finding(
                    scope.loc("services", i, "ae_title"),
                    f"{title} is the AE title of service {titles[title]} and of service {service.name}",
                    "give each its own",
                )
            )
        findings += _entry(scope, i, service)
        findings += _place(scope, i, service)
    return findings


def _entry(scope: Scope, i: int, service: Service) -> list[Finding]:
    types, tiers = scope.catalogue.services, scope.catalogue.tiers
    findings = []
    if service.type not in types:
        findings.append(
            Finding(
                scope.loc("services", i, "type"),
                f"service {service.name} has the unknown type '{service.type}' (in the catalogue: {listed(types)})",
                "choose one of them",
            )
        )
    elif service.profile not in types[service.type].profiles:
        findings.append(
            Finding(
                scope.loc("services", i, "profile"),
                f"the type {service.type} has no profile '{service.profile}' "
                f"(profiles: {listed(types[service.type].profiles)})",
                "choose one of them",
            )
        )
    if service.tier not in tiers:
        findings.append(
            Finding(
                scope.loc("services", i, "tier"),
                f"service {service.name} has the unknown tier '{service.tier}' (tiers: {listed(tiers)})",
                "choose one of them",
            )
        )
    return findings


def _place(scope: Scope, i: int, service: Service) -> list[Finding]:
    findings = []
    purposes = {s.name: s.purpose for s in scope.intent.segments}
    guests = [name for name, purpose in purposes.items() if purpose == "guests"]
    if service.segment not in scope.names("segments"):
        findings.append(
            Finding(
                scope.loc("services", i, "segment"),
                f"service {service.name} is on the unknown segment '{service.segment}' (for guests: {listed(guests)})",
                "correct it or add the segment to 'segments'",
            )
        )
    elif purposes.get(service.segment, "guests") != "guests":
        findings.append(
            Finding(
                scope.loc("services", i, "segment"),
                f"segment {service.segment} has the purpose {purposes[service.segment]}, "
                f"guests of service {service.name} must not be on it (for guests: {listed(guests)})",
                "choose a segment with purpose: guests",
            )
        )
    if service.site is not None and service.site not in scope.names("sites"):
        findings.append(
            Finding(
                scope.loc("services", i, "site"),
                f"service {service.name} is at the unknown site '{service.site}' "
                f"(known: {listed(scope.names('sites'))})",
                "correct it or add the site to 'sites'",
            )
        )
    memory = service.guest.memory_mib
    room = [p.memory_mib for p in scope.intent.host_profiles]
    if memory is not None and room and memory > max(room) and scope.whole("host_profiles"):
        findings.append(
            Finding(
                scope.loc("services", i, "guest", "memory_mib"),
                f"{memory} MiB is more than the largest host has ({max(room)} MiB)",
                "lower it or take larger hosts",
            )
        )
    return findings
