# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may hold and the stage plays do not build yet; each is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def unbuilt(plan: Mapping[str, Any]) -> list[str]:
    """Return sentences about the parts of a plan that site.yml can't build, none when it can build all of it.

    plan: hospital_plan.
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
    return found
