# SPDX-License-Identifier: GPL-3.0-or-later
"""The slice of a probe as the variables of its roles. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..validation.matrix_site import MANAGEMENT, ipv6_of, routed


def root_nics(hospital: Mapping[str, Any], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the NICs that a machine keeps for itself: all, but of a probe only those of the management."""
    return [
        nic
        for nic in hospital["nics"]
        if hospital["use"] != "probe" or plan["segments"][nic["segment"]]["purpose"] == MANAGEMENT
    ]


def probe_ports(hospital: Mapping[str, Any], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return network_probe_ports: all NICs that a probe does not keep for itself."""
    kept = root_nics(hospital, plan)
    reached = routed(plan, hospital["site"])
    ports = []
    for nic in hospital["nics"]:
        if nic in kept:
            continue
        segment = plan["segments"][nic["segment"]]
        ports.append({
            "segment": nic["segment"],
            "interface": nic["name"],
            "address": f"{nic['address']}/{nic['prefix']}",
            "address6": f"{ipv6_of(segment['vlan'], hospital['node_id'])}/64",
            "gateway": segment["gateway"] if nic["segment"] in reached else None,
            "mtu": nic["mtu"],
            "parent": nic["parent"],
            "vlan": nic["vlan"],
        })  # fmt: skip
    return ports
