# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual desktops: session hosts by the kind of work of their users."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..catalogue.entries import Catalogue
from .policies import PlanningPolicies

USERS = "vdi_users."


def desktop_figures(demand: Mapping[str, float], catalogue: Catalogue, _policies: PlanningPolicies) -> dict[str, float]:
    """Figures of virtual desktops; none when no users are known.

    vdi_vcpus, vdi_memory_mib    what all users take
    vdi_session_hosts            how many hosts share them
    vdi_host_vcpus               of each host: even, within the bounds for session hosts
    vdi_host_memory_mib          of each host, its system included
    vdi_host_iops, vdi_host_login_iops
    vdi_profiles_gib             profiles of all people who use a desktop on some shift
    """
    if "vdi_users" not in demand:
        return {}
    figures = catalogue.defaults
    users = {key.removeprefix(USERS): count for key, count in demand.items() if key.startswith(USERS)}
    vcpus = sum(count / figures[f"vdi_users_per_vcpu_{kind}"] for kind, count in users.items())
    memory = sum(count * figures[f"vdi_memory_mib_{kind}"] for kind, count in users.items())
    hosts = max(figures["vdi_session_hosts_min"], math.ceil(round(vcpus / figures["vdi_host_vcpus"], 9)))
    share = demand["vdi_users"] / hosts
    even = 2 * math.ceil(round(vcpus / hosts / 2, 9))
    return {
        "vdi_vcpus": vcpus,
        "vdi_memory_mib": memory,
        "vdi_session_hosts": hosts,
        "vdi_host_vcpus": min(max(even, figures["vdi_host_vcpus_min"]), figures["vdi_host_vcpus_max"]),
        "vdi_host_memory_mib": max(
            figures["vdi_host_memory_mib_min"], figures["vdi_system_memory_mib"] + memory / hosts
        ),
        "vdi_host_iops": share * figures["vdi_iops_per_user"],
        "vdi_host_login_iops": share * figures["vdi_iops_per_user_login"],
        "vdi_profiles_gib": demand["vdi_users"] * figures["staff_shifts"] * figures["vdi_profile_gib_per_user"],
    }
