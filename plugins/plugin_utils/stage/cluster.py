# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan as the variables of the role ha_cluster. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GUEST_DIRECTORY = "/etc/medvirt/guests"


def cluster_nodes(hosts: Mapping[str, Mapping[str, Any]], cluster: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return ha_cluster_nodes of one cluster of the plan.

    hosts: {name: slice} of all hosts; cluster: one entry of hospital_plan.clusters.
    """
    nodes = []
    for name in cluster["hosts"]:
        host = hosts[name]
        node = {
            "name": name,
            "id": host["node_id"],
            "addresses": [host["addresses"][ring] for ring in cluster["rings"]],
            "utilization": {"cpu": host["capacity"]["cpu_millicores"], "hv_memory": host["capacity"]["memory_mib"]},
        }
        if host.get("bmc"):
            node["bmc"] = {key: host["bmc"][key] for key in ("address", "port", "system", "user", "verify_tls")}
        nodes.append(node)
    return nodes


def cluster_resources(
    guests: Mapping[str, Mapping[str, Any]], cluster_name: str, timing: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return ha_cluster_resources: the guests of one cluster, earlier ones in the recovery order with more priority.

    guests: {name: slice} of all guests; timing: hospital_plan.timing.
    """
    latest = max((guest["recovery_order"] for guest in guests.values()), default=0)
    return [
        {
            "name": name,
            "config": f"{GUEST_DIRECTORY}/{name}.xml",
            "utilization": guest["utilization"],
            "preferences": guest["placement"]["preferences"],
            "priority": latest - guest["recovery_order"],
            "start_timeout_seconds": timing["guest_start_timeout_seconds"],
            "stop_timeout_seconds": timing["guest_stop_timeout_seconds"],
            **_apart(guest),
        }
        for name, guest in guests.items()
        if guest["cluster"] == cluster_name
    ]


def _apart(guest: Mapping[str, Any]) -> dict[str, str]:
    group = f"{guest['service']}-{guest['role']}"
    return {"anti_affinity_group": group} if guest["placement"].get("apart_from") else {}
