# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of policies against hosts and catalogue."""

from __future__ import annotations

from .finding import Finding
from .scope import Scope
from .words import known


def check_policies(scope: Scope) -> list[Finding]:
    """Reserve of the hosts, classes of the vCPU ratios."""
    findings = []
    reserve = scope.intent.policies.host_reserve
    used = {host.profile for host in scope.intent.hosts if host.use == "hypervisor"}
    for i, profile in enumerate(scope.intent.host_profiles if reserve else ()):
        for key in ("cores", "memory_mib"):
            have, want = getattr(profile, key), getattr(reserve, key)
            if want >= have and profile.name in used:
                findings.append(
                    Finding(
                        scope.loc("host_profiles", i, key),
                        f"profile {profile.name} has {key} {have}, and the hosts' own reserve takes {want}",
                        f"lower policies.host_reserve.{key} or take larger hosts",
                    )
                )
    classes = list(scope.catalogue.classes)
    for name in scope.intent.policies.vcpu_ratio:
        if name not in classes:
            problem = f"unknown class of guests {known(name, classes, 'in the catalogue')}"
            findings.append(Finding(("policies", "vcpu_ratio", name), problem, "rename or remove it"))
    return findings
