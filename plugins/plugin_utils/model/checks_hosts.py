# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across hosts, profiles, racks and clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .finding import Finding, Loc
from .scope import Scope, listed


def check_hosts(scope: Scope) -> list[Finding]:
    """Names, references and baseboard controllers."""
    return [*_names(scope), *_references(scope), *_bmcs(scope), *_nics(scope), *_disks(scope)]


def _twice(entries: Iterable[tuple[Any, Loc]], what: str) -> list[Finding]:
    seen: set[Any] = set()
    findings = []
    for value, loc in entries:
        if value in seen:
            findings.append(Finding(loc, f"{what} {value} occurs twice", "rename or remove one of them"))
        seen.add(value)
    return findings


def _names(scope: Scope) -> list[Finding]:
    intent = scope.intent
    findings = _twice(((h.name, scope.loc("hosts", i, "name")) for i, h in enumerate(intent.hosts)), "host")
    findings += _twice(
        ((p.name, scope.loc("host_profiles", i, "name")) for i, p in enumerate(intent.host_profiles)), "host profile"
    )
    findings += _twice(((s.name, scope.loc("sites", i, "name")) for i, s in enumerate(intent.sites)), "site")
    findings += _twice(
        ((w.rule, scope.loc("waivers", i, "rule")) for i, w in enumerate(intent.waivers)), "waiver for the rule"
    )
    for i, site in enumerate(intent.sites):
        findings += _twice(
            ((rack, scope.loc("sites", i, "racks", j)) for j, rack in enumerate(site.racks)), f"site {site.name}: rack"
        )
    return findings


def _references(scope: Scope) -> list[Finding]:
    findings = []
    racks = {site.name: site.racks for site in scope.intent.sites}
    for i, host in enumerate(scope.intent.hosts):
        if host.profile not in scope.names("host_profiles"):
            findings.append(
                Finding(
                    scope.loc("hosts", i, "profile"),
                    f"host {host.name} has the unknown profile '{host.profile}' "
                    f"(known: {listed(scope.names('host_profiles'))})",
                    "correct it or add the profile to 'host_profiles'",
                )
            )
        if host.site not in scope.names("sites"):
            findings.append(
                Finding(
                    scope.loc("hosts", i, "site"),
                    f"host {host.name} stands at the unknown site '{host.site}' "
                    f"(known: {listed(scope.names('sites'))})",
                    "correct it or add the site to 'sites'",
                )
            )
        elif host.site in racks and host.rack not in racks[host.site]:
            findings.append(
                Finding(
                    scope.loc("hosts", i, "rack"),
                    f"host {host.name} stands in the unknown rack '{host.rack}' "
                    f"(racks of site {host.site}: {listed(racks[host.site])})",
                    "correct it or add the rack to the site",
                )
            )
    return findings


def _bmcs(scope: Scope) -> list[Finding]:
    findings = []
    used: dict[Any, str] = {}
    for i, host in enumerate(scope.intent.hosts):
        if host.bmc is None:
            if scope.intent.waiver("fencing") is None:
                findings.append(
                    Finding(
                        scope.loc("hosts", i, "bmc"),
                        f"host {host.name} has no baseboard controller, so the cluster could not fence it",
                        "add its 'bmc', or a waiver for the rule fencing (rule, reason, owner, until)",
                    )
                )
            continue
        key = (host.bmc.address, host.bmc.port, host.bmc.system)
        other = used.setdefault(host.bmc.address, host.name)
        if other != host.name:
            findings.append(
                Finding(
                    scope.loc("hosts", i, "bmc", "address"),
                    f"{key[0]} is the baseboard controller of host {other} and of host {host.name}, "
                    "fencing one would power off the other",
                    "correct the address",
                )
            )
    return findings


def _nics(scope: Scope) -> list[Finding]:
    intent, findings = scope.intent, []
    needed = {
        name for purpose in ("management", "cluster", "migration", "storage") for name in intent.segments_for(purpose)
    }
    for i, profile in enumerate(intent.host_profiles):
        findings += _twice(
            ((n.name, scope.loc("host_profiles", i, "nics", j, "name")) for j, n in enumerate(profile.nics)),
            f"profile {profile.name}: NIC",
        )
        findings += _twice(
            ((n.segment, scope.loc("host_profiles", i, "nics", j, "segment")) for j, n in enumerate(profile.nics)),
            f"profile {profile.name}: a NIC on segment",
        )
        for j, nic in enumerate(profile.nics):
            if nic.segment not in scope.names("segments"):
                findings.append(
                    Finding(
                        scope.loc("host_profiles", i, "nics", j, "segment"),
                        f"NIC {nic.name} leads to the unknown segment '{nic.segment}' "
                        f"(known: {listed(scope.names('segments'))})",
                        "correct it or add the segment to 'segments'",
                    )
                )
        missing = sorted(needed - {n.segment for n in profile.nics})
        if missing:
            findings.append(
                Finding(
                    scope.loc("host_profiles", i, "nics"),
                    f"profile {profile.name} has no NIC on {listed(missing)}, which every host of the cluster needs",
                    "add the NIC",
                )
            )
    return findings


def _disks(scope: Scope) -> list[Finding]:
    findings = []
    for i, profile in enumerate(scope.intent.host_profiles):
        findings += _twice(
            ((d.device, scope.loc("host_profiles", i, "disks", j, "device")) for j, d in enumerate(profile.disks)),
            f"profile {profile.name}: disk",
        )
    return findings


def check_clusters(scope: Scope) -> list[Finding]:
    """Each site is one cluster: three hosts or more, each with something left after the reserve."""
    findings = []
    if scope.whole("hosts") and all(host.site in scope.names("sites") for host in scope.intent.hosts):
        for i, site in enumerate(scope.intent.sites):
            hosts = scope.intent.hosts_of(site.name)
            if len(hosts) < 3:
                findings.append(
                    Finding(
                        ("hosts",),
                        f"site {site.name} has {len(hosts)} hosts ({listed(h.name for h in hosts)}), "
                        "a cluster needs 3 for its quorum and for three copies of the data",
                        f"add hosts with site: {site.name}" if hosts else f"add hosts or remove sites[{i}]",
                    )
                )
    policies = scope.intent.policies
    if policies.n_plus == 0 and scope.intent.waiver("n_plus") is None:
        findings.append(
            Finding(
                ("policies", "n_plus"),
                "0 means that a host failure stops guests for good",
                "set it to 1, or add a waiver for the rule n_plus (rule, reason, owner, until)",
            )
        )
    return findings + _reserve(scope)


def _reserve(scope: Scope) -> list[Finding]:
    reserve = scope.intent.policies.host_reserve
    if reserve is None:
        return []
    findings = []
    for i, profile in enumerate(scope.intent.host_profiles):
        for key, have, want in (
            ("cores", profile.cores, reserve.cores),
            ("memory_mib", profile.memory_mib, reserve.memory_mib),
        ):
            if want >= have:
                findings.append(
                    Finding(
                        scope.loc("host_profiles", i, key),
                        f"profile {profile.name} has {key} {have}, and the hosts' own reserve takes {want}",
                        f"lower policies.host_reserve.{key} or take larger hosts",
                    )
                )
    return findings
