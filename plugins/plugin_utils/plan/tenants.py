# SPDX-License-Identifier: GPL-3.0-or-later
"""What tenants use of their quota."""

from __future__ import annotations

from ..model.finding import Finding
from ..model.intent import Intent
from .decisions import Decisions
from .services import PlannedService

RESOURCES = {"vcpus": "vCPUs", "memory_mib": "MiB of memory", "storage_gib": "GiB of storage"}


def used_by(tenant: str, made: Decisions) -> dict[str, int]:
    """vcpus, memory_mib and storage_gib of a tenant's services."""
    services = [s for s in made.services if s.tenant == tenant]
    guests = [g for s in services for g in s.guests]
    return {
        "vcpus": sum(g.sizing.vcpus for g in guests),
        "memory_mib": sum(g.sizing.memory_mib for g in guests),
        "storage_gib": sum(service_gib(s) for s in services),
    }


def service_gib(service: PlannedService) -> int:
    """Capacity of all volumes of a service."""
    own = sum(g.sizing.root_gib + sum(v.capacity_gib for v in g.sized.volumes) for g in service.guests)
    return own + sum(v.capacity_gib for v in service.expanded.shared_volumes)


def quota_findings(intent: Intent, made: Decisions) -> list[Finding]:
    """A finding for each quota that the tenant's services exceed."""
    findings = []
    for index, tenant in enumerate(intent.tenants):
        used = used_by(tenant.name, made)
        for resource, unit in RESOURCES.items():
            limit = getattr(tenant.quota, resource)
            if limit is not None and used[resource] > limit:
                names = ", ".join(s.name for s in made.services if s.tenant == tenant.name)
                findings.append(
                    Finding(
                        ("tenants", index, "quota", resource),
                        f"services {names} of tenant {tenant.name} take {used[resource]} {unit}, the quota is {limit}, "
                        f"{used[resource] - limit} too much",
                        "raise the quota or lower the services' demand",
                    )
                )
    return findings
