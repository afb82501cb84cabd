# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new plan keeps of the last one. A value that makes no sense is left out, never trusted."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

# Groups of machines; the other groups hold guests, or the same machines again.
HOST_GROUPS = ("kvm_hosts", "witnesses", "gateways", "probes")


@dataclass
class Previous:
    """Decisions of the last plan by name, subnets by (site, segment)."""

    vlans: dict[str, int] = field(default_factory=dict)
    subnets: dict[tuple[str, str], ipaddress.IPv4Network] = field(default_factory=dict)
    node_ids: dict[str, int] = field(default_factory=dict)
    guest_addresses: dict[str, ipaddress.IPv4Address] = field(default_factory=dict)
    guest_macs: dict[str, str] = field(default_factory=dict)
    guest_hosts: dict[str, str] = field(default_factory=dict)
    guest_targets: dict[str, str | None] = field(default_factory=dict)
    guest_whys: dict[str, str] = field(default_factory=dict)
    fsids: dict[str, str] = field(default_factory=dict)
    mons: dict[str, list[str]] = field(default_factory=dict)
    mgrs: dict[str, list[str]] = field(default_factory=dict)


def plan_of(inventory: Any) -> dict[str, Any] | None:
    """The variable hospital_plan of a parsed inventory, or None when it holds no plan."""
    plan = dig(inventory, "all", "vars", "hospital_plan")
    return plan if isinstance(plan, dict) else None


def slices(inventory: Any, group: str) -> dict[str, dict[str, Any]]:
    """Name -> variable `hospital` of a group's hosts."""
    hosts = dig(inventory, "all", "children", group, "hosts")
    if not isinstance(hosts, dict):
        return {}
    found = {str(name): dig(entry, "hospital") for name, entry in hosts.items()}
    return {name: entry for name, entry in found.items() if isinstance(entry, dict)}


def dig(data: Any, *keys: str) -> Any:
    """Nested value, None where the way ends."""
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def read_previous(inventory: Any) -> Previous:
    """Take what can be kept from a parsed hosts.yml (None: no last plan)."""
    last = Previous()
    plan = plan_of(inventory)
    if plan is None:
        return last
    last.vlans = {name: vlan for (_site, name), vlan in _by_place(plan, "vlan", _vlan).items()}
    last.subnets = _by_place(plan, "subnet", ipaddress.IPv4Network)
    last.fsids = _each(plan.get("storage"), "fsid", _uuid)
    last.mons = _each(plan.get("storage"), "mons", _names)
    last.mgrs = _each(plan.get("storage"), "mgrs", _names)
    for group in HOST_GROUPS:
        last.node_ids.update(_each(slices(inventory, group), "node_id", int))
    for name, guest in slices(inventory, "guests").items():
        nics = guest.get("nics")
        nic = nics[0] if isinstance(nics, list) and nics and isinstance(nics[0], dict) else {}
        last.guest_addresses.update(_each({name: nic}, "address", ipaddress.IPv4Address))
        last.guest_macs.update(_each({name: nic}, "mac", _mac))
        host = dig(guest, "placement", "host")
        if isinstance(host, str):
            last.guest_hosts[name] = host
            last.guest_whys.update(_each({name: guest.get("placement")}, "why", str))
            last.guest_targets[name] = dig(plan, "n_plus", "failures", host, name)
    return last


def _by_place(plan: dict[str, Any], key: str, read: Callable[[Any], Any]) -> dict[tuple[str, str], Any]:
    """(site, segment) -> value. A plan of format 1 had one site, whose segments went by their key alone."""
    entries = plan.get("segments")
    home = next(iter(plan.get("clusters") or {}), "")
    found = {}
    for name, value in _readable(entries, key, read):
        found[(str(dig(entries, name, "site") or home), str(dig(entries, name, "name") or name))] = value
    return found


def _each(entries: Any, key: str, read: Callable[[Any], Any]) -> dict[str, Any]:
    return dict(_readable(entries, key, read))


def _readable(entries: Any, key: str, read: Callable[[Any], Any]) -> Iterator[tuple[str, Any]]:
    if not isinstance(entries, dict):
        return
    for name, entry in entries.items():
        value = dig(entry, key)
        if value is None:
            continue
        try:
            yield str(name), read(value)
        except (ValueError, TypeError):
            continue


def _vlan(value: Any) -> int:
    if not isinstance(value, int) or not 2 <= value <= 4094:
        raise ValueError(value)
    return value


def _mac(value: Any) -> str:
    if not re.fullmatch(r"52:54:00(:[0-9a-f]{2}){3}", str(value)):
        raise ValueError(value)
    return str(value)


def _uuid(value: Any) -> str:
    return str(uuid.UUID(str(value)))


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [str(name) for name in value]
