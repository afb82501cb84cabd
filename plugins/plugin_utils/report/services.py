# SPDX-License-Identifier: GPL-3.0-or-later
"""Services, guests, modalities and tenants as rows."""

from __future__ import annotations

from dataclasses import dataclass

from .source import Entry, PlanData
from .units import gib, mib, minutes, number, percent

# Keys of the demand that need no explanation.
HEADLINES = (
    "beds",
    "staff",
    "concurrent_users",
    "encounters_per_year",
    "studies_per_year",
    "lab_samples_per_year",
    "messages_per_day",
    "vdi_users",
)
VERDICTS = {"virtualise": "virtualise", "cluster_only": "only in a cluster", "physical": "keep physical"}


@dataclass(frozen=True)
class Service:
    """A service with the outage (RTO) and loss (RPO) that its tier bears, at a host's and at a site's failure."""

    name: str
    title: str
    tier: str
    tier_title: str
    site: str
    owner: str
    tenant: str
    rto: str
    rpo: str
    guests: tuple[str, ...]
    vcpus: int
    memory: str
    volumes: str
    depends_on: tuple[str, ...]
    demand: tuple[tuple[str, str], ...]
    verdict: str
    verdict_text: str
    reasons: tuple[str, ...]
    bare: bool


@dataclass(frozen=True)
class Guest:
    name: str
    service: str
    role: str
    tier: str
    site: str
    host: str
    target: str
    vcpus: int
    memory: str
    volumes: str
    address: str
    segment: str
    tenant: str
    needs: tuple[str, ...]
    bare: bool
    why: str


@dataclass(frozen=True)
class Modality:
    name: str
    type: str
    ae_title: str
    address: str
    port: int
    segment: str
    vendor: str
    service: str
    operations: tuple[str, ...]
    tls: bool


@dataclass(frozen=True)
class Tenant:
    """`use`: (label, text, percent of the quota or None where there is no quota)."""

    name: str
    title: str
    use: tuple[tuple[str, str, float | None], ...]


def services_of(data: PlanData) -> tuple[Service, ...]:
    return tuple(_service(data, name, entry) for name, entry in data.plan["services"].items())


def _service(data: PlanData, name: str, entry: Entry) -> Service:
    tier = data.plan["tiers"].get(entry["tier"], {})
    guests = [data.guests[guest] for guest in entry["guests"] if guest in data.guests]
    suitability = entry.get("suitability") or {"verdict": "virtualise", "reasons": []}
    verdict = suitability["verdict"]
    return Service(
        name,
        entry.get("title") or entry["type"],
        entry["tier"],
        tier.get("title", ""),
        entry["site"],
        entry.get("owner") or "",
        entry.get("tenant") or "",
        _pair(tier, "rto"),
        _pair(tier, "rpo"),
        tuple(entry["guests"]),
        sum(guest["vcpus"] for guest in guests),
        mib(sum(guest["memory_mib"] for guest in guests)),
        gib(entry["volumes_gib"]),
        tuple(entry["depends_on"]),
        tuple((key.replace("_", " "), _quantity(value)) for key, value in (entry.get("demand") or {}).items()),
        verdict,
        VERDICTS.get(verdict, verdict),
        tuple(suitability.get("reasons") or ()),
        bool(entry.get("bare")),
    )


def _pair(tier: Entry, kind: str) -> str:
    """'5 min / 60 min': local, then site."""
    return f"{minutes(tier.get(f'{kind}_local_minutes'))} / {minutes(tier.get(f'{kind}_site_minutes'))}"


def _quantity(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_quantity(inner)}" for key, inner in value.items())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, 0 if value == int(value) else 1)
    return str(value)


def demand_of(data: PlanData) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The hospital's demand as (key, figure): what people speak of, then all that the planner derived."""
    demand = {key: value for key, value in (data.plan.get("demand") or {}).items() if value}
    rows = {key: (key.replace("_", " ").replace(".", " "), _quantity(value)) for key, value in demand.items()}
    return tuple(rows[key] for key in HEADLINES if key in rows), tuple(rows.values())


def guests_of(data: PlanData) -> tuple[Guest, ...]:
    return tuple(
        Guest(
            name,
            guest["service"],
            guest["role"],
            guest["tier"],
            guest["site"],
            guest["placement"]["host"],
            data.target_of(name) or "",
            guest["vcpus"],
            mib(guest["memory_mib"]),
            gib(sum(volume["capacity_gib"] for volume in guest["volumes"])),
            guest["nics"][0]["address"] if guest["nics"] else "",
            guest["segment"],
            guest.get("tenant") or "",
            tuple(guest.get("needs") or ()),
            bool(guest.get("bare")),
            guest["placement"]["why"],
        )
        for name, guest in data.guests.items()
    )


def modalities_of(data: PlanData) -> tuple[Modality, ...]:
    return tuple(
        Modality(
            m["name"],
            m["type"],
            m["ae_title"],
            m["address"],
            m["port"],
            m["segment"],
            m.get("vendor") or "",
            m["service"],
            tuple(m["operations"]),
            bool(m.get("tls")),
        )
        for m in data.plan.get("modalities") or []
    )


def tenants_of(data: PlanData) -> tuple[Tenant, ...]:
    shown = {"vcpus": ("vCPU", number), "memory_mib": ("Memory", mib), "storage_gib": ("Storage", gib)}
    found = []
    for name, tenant in (data.plan.get("tenants") or {}).items():
        use = []
        for key, (label, text) in shown.items():
            used, quota = tenant["used"].get(key, 0), (tenant.get("quota") or {}).get(key)
            limit = f"{text(used)} of {text(quota)}" if quota else f"{text(used)}, no quota"
            use.append((label, limit, percent(used, quota) if quota else None))
        found.append(Tenant(name, tenant.get("title") or name, tuple(use)))
    return tuple(found)
