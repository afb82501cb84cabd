# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the rules where a service's guests run: named hosts, features, company."""

from __future__ import annotations

from .finding import Finding
from .host import Host
from .profile import HostProfile
from .scope import Scope
from .service import Service
from .words import known, listed, twice


def check_placement(scope: Scope) -> list[Finding]:
    """Hosts that can run a service exist, have what it needs, and are at its site."""
    findings = _together(scope)
    for i, service in enumerate(scope.intent.services):
        if scope.intent.sites and scope.whole("sites", "hosts", "host_profiles"):
            wrong = _hosts(scope, i, service)
            findings += wrong or _features(scope, i, service)
    return findings


def _hosts(scope: Scope, i: int, service: Service) -> list[Finding]:
    wanted, site = service.placement.hosts, scope.intent.service_site(service)
    names = [host.name for host in scope.intent.hypervisors_of(site)]
    places = [(name, scope.loc("services", i, "placement", "hosts", j)) for j, name in enumerate(wanted)]
    findings = twice(places, f"service {service.name}: host")
    for name, loc in places if site in scope.names("sites") else []:
        if name not in names:
            problem = f"{name} is no hypervisor of site {site} {known(name, names, 'hypervisors there')}"
            findings.append(Finding(loc, problem, f"correct it, service {service.name} is at that site"))
    return findings


def _features(scope: Scope, i: int, service: Service) -> list[Finding]:
    """Some host that may run the guests has the features that they need."""
    profile, wanted, site = scope.profile_of(service), service.placement, scope.intent.service_site(service)
    hosts = [h for h in scope.intent.hypervisors_of(site) if not wanted.hosts or h.name in wanted.hosts]
    models = [model for host in hosts if (model := _model(scope, host))]
    findings: dict[tuple[str, ...], Finding] = {}
    for guest in profile.guests if profile and models else ():
        needs = tuple(sorted({*guest.needs, *wanted.needs}))
        if not any(set(needs) <= set(model.features) for model in models):
            have = sorted({feature for model in models for feature in model.features})
            problem = (
                f"guests of service {service.name} need {listed(needs)}, and none of the hosts "
                f"{listed(host.name for host in hosts)} has all of it (features there: {listed(have)})"
            )
            key = ("placement", "needs") if wanted.needs else ()
            remedy = "add it to the 'features' of the profile of hosts that have it, or choose another site or profile"
            findings.setdefault(needs, Finding(scope.loc("services", i, *key), problem, remedy))
    return list(findings.values())


def _model(scope: Scope, host: Host) -> HostProfile | None:
    return next((profile for profile in scope.intent.host_profiles if profile.name == host.profile), None)


def _together(scope: Scope) -> list[Finding]:
    """Guests on one host are at one site, and of one tenant when that one shares no host."""
    findings = []
    first: dict[str, Service] = {}
    alone = {tenant.name for tenant in scope.intent.tenants if tenant.own_hosts}
    for i, service in enumerate(scope.intent.services if scope.whole("sites") and scope.intent.sites else ()):
        word = service.placement.together
        if word is None:
            continue
        other = first.setdefault(word, service)
        sites = scope.intent.service_site(other), scope.intent.service_site(service)
        loc = scope.loc("services", i, "placement", "together")
        both = f"services {other.name} and {service.name} are to run together"
        if sites[0] != sites[1]:
            problem = f"{both}, and are at sites {sites[0]} and {sites[1]}"
            findings.append(Finding(loc, problem, "choose another word for one of them"))
        if other.tenant != service.tenant and alone & {other.tenant, service.tenant}:
            problem = (
                f"{both}, and tenant {listed(sorted(alone & {other.tenant, service.tenant}))} has hosts of its own"
            )
            findings.append(Finding(loc, problem, "choose another word for one of them, or remove 'own_hosts'"))
    return findings
