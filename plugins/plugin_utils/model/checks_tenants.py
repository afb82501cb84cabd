# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of tenants: who owns which service and segment."""

from __future__ import annotations

from .finding import Finding
from .scope import Scope
from .words import known


def check_tenants(scope: Scope) -> list[Finding]:
    """Unknown tenants, and services on a segment of somebody else."""
    findings = []
    tenants = scope.names("tenants")
    for i, service in enumerate(scope.intent.services):
        if service.tenant and service.tenant not in tenants:
            which = known(service.tenant, tenants)
            problem = f"service {service.name} belongs to the unknown tenant '{service.tenant}' {which}"
            loc = scope.loc("services", i, "tenant")
            findings.append(Finding(loc, problem, "correct it or add the tenant to 'tenants'"))
            continue
        segment = scope.listed_segment(service.segment) if service.segment else None
        if segment and segment.tenant and segment.tenant != service.tenant:
            whose = f"tenant {service.tenant}" if service.tenant else "no tenant"
            problem = (
                f"segment {segment.name} is tenant {segment.tenant}'s alone, and service {service.name} "
                f"belongs to {whose}"
            )
            remedy = "choose another segment, or give the service that tenant"
            findings.append(Finding(scope.loc("services", i, "segment"), problem, remedy))
    return findings
