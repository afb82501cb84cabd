# SPDX-License-Identifier: GPL-3.0-or-later
"""Two plans compared for people: guests, hosts, segments, flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .previous import dig, plan_of, slices

Entry = dict[str, Any]
_QUIET = frozenset({"placement", "hashes"})
# What guests take of a host follows from where they are.
_QUIET_HOST = _QUIET | {"utilization"}


def compare(before: Any, after: Any) -> list[str]:
    """Lines '+ ...', '- ...', '~ ...'; no line when nothing that matters differs. before: None for a first plan."""
    old, new = plan_of(before) or {}, plan_of(after) or {}
    lines = [
        *_entries("host", slices(before, "kvm_hosts"), slices(after, "kvm_hosts"), _host, quiet=_QUIET_HOST),
        *_entries("witness", slices(before, "witnesses"), slices(after, "witnesses"), _place),
        *_entries("gateway", slices(before, "gateways"), slices(after, "gateways"), _place),
        *_entries("probe", slices(before, "probes"), slices(after, "probes"), _place),
        *_entries("guest", slices(before, "guests"), slices(after, "guests"), _guest, _moved),
        *_entries("segment", _mapping(old.get("segments")), _mapping(new.get("segments")), _segment),
        *_entries("gateways of", _mapping(old.get("gateways")), _mapping(new.get("gateways")), _pair),
        *_entries("flow", _listed(old, "flows", "name"), _listed(new, "flows", "name"), _flow),
        *_entries("cluster", _mapping(old.get("clusters")), _mapping(new.get("clusters")), _cluster),
        *_entries("storage", _mapping(old.get("storage")), _mapping(new.get("storage")), _storage),
        *_entries("service", _mapping(old.get("services")), _mapping(new.get("services")), _service),
        *_entries("modality", _listed(old, "modalities", "name"), _listed(new, "modalities", "name"), _modality),
        *_entries("tenant", _mapping(old.get("tenants")), _mapping(new.get("tenants")), _tenant),
    ]
    lines += _entries("waiver", _waivers(old), _waivers(new), _waiver)
    if old:
        for key in ("name", "domain", "sites", "timing", "recovery_order", "tiers", "intent_file", "format"):
            lines += [f"~ {line}" for line in _changes(key, old.get(key), new.get(key))]
        lines += _promises(old, new)
        if not lines and old.get("hashes") != new.get("hashes"):
            lines.append("~ hashes only: the intent or the catalogue was changed without a consequence")
    return lines


def _entries(
    kind: str,
    before: dict[str, Entry],
    after: dict[str, Entry],
    describe: Callable[[Entry], str],
    moved: Callable[[Entry, Entry], list[str]] | None = None,
    quiet: frozenset[str] = _QUIET,
) -> list[str]:
    lines = [f"- {kind} {name} {describe(entry)}" for name, entry in before.items() if name not in after]
    lines += [f"+ {kind} {name} {describe(entry)}" for name, entry in after.items() if name not in before]
    for name, entry in after.items():
        if name in before and before[name] != entry:
            changes = moved(before[name], entry) if moved else []
            for key in dict.fromkeys([*before[name], *entry]):
                if key not in quiet:
                    changes += _changes(key, before[name].get(key), entry.get(key))
            lines += [f"~ {kind} {name}: {change}" for change in changes]
    return lines


def _changes(key: str, before: Any, after: Any) -> list[str]:
    """'key before -> after' for each leaf that differs."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            line
            for inner in dict.fromkeys([*before, *after])
            for line in _changes(f"{key}.{inner}", before.get(inner), after.get(inner))
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            line
            for number, (one, two) in enumerate(zip(before, after, strict=True))
            for line in _changes(f"{key}[{number}]", one, two)
        ]
    return [f"{key} {_short(before)} -> {_short(after)}"]


def _short(value: Any) -> str:
    if value is None:
        return "none"
    return ", ".join(_short(item) for item in value) or "none" if isinstance(value, list) else str(value)


