# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks/plan.yml prints: the timing sum, the N+1 table, remarks on flows."""

from __future__ import annotations

from typing import Any

from ..network.review import review
from .previous import slices


def timing_table(timing: dict[str, Any]) -> list[str]:
    """The bound of a failover, part by part."""
    worst = timing["worst_case"]
    return [
        "Failover, longest time from the power cut to the guest answering:",
        f"  detect  {worst['detect_seconds']:>6} s  "
        f"(token {timing['token_ms']} ms + consensus {timing['consensus_ms']} ms)",
        f"  fence   {worst['fence_seconds']:>6} s  (the baseboard controller confirms 'off')",
        f"  storage {worst['storage_seconds']:>6} s  (blocklist committed, OSDs of the host marked down)",
        f"  start   {worst['start_seconds']:>6} s  (guest boots, its agent answers)",
        f"  sum     {worst['sum_seconds']:>6} s",
    ]


def n_plus_table(data: dict[str, Any]) -> list[str]:
    """One line per host: where its guests go when it fails, and what is then left."""
    plan = data["all"]["vars"]["hospital_plan"]
    k = plan["n_plus"]["k"]
    lines = [f"Site {site}, N+0: a host's failure stops its guests until it is back" for site in k if k[site] == 0]
    if not any(k.values()):
        return lines
    lines.append(f"{', '.join(f'{site} N+{k[site]}' for site in k if k[site])}: when a host fails")
    guests = slices(data, "guests")
    for host, targets in plan["n_plus"]["failures"].items():
        moves = [f"{guest} -> {target or 'stays down, its replicas carry on'}" for guest, target in targets.items()]
        room = plan["n_plus"]["headroom"][host]
        idle = not any(g["placement"]["host"] == host for g in guests.values())
        what = "no guest to move" if idle else ", ".join(moves)
        lines.append(f"  {host}: {what} (left free: {room['cpu_millicores'] / 1000:g} cores, {room['memory_mib']} MiB)")
    return lines


def flow_remarks(data: dict[str, Any]) -> list[str]:
    """Flows that open nothing new or lead nowhere; nothing is refused for them."""
    plan = data["all"]["vars"]["hospital_plan"]
    guests = [nic["address"] for guest in slices(data, "guests").values() for nic in guest["nics"]]
    remarks = review(plan["flows"], plan["segments"], guests)
    return ["Remarks on flows:", *(f"  {remark}" for remark in remarks)] if remarks else []
