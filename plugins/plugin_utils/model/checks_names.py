# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of names: none twice, none that the plan needs itself."""

from __future__ import annotations

from .finding import Finding
from .scope import Scope
from .waiver import Waiver
from .words import twice

_LISTS = {
    "sites": "site",
    "host_profiles": "host profile",
    "hosts": "host",
    "segments": "segment",
    "services": "service",
    "tenants": "tenant",
    "modalities": "modality",
    "flows": "flow",
}
# Groups of every inventory, and the controller's own name in Ansible.
_TAKEN = ("all", "gateways", "guests", "localhost", "machines", "probes", "ungrouped", "witnesses")


def check_names(scope: Scope) -> list[Finding]:
    """Names that occur twice or are taken."""
    intent, findings = scope.intent, []
    for key, what in _LISTS.items():
        findings += twice(((e.name, scope.loc(key, i, "name")) for i, e in enumerate(getattr(intent, key))), what)
    findings += twice(
        ((_waived(w), scope.loc("waivers", i, "rule")) for i, w in enumerate(intent.waivers)), "waiver for"
    )
    for i, site in enumerate(intent.sites):
        racks = ((rack, scope.loc("sites", i, "racks", j)) for j, rack in enumerate(site.racks))
        findings += twice(racks, f"site {site.name}: rack")
    for i, host in enumerate(intent.hosts):
        if host.name in _TAKEN:
            problem = f"{host.name} is a name that Ansible's inventories use for something else"
            findings.append(Finding(scope.loc("hosts", i, "name"), problem, "rename the host"))
    return findings + _keys(scope)


def _waived(waiver: Waiver) -> str:
    return f"{waiver.rule} {waiver.flow}" if waiver.flow else waiver.rule


def _keys(scope: Scope) -> list[Finding]:
    """At other sites than the first a segment is called <site>-<name> in the plan."""
    findings = []
    for i, segment in enumerate(scope.intent.segments):
        for site in scope.intent.sites[1:]:
            name = segment.name.removeprefix(f"{site.name}-")
            if name != segment.name and name in scope.segment_names():
                problem = f"{segment.name} is what the plan calls segment {name} of site {site.name}"
                findings.append(Finding(scope.loc("segments", i, "name"), problem, "rename it"))
    return findings
