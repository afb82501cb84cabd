# SPDX-License-Identifier: GPL-3.0-or-later
"""The segments that every cluster needs: the intent's by purpose, else the catalogue's."""

from __future__ import annotations

from .finding import Finding
from .host import Host
from .scope import Scope
from .words import listed

_COUNTS = {"management": 1, "cluster": 2, "migration": 1, "storage": 1}
_WHY = {
    "management": "through which the hosts are reached",
    "cluster": "a single link makes one cable a cluster failure",
    "migration": "for live migration",
    "storage": "for the storage cluster",
}
# By use; a machine whose use is not here, a hypervisor, needs all of them. What gateways and probes must reach besides
# depends on the segments of the plan.
_NEEDED = {"witness": ("management", "cluster", "storage"), "gateway": ("management",), "probe": ("management",)}


def needed_segments(scope: Scope, host: Host) -> list[str]:
    """Names of the segments that a host must reach."""
    return [name for purpose in _NEEDED.get(host.use, tuple(_COUNTS)) for name in _basics(scope, host.site, purpose)]


def _basics(scope: Scope, site: str, purpose: str) -> list[str]:
    here = [s for s in scope.intent.segments if site in scope.intent.sites_of(s)]
    found = [s.name for s in here if s.purpose == purpose]
    taken = {s.name for s in here}
    for name, entry in scope.catalogue.segments.items():
        if len(found) < _count(scope, purpose, found) and entry.purpose == purpose and name not in taken:
            found.append(name)
    return found


def _count(scope: Scope, purpose: str, found: list[str]) -> int:
    """A hospital may waive its second cluster link, not its first."""
    waived = purpose == "cluster" and found and scope.intent.waiver("cluster_links")
    return 1 if waived else _COUNTS[purpose]


def check_basics(scope: Scope) -> list[Finding]:
    """One segment each for management, migration and storage, two for the cluster, at every site."""
    if not scope.whole("segments", "sites"):
        return []
    findings: dict[str, Finding] = {}
    for site in scope.intent.sites:
        for purpose, count in _COUNTS.items():
            found = _basics(scope, site.name, purpose)
            if len(found) < _count(scope, purpose, found):
                problem = (
                    f"site {site.name} has {len(found)} of {count} segments with the purpose {purpose} "
                    f"({_WHY[purpose]}), and the names of the catalogue's are taken by segments of another purpose"
                )
                remedy = f"add a segment with purpose: {purpose}"
                findings.setdefault(purpose, Finding(("segments",), problem, remedy))
            if len(found) > 1 and purpose != "cluster":
                problem = f"segments {listed(found)} all have the purpose {purpose} at site {site.name}"
                findings.setdefault(purpose, Finding(("segments",), problem, "keep one of them"))
    return list(findings.values())
