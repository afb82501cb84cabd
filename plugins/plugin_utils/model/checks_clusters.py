# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of clusters: each site is one, with quorum, and survives what it promises."""

from __future__ import annotations

from collections import Counter

from .finding import Finding
from .scope import Scope
from .words import listed


def check_clusters(scope: Scope) -> list[Finding]:
    """Numbers of hypervisors and witnesses, host failures borne, disks of hosts that keep no data."""
    findings = _disks(scope)
    known_sites = all(host.site in scope.names("sites") for host in scope.intent.hosts)
    if scope.whole("hosts") and known_sites:
        for i, site in enumerate(scope.intent.sites):
            findings += _numbers(scope, i, site.name)
    if scope.intent.policies.n_plus == 0 and scope.intent.waiver("n_plus") is None:
        findings.append(
            Finding(
                ("policies", "n_plus"),
                "0 means that a host failure stops guests for good",
                "set it to 1, or add a waiver for the rule n_plus (rule, reason, owner, until)",
            )
        )
    return findings


def _numbers(scope: Scope, i: int, site: str) -> list[Finding]:
    intent = scope.intent
    hypervisors, witnesses = intent.hypervisors_of(site), intent.witnesses_of(site)
    have = f"site {site} has {_count(len(hypervisors), 'hypervisor')} ({listed(h.name for h in hypervisors)})"
    if len(hypervisors) < 2:
        problem = f"{have}, a cluster needs 3, or 2 and a witness"
        remedy = f"add hosts with site: {site}" if intent.hosts_of(site) else f"add hosts or remove sites[{i}]"
        return [Finding(("hosts",), problem, remedy)]
    if len(hypervisors) == 2 and len(witnesses) != 1:
        problem = f"{have} and {_count(len(witnesses), 'witness')}, two hypervisors need 1 witness for their quorum"
        remedy = f"keep one of {listed(w.name for w in witnesses)}" if witnesses else "add a host with use: witness"
        return [Finding(("hosts",), problem, f"{remedy}, or add a third hypervisor")]
    if len(hypervisors) > 2 and witnesses:
        problem = f"{have}, which need no witness, and {listed(w.name for w in witnesses)} is one"
        return [Finding(("hosts",), problem, "remove it or make it a hypervisor (use: hypervisor)")]
    if all(host.maintenance for host in hypervisors):
        return [Finding(("hosts",), f"{have}, all in maintenance", "remove 'maintenance' from enough of them")]
    return [*_quorum(scope, site, len(hypervisors) + len(witnesses)), *_racks(scope, site), *_storage(scope, site)]


def _quorum(scope: Scope, site: str, votes: int) -> list[Finding]:
    """More than half of the votes must be left after the failures that the policy promises to bear."""
    failures = scope.intent.policies.n_plus or 0
    if 2 * (votes - failures) > votes:
        return []
    problem = (
        f"{failures} failures are to be borne, but when {failures} of the {votes} hosts of site {site} fail, "
        f"{votes - failures} of {votes} votes are left, which is no majority"
    )
    remedy = f"lower it, or give site {site} {2 * failures + 1} hosts"
    return [Finding(("policies", "n_plus"), problem, remedy)]


def _racks(scope: Scope, site: str) -> list[Finding]:
    """When whole racks may fail, none of them may hold half of the votes."""
    if not scope.intent.policies.survive_rack:
        return []
    racks = Counter(host.rack for host in scope.intent.voters_of(site))
    rack, inside = racks.most_common(1)[0]
    votes = racks.total()
    if 2 * (votes - inside) > votes:
        return []
    problem = (
        f"rack {rack} of site {site} holds {inside} of {votes} hosts: when it fails, {votes - inside} of {votes} votes "
        "are left, which is no majority"
    )
    remedy = "spread the hosts over three racks or more, or leave 'survive_rack' out"
    return [Finding(("policies", "survive_rack"), problem, remedy)]


def _storage(scope: Scope, site: str) -> list[Finding]:
    """Each copy of the data is on a host of its own; two hypervisors keep two copies each."""
    hypervisors = scope.intent.hypervisors_of(site)
    if not scope.whole("host_profiles") or any(h.profile not in scope.names("host_profiles") for h in hypervisors):
        return []
    with_disks = {profile.name for profile in scope.intent.host_profiles if profile.disks}
    have = [host.name for host in hypervisors if host.profile in with_disks]
    need = min(len(hypervisors), int(scope.catalogue.defaults["ceph_size"]))
    if len(have) >= need:
        return []
    problem = (
        f"site {site} has {_count(len(have), 'hypervisor')} with disks for the storage ({listed(have)}), "
        f"its copies of the data need {need}"
    )
    return [Finding(("host_profiles",), problem, "add 'disks' to the profiles of its hypervisors")]


def _disks(scope: Scope) -> list[Finding]:
    findings = []
    profiles = {profile.name: profile for profile in scope.intent.host_profiles}
    for i, host in enumerate(scope.intent.hosts):
        profile = profiles.get(host.profile)
        if host.use != "hypervisor" and profile and profile.disks:
            count = _count(len(profile.disks), "disk")
            problem = f"{host.use} {host.name} has the profile {profile.name} with {count}, a {host.use} keeps no data"
            remedy = "give it a profile of its own without 'disks'"
            findings.append(Finding(scope.loc("hosts", i, "profile"), problem, remedy))
    return findings


def _count(number: int, noun: str) -> str:
    plural = "es" if noun.endswith("s") else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"