def _moved(before: Entry, after: Entry) -> list[str]:
    """First host and failover target."""
    old, new = dig(before, "placement", "host"), dig(after, "placement", "host")
    lines = [f"{old} -> {new} because {dig(after, 'placement', 'why')}"] if old != new else []
    one, two = dig(before, "placement", "apart_from"), dig(after, "placement", "apart_from")
    return lines + _changes("apart_from", one, two)


def _promises(old: Entry, new: Entry) -> list[str]:
    """Failover targets that changed although the guest stays on its host."""
    lines = []
    before, after = _mapping(dig(old, "n_plus", "failures")), _mapping(dig(new, "n_plus", "failures"))
    for host, targets in after.items():
        for guest, target in targets.items():
            past = before.get(host, {}).get(guest)
            if guest in before.get(host, {}) and past != target:
                lines.append(f"~ N+1: when {host} fails, {guest} goes to {_short(target)} instead of {_short(past)}")
    return lines + [f"~ {line}" for line in _changes("n_plus.k", dig(old, "n_plus", "k"), dig(new, "n_plus", "k"))]


def _mapping(data: Any) -> dict[str, Entry]:
    return {str(k): v for k, v in data.items() if isinstance(v, dict)} if isinstance(data, dict) else {}


def _listed(plan: Entry, key: str, name: str) -> dict[str, Entry]:
    """A list of entries by one of their keys."""
    entries = plan.get(key)
    found = entries if isinstance(entries, list) else []
    return {str(entry[name]): entry for entry in found if isinstance(entry, dict) and name in entry}


def _waivers(plan: Entry) -> dict[str, Entry]:
    """By rule, those of flows by rule and flow."""
    waivers = plan.get("waivers")
    found = [entry for entry in waivers if isinstance(entry, dict)] if isinstance(waivers, list) else []
    return {" ".join(str(entry[key]) for key in ("rule", "flow") if key in entry): entry for entry in found}


def _host(entry: Entry) -> str:
    room = entry.get("capacity") or {}
    return (
        f"in rack {entry.get('rack')} of site {entry.get('site')} "
        f"(room for {room.get('cpu_millicores')} millicores, {room.get('memory_mib')} MiB)"
    )


def _place(entry: Entry) -> str:
    return f"in rack {entry.get('rack')} of site {entry.get('site')}"


def _pair(entry: Entry) -> str:
    return f"{_short(entry.get('hosts'))}, the way out by {_short(entry.get('router'))}"


def _guest(entry: Entry) -> str:
    host = dig(entry, "placement", "host")
    return f"on {host} ({entry.get('vcpus')} vCPU, {entry.get('memory_mib')} MiB)"


def _segment(entry: Entry) -> str:
    return f"VLAN {entry.get('vlan')}, {entry.get('subnet')}, {entry.get('purpose')}"


def _flow(entry: Entry) -> str:
    return (
        f"{entry.get('source')} -> {entry.get('destination')} {entry.get('protocol')} {_short(entry.get('ports'))} "
        f"({entry.get('reason')})"
    )


def _waiver(entry: Entry) -> str:
    return f"until {entry.get('until')} by {entry.get('owner')}: {entry.get('reason')}"


def _cluster(entry: Entry) -> str:
    fencing = "fencing on" if dig(entry, "fencing", "enabled") else "FENCING OFF (waived)"
    return f"of {_short(entry.get('hosts'))}, {fencing}"


def _storage(entry: Entry) -> str:
    return f"{entry.get('backend')} {entry.get('fsid')}, mons {_short(entry.get('mons'))}"


def _service(entry: Entry) -> str:
    guests = len(entry.get("guests") or [])
    return f"of type {entry.get('type')} ({entry.get('profile')}), tier {entry.get('tier')}, {guests} guests"


def _modality(entry: Entry) -> str:
    return f"{entry.get('type')} {entry.get('ae_title')} at {entry.get('address')}"


def _tenant(entry: Entry) -> str:
    return str(entry.get("title"))
