# SPDX-License-Identifier: GPL-3.0-or-later
"""Infeasible plans as findings: the constraint, the service, the hosts, the shortfall, the key to change."""

from __future__ import annotations

from fractions import Fraction

from ..model.finding import Finding
from ..model.intent import Intent
from ..placement.types import Infeasible

_UNITS = {"vcpus": "vCPUs", "memory_mib": "MiB of memory"}


def as_finding(intent: Intent, answer: Infeasible) -> Finding:
    """A refused placement as a sentence."""
    index = next(i for i, s in enumerate(intent.services) if s.name == answer.service)
    who = f"service {answer.service}, guest {answer.guest}"
    hosts = ", ".join(answer.hosts) or "none"
    if answer.resource == "segment":
        segment = intent.services[index].segment
        which = f"left when {answer.failed} fails" if answer.failed else "there"
        return Finding(
            ("services", index, "segment"),
            f"{who}: none of the hosts that are {which} ({hosts}) has a NIC on segment {segment}",
            "add the NIC to 'host_profiles'",
        )
    if answer.resource == "hosts":
        return Finding(
            ("services", index),
            f"{who}: its replicas must not share a host, and hosts {hosts} each have one: "
            f"{answer.need} hosts needed, {answer.offer} there, {answer.shortfall} too few",
            f"add hosts to site {answer.cluster}",
        )
    unit = _UNITS[answer.resource]
    event = f"N+1: when host {answer.failed} fails, " if answer.failed else ""
    added = f" once guest {answer.added} is placed" if answer.added else ""
    tail = "" if answer.exhaustive else " (the search ended at its limit of steps)"
    return Finding(
        ("services", index, "guest", answer.resource),
        f"{who}: {event}hosts {hosts} have at most {answer.offer} {unit} free on one host for its {answer.need}, "
        f"{answer.shortfall} too little{added}{tail}",
        f"lower services[{index}].guest.{answer.resource}, lower policies.host_reserve, "
        f"or give site {answer.cluster} more or larger hosts",
    )


def storage_too_small(intent: Intent, site: str, need: int, usable: Fraction, size: int, fill: int) -> Finding:
    """The site's disks can't hold its volumes."""
    short = float(need - usable)
    services = ", ".join(s.name for s in intent.services if intent.service_site(s) == site)
    hosts = ", ".join(h.name for h in intent.hosts_of(site)) or "none"
    return Finding(
        ("host_profiles",),
        f"storage of site {site}: the volumes of services {services} take {need} GiB, and the disks of hosts {hosts} "
        f"hold {float(usable):.1f} GiB ({size} copies, filled to {fill} %, one host lost), {short:.1f} GiB too little",
        "add disks (host_profiles[].disks) or lower services[].guest.root_gib",
    )
