# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the catalogue from the text of its data files."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import yaml

from .entries import Catalogue, FlowEntry, GuestEntry, Profile, ServiceClass, ServiceType

FILES = ("services.yml", "classes.yml", "tiers.yml", "planning.yml")

# Raise it when the planner decides differently for the same intent: plans made before are then stale.
PLANNER_VERSION = 1


def load_catalogue(texts: dict[str, str]) -> Catalogue:
    """texts: the content of each of FILES. KeyError or TypeError when an entry is malformed (a defect of ours)."""
    data = {name: yaml.safe_load(texts[name]) for name in FILES}
    services = data["services.yml"]
    planning = data["planning.yml"]
    return Catalogue(
        version=services["version"],
        services={name: _service(entry) for name, entry in services["services"].items()},
        classes={name: _class(entry) for name, entry in data["classes.yml"]["classes"].items()},
        tiers={
            name: {key: value for key, value in entry.items() if key != "source"}
            for name, entry in data["tiers.yml"]["tiers"].items()
        },
        vlans=planning["vlans"]["ids"],
        defaults={name: entry["value"] for name, entry in planning["defaults"].items()},
        sha256=_hash({"planner": PLANNER_VERSION, **data}),
    )


def _hash(data: Any) -> str:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _class(entry: dict[str, Any]) -> ServiceClass:
    return ServiceClass(**{key: value for key, value in entry.items() if key != "source"})


def _service(entry: dict[str, Any]) -> ServiceType:
    profiles = {
        name: Profile(
            guests=tuple(_guest(guest) for guest in profile["guests"]),
            flows=tuple(FlowEntry(**flow) for flow in profile["flows"]),
        )
        for name, profile in entry["profiles"].items()
    }
    return ServiceType(title=entry["title"], profiles=profiles)


def _guest(entry: dict[str, Any]) -> GuestEntry:
    return GuestEntry(
        role=entry["role"],
        count=entry["count"],
        service_class=entry["class"],
        image=entry["image"],
        recovery_stage=entry["recovery_stage"],
        sizing={key: value for key, value in entry["sizing"].items() if key != "source"},
        settings=entry.get("settings", {}),
    )
