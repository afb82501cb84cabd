# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of modalities and AE titles."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from .finding import Finding, Loc
from .modality import Modality
from .scope import Scope
from .words import known, listed

PACS = "pacs"


def check_dicom(scope: Scope) -> list[Finding]:
    """Unique AE titles and addresses; segments for devices; services that take images."""
    findings = [*_titles(scope), *_addresses(scope)]
    for i, modality in enumerate(scope.intent.modalities):
        findings += [*_segment(scope, i, modality), *_service(scope, i, modality)]
    return findings


def _titles(scope: Scope) -> list[Finding]:
    used: dict[str, str] = {}
    findings = []
    for title, whose, loc in _all_titles(scope):
        if used.setdefault(title.strip(), whose) != whose:
            problem = f"{title} is the AE title of {used[title.strip()]} and of {whose}"
            findings.append(Finding(loc, problem, "give each its own"))
    return findings


def _all_titles(scope: Scope) -> Iterable[tuple[str, str, Loc]]:
    for i, service in enumerate(scope.intent.services):
        if service.ae_title or service.type == PACS:
            yield service.title(), f"service {service.name}", scope.loc("services", i, "ae_title")
    for i, modality in enumerate(scope.intent.modalities):
        yield modality.ae_title, f"modality {modality.name}", scope.loc("modalities", i, "ae_title")


def _addresses(scope: Scope) -> list[Finding]:
    used: dict[IPv4Address, str] = {s.gateway: f"the gateway of {s.name}" for s in scope.intent.segments if s.gateway}
    used |= {host.bmc.address: f"the controller of host {host.name}" for host in scope.intent.hosts if host.bmc}
    findings = []
    for i, modality in enumerate(scope.intent.modalities):
        whose = used.get(modality.address)
        if whose:
            problem = f"{modality.address} of modality {modality.name} is also the address of {whose}"
            findings.append(Finding(scope.loc("modalities", i, "address"), problem, "give each its own"))
        used[modality.address] = f"modality {modality.name}"
    return findings


def _segment(scope: Scope, i: int, modality: Modality) -> list[Finding]:
    name = modality.segment
    if name not in scope.segment_names():
        which = known(name, (n for n in scope.segment_names() if scope.purpose_of(n) == "clients"), "for devices")
        problem = f"modality {modality.name} is on the unknown segment '{name}' {which}"
        loc = scope.loc("modalities", i, "segment")
        return [Finding(loc, problem, "correct it or add the segment to 'segments'")]
    purpose = scope.purpose_of(name) or "clients"
    if purpose != "clients":
        problem = f"segment {name} has the purpose {purpose}, modality {modality.name} is a device"
        return [Finding(scope.loc("modalities", i, "segment"), problem, "choose a segment with purpose: clients")]
    segment = scope.listed_segment(name)
    subnets = [*segment.subnets.values(), segment.subnet] if segment else []
    given = [subnet for subnet in subnets if subnet]
    sites = scope.intent.sites_of(segment) if segment else ()
    if given and len(given) == len(sites) and not any(modality.address in subnet for subnet in given):
        problem = f"{modality.address} of modality {modality.name} is not in segment {name} ({listed(given)})"
        return [Finding(scope.loc("modalities", i, "address"), problem, "correct the address or the segment")]
    return []


def _service(scope: Scope, i: int, modality: Modality) -> list[Finding]:
    name = modality.service
    loc = scope.loc("modalities", i, "service")
    archives = [s.name for s in scope.intent.services if s.type == PACS]
    if name not in scope.names("services"):
        problem = f"modality {modality.name} sends to the unknown service '{name}' {known(name, archives, 'pacs')}"
        return [Finding(loc, problem, "correct it or add the service to 'services'")]
    service = scope.intent.service(name)
    if service is not None and service.type != PACS:
        problem = f"modality {modality.name} sends to service {name}, which has the type {service.type}, not pacs"
        return [Finding(loc, problem, f"name a service of the type pacs ({listed(archives)})")]
    return []
