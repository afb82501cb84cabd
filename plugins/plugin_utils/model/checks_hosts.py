# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across hosts: references and baseboard controllers."""

from __future__ import annotations

from typing import Any

from .finding import Finding
from .host import VOTERS
from .scope import Scope
from .words import known


def check_hosts(scope: Scope) -> list[Finding]:
    """Profiles, sites, racks and baseboard controllers."""
    return [*_references(scope), *_bmcs(scope)]


def _references(scope: Scope) -> list[Finding]:
    findings = []
    racks = {site.name: site.racks for site in scope.intent.sites}
    profiles, sites = scope.names("host_profiles"), scope.names("sites")
    for i, host in enumerate(scope.intent.hosts):
        if host.profile not in profiles:
            problem = f"host {host.name} has the unknown profile '{host.profile}' {known(host.profile, profiles)}"
            remedy = "correct it or add the profile to 'host_profiles'"
            findings.append(Finding(scope.loc("hosts", i, "profile"), problem, remedy))
        if host.site not in sites:
            problem = f"host {host.name} stands at the unknown site '{host.site}' {known(host.site, sites)}"
            findings.append(Finding(scope.loc("hosts", i, "site"), problem, "correct it or add the site to 'sites'"))
        elif host.site in racks and host.rack not in racks[host.site]:
            which = known(host.rack, racks[host.site], f"racks of site {host.site}")
            problem = f"host {host.name} stands in the unknown rack '{host.rack}' {which}"
            findings.append(Finding(scope.loc("hosts", i, "rack"), problem, "correct it or add the rack to the site"))
    return findings


def _bmcs(scope: Scope) -> list[Finding]:
    findings = []
    used: dict[Any, str] = {}
    for i, host in enumerate(scope.intent.hosts):
        if host.bmc is None:
            if host.use in VOTERS and scope.intent.waiver("fencing") is None:
                findings.append(
                    Finding(
                        scope.loc("hosts", i, "bmc"),
                        f"host {host.name} has no baseboard controller, so the cluster could not fence it",
                        "add its 'bmc', or a waiver for the rule fencing (rule, reason, owner, until)",
                    )
                )
            continue
        other = used.setdefault(host.bmc.address, host.name)
        if other != host.name:
            findings.append(
                Finding(
                    scope.loc("hosts", i, "bmc", "address"),
                    f"{host.bmc.address} is the baseboard controller of host {other} and of host {host.name}, "
                    "fencing one would power off the other",
                    "correct the address",
                )
            )
    return findings
