# SPDX-License-Identifier: GPL-3.0-or-later
"""Infeasible plans as findings: the constraint, the service, the hosts, the shortfall, the key to change."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.conflict import MOST_NAMES, Conflict, Infeasible
from ..model.finding import Finding, Loc
from ..model.intent import Intent
from ..storage.ceph import StorageRoom
from .decisions import Decisions

_REMEDIES = {
    "capacity": "give site {site} more or larger hosts, or lower the demand or 'guest' of {services}",
    "n_plus": "give site {site} more or larger hosts, or lower the demand or 'guest' of {services}",
    "apart": "add hosts to site {site}",
    "together": "take 'together' away from one of {services}",
    "needs": "add hosts with that feature to site {site}",
    "hosts": "give the hosts of site {site} a port on the guests' segment, or name other hosts in 'placement'",
    "tenant": "add hosts to site {site}, or take 'own_hosts' away from the tenant",
    "maintenance": "take a host of site {site} out of maintenance",
}


def as_findings(intent: Intent, made: Decisions, answer: Infeasible) -> list[Finding]:
    """One finding for each set of requirements that can't hold together."""
    tail = "" if answer.exhaustive else " (the search ended at its limit)"
    findings = []
    for conflicts in answer.sets:
        services = _services(made, conflicts)
        words = "; and ".join(conflict.words("millicores of CPU") for conflict in conflicts)
        remedy = _REMEDIES[_worst(conflicts)].format(
            site=answer.cluster, services=", ".join(services) or "its services"
        )
        findings.append(Finding(_loc(intent, services), f"site {answer.cluster}: {words}{tail}", remedy))
    return findings


def _services(made: Decisions, conflicts: Sequence[Conflict]) -> list[str]:
    """Names of the services whose guests are in conflict."""
    guests = {name for conflict in conflicts for name in conflict.guests}
    return [s.name for s in made.services if any(g.name in guests for g in s.guests)]


def _worst(conflicts: Sequence[Conflict]) -> str:
    """The kind of the requirement to change: what people chose goes before what the hardware is."""
    order = list(reversed(_REMEDIES))
    return min((conflict.kind for conflict in conflicts), key=order.index)


def _loc(intent: Intent, services: Sequence[str]) -> Loc:
    if len(services) != 1:
        return ("services",)
    return ("services", next(i for i, s in enumerate(intent.services) if s.name == services[0]))


def storage_too_small(intent: Intent, site: str, room: StorageRoom, fill: int) -> Finding:
    """The site's disks can't hold its volumes."""
    short = float(room.planned_gib - room.usable_gib)
    services = ", ".join(s.name for s in intent.services if intent.service_site(s) == site)
    names = [h.name for h in intent.hypervisors_of(site)]
    hosts = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if names[MOST_NAMES:] else "")
    lost = ", one host lost" if room.copies_per_host == 1 else ""
    return Finding(
        ("host_profiles",),
        f"storage of site {site}: the volumes of services {services} take {room.planned_gib} GiB, and the disks of "
        f"hosts {hosts} hold {float(room.usable_gib):.1f} GiB ({room.size} copies, filled to {fill} %{lost}), "
        f"{short:.1f} GiB too little",
        "add disks (host_profiles[].disks), or lower the services' demand or services[].guest.root_gib",
    )
