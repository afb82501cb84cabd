# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across services: catalogue, segments, sites, sizes."""

from __future__ import annotations

from .finding import Finding
from .profile import HostProfile
from .scope import Scope
from .service import Service
from .words import known, listed


def check_services(scope: Scope) -> list[Finding]:
    """All findings about services."""
    findings: list[Finding] = []
    for i, service in enumerate(scope.intent.services):
        findings += [*_entry(scope, i, service), *_segment(scope, i, service)]
        sites = scope.names("sites")
        if service.site is not None and service.site not in sites:
            problem = f"service {service.name} is at the unknown site '{service.site}' {known(service.site, sites)}"
            findings.append(Finding(scope.loc("services", i, "site"), problem, "correct it or add the site to 'sites'"))
        elif scope.intent.sites and scope.whole("sites", "hosts", "host_profiles"):
            findings += _sizes(scope, i, service)
    if scope.intent.sites and scope.whole("sites", "hosts", "host_profiles", "segments"):
        for site in scope.intent.sites:
            findings += _ports(scope, site.name)
    return findings


def _entry(scope: Scope, i: int, service: Service) -> list[Finding]:
    types, tiers = scope.catalogue.services, scope.catalogue.tiers
    findings = []
    if service.type not in types:
        which = known(service.type, types, "in the catalogue")
        problem = f"service {service.name} has the unknown type '{service.type}' {which}"
        if "type" in service.model_fields_set:
            findings.append(Finding(scope.loc("services", i, "type"), problem, "choose one of them"))
        else:
            remedy = "choose one of them with 'type', it defaults to the name"
            findings.append(Finding(scope.loc("services", i, "name"), problem, remedy))
    elif service.profile is not None and service.profile not in types[service.type].profiles:
        which = known(service.profile, types[service.type].profiles, "profiles")
        problem = f"the type {service.type} has no profile '{service.profile}' {which}"
        findings.append(Finding(scope.loc("services", i, "profile"), problem, "choose one of them"))
    if service.tier is not None and service.tier not in tiers:
        problem = f"service {service.name} has the unknown tier '{service.tier}' (tiers: {listed(tiers)})"
        findings.append(Finding(scope.loc("services", i, "tier"), problem, "choose one of them"))
    return findings


def _segment(scope: Scope, i: int, service: Service) -> list[Finding]:
    name, loc = service.segment, scope.loc("services", i, "segment")
    if name is None:
        return []
    if name not in scope.segment_names():
        which = known(name, (n for n in scope.segment_names() if scope.purpose_of(n) == "guests"), "for guests")
        problem = f"service {service.name} is on the unknown segment '{name}' {which}"
        return [Finding(loc, problem, "correct it or add the segment to 'segments'")]
    purpose = scope.purpose_of(name) or "guests"
    if purpose != "guests":
        problem = f"segment {name} has the purpose {purpose}, guests of service {service.name} must not be on it"
        return [Finding(loc, problem, "choose a segment with purpose: guests, or leave it out for the catalogue's")]
    segment = scope.listed_segment(name)
    if segment is not None and scope.intent.sites and scope.whole("sites"):
        site, sites = scope.intent.service_site(service), scope.intent.sites_of(segment)
        if site in scope.names("sites") and site not in sites:
            problem = f"service {service.name} is at site {site}, and segment {name} only at {listed(sites)}"
            return [Finding(loc, problem, "choose a segment of that site or add the site to the segment's 'sites'")]
    return []


def _ports(scope: Scope, site: str) -> list[Finding]:
    """Some hypervisor reaches each segment of guests. A tenant's own segments are the planner's business."""
    profiles = _profiles_at(scope, site)
    missing: dict[str, list[str]] = {}
    for service in scope.intent.services if profiles else ():
        if scope.intent.service_site(service) != site or (service.tenant and not service.segment):
            continue
        for name in scope.guest_segments(service):
            if scope.purpose_of(name) == "guests" and not any(profile.reaches(name) for profile in profiles):
                missing.setdefault(name, []).append(service.name)
    if not missing:
        return []
    services = dict.fromkeys(service for names in missing.values() for service in names)
    problem = (
        f"no hypervisor of site {site} has a NIC on {listed(missing)}, where guests of {listed(services)} are to be"
    )
    return [Finding(("host_profiles",), problem, "add the NIC, or add the segment to a trunk")]


def _profiles_at(scope: Scope, site: str) -> list[HostProfile]:
    """The profiles of the hypervisors of a site."""
    used = {host.profile for host in scope.intent.hypervisors_of(site)}
    return [profile for profile in scope.intent.host_profiles if profile.name in used]


def _sizes(scope: Scope, i: int, service: Service) -> list[Finding]:
    """One guest fits the largest host."""
    findings = []
    profiles = _profiles_at(scope, scope.intent.service_site(service))
    for key, of_host, unit in (("vcpus", "thread_count", "threads"), ("memory_mib", "memory_mib", "MiB")):
        want = getattr(service.guest, key)
        largest = max((getattr(profile, of_host) for profile in profiles), default=want)
        if want is not None and want > largest:
            wanted = f"{want} {'vCPUs are' if key == 'vcpus' else 'MiB is'}"
            problem = f"{wanted} more than the largest host has ({largest} {unit})"
            loc = scope.loc("services", i, "guest", key)
            findings.append(Finding(loc, problem, "lower it or take larger hosts"))
    return findings
