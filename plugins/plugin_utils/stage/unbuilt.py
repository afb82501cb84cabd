# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may hold and the stage plays do not build yet; each is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def unbuilt(plan: Mapping[str, Any], hosts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return sentences about the parts of a plan that site.yml can't build, none when it can build all of it.

    plan: hospital_plan; hosts: {name: slice} of the hypervisors.
    """
    found = []
    clusters = plan["clusters"]
    if len(clusters) > 1:
        found.append(
            f"It has {len(clusters)} clusters ({', '.join(clusters)}) and one is built: "
            "plan each site in an intent of its own."
        )
    witnesses = [name for cluster in clusters.values() for name in cluster["witnesses"]]
    if witnesses:
        found.append(f"Witnesses ({', '.join(witnesses)}) are not built: give the site a third hypervisor.")
    trunks = [f"{trunk['name']} of {name}" for name, host in hosts.items() for trunk in host["trunks"]]
    if trunks:
        more = f" and {len(trunks) - 3} more" if len(trunks) > 3 else ""
        found.append(
            f"Trunks ({', '.join(trunks[:3])}{more}) are not built: "
            "give each segment an access port (host_profiles[].nics)."
        )
    return found
