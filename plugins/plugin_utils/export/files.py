# SPDX-License-Identifier: GPL-3.0-or-later
"""All exported files of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..report.source import read_plan
from .addresses import address_plan, vlan_plan
from .flows import flow_list, flow_pages
from .orders import power
from .ports import cabling, switch_ports
from .table import to_csv, to_markdown
from .zones import serial_of, zone_files


def export(inventory: Any, serial: int | None = None, servers: Iterable[str] = ()) -> dict[str, str]:
    """Relative path -> text, sorted. Raises NotReadable for no plan, BadSerial for an impossible serial."""
    data = read_plan(inventory)
    tables = (
        switch_ports(data),
        cabling(data),
        vlan_plan(data),
        address_plan(data),
        flow_list(data),
        power(data, "down"),
        power(data, "up"),
    )
    files = {f"{table.name}.csv": to_csv(table) for table in tables}
    files |= {f"{table.name}.md": to_markdown(table, data.plan["name"]) for table in tables}
    files["flows.md"] = flow_pages(data)
    zones = zone_files(data, serial_of(data, serial), servers)
    files |= {f"dns/{zone}.zone": text for zone, text in zones.items()}
    return dict(sorted(files.items()))
