# SPDX-License-Identifier: GPL-3.0-or-later
"""Allowed traffic that services bring with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..catalogue.entries import FlowEntry


def service_flows(
    service: str, zone: str, entries: Iterable[FlowEntry], addresses: list[str], zones: dict[str, list[str]]
) -> list[dict[str, Any]]:
    """Flows to a service's guests.

    zones: zone -> its subnets in this plan; a source zone without a segment of its own has no subnets yet.
    """
    return [
        {
            "name": f"{service}-{entry.name}",
            "service": service,
            "source": entry.source,
            "source_subnets": zones.get(entry.source, []),
            "destination": zone,
            "destination_addresses": addresses,
            "protocol": entry.protocol,
            "port": entry.port,
            "reason": entry.reason,
        }
        for entry in entries
    ]
