# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the catalogue from the text of its data files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import yaml

from .entries import (
    Amount,
    Catalogue,
    Check,
    DemandEntry,
    FlowEntry,
    Guarantee,
    GuestEntry,
    ModalityImages,
    Profile,
    Prohibition,
    Quantity,
    SegmentEntry,
    ServiceClass,
    ServiceType,
    SuitabilityEntry,
    VolumeEntry,
)

FILES = (
    "classes.yml",
    "tiers.yml",
    "planning.yml",
    "segments.yml",
    "flows.yml",
    "prohibited.yml",
    "demand.yml",
    "imaging.yml",
    "suitability.yml",
)
SERVICES = "services"
_ENDS = ("from", "to", "but")

# Raise it when the planner decides differently for the same intent: plans made before are then stale.
PLANNER_VERSION = 3

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """texts: the content of each of FILES and of services/<type>.yml, by path below the data folder.

    KeyError or TypeError when an entry is malformed (a defect of ours).
    """
    data = {name: yaml.load(text, Loader=_LOADER) for name, text in texts.items()}  # _LOADER is a safe one
    suitability = data["suitability.yml"]
    figures = {**data["planning.yml"]["defaults"], **data["imaging.yml"]["figures"]}
    return Catalogue(
        services={
            name.removeprefix(f"{SERVICES}/").removesuffix(".yml"): _service(entry, suitability)
            for name, entry in sorted(data.items())
            if name.startswith(f"{SERVICES}/")
        },
        classes={name: ServiceClass(**_plain(entry)) for name, entry in data["classes.yml"]["classes"].items()},
        tiers={name: _plain(entry) for name, entry in data["tiers.yml"]["tiers"].items()},
        segments={name: SegmentEntry(**entry) for name, entry in data["segments.yml"]["segments"].items()},
        demand={name: DemandEntry(**entry) for name, entry in data["demand.yml"]["demand"].items()},
        modalities={name: ModalityImages(**_plain(e)) for name, e in data["imaging.yml"]["modalities"].items()},
        flows=tuple(_flow(entry) for entry in data["flows.yml"]["flows"]),
        prohibited=tuple(
            _prohibition(e, data["prohibited.yml"]["groups"]) for e in data["prohibited.yml"]["prohibited"]
        ),
        defaults=_values(figures),
        sha256=_hash({"planner": PLANNER_VERSION, **data}),
    )


def _hash(data: Any) -> str:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "source"}


def _values(figures: dict[str, Any]) -> dict[str, float]:
    return {name: entry["value"] for name, entry in figures.items()}


def _service(entry: dict[str, Any], suitability: dict[str, Any]) -> ServiceType:
    given = dict(entry)
    return ServiceType(
        profiles={name: _profile(profile) for name, profile in given.pop("profiles").items()},
        suitability=_suitability(given.pop("suitability", {}), suitability),
        depends_on=tuple(given.pop("depends_on", ())),
        **given,
    )


def _suitability(entry: dict[str, Any], known: dict[str, Any]) -> SuitabilityEntry:
    given = {key: tuple(values) for key, values in entry.items()}
    names = given.pop("guarantees", ())
    guarantees = tuple(Guarantee(name, **known["guarantees"][name]) for name in names)
    return SuitabilityEntry(guarantees=guarantees, figures=_values(known["figures"]), **given)


def _profile(entry: dict[str, Any]) -> Profile:
    return Profile(
        guests=tuple(_guest(guest) for guest in entry["guests"]),
        flows=tuple(_flow(flow) for flow in entry.get("flows", ())),
        shared_volumes=tuple(_volume(volume) for volume in entry.get("shared_volumes", ())),
    )


def _guest(entry: dict[str, Any]) -> GuestEntry:
    given = dict(entry)
    return GuestEntry(
        count=_amount(given.pop("count")),
        service_class=given.pop("class"),
        sizing={key: _amount(value) for key, value in _plain(given.pop("sizing")).items()},
        volumes=tuple(_volume(volume) for volume in given.pop("volumes", ())),
        needs=tuple(given.pop("needs", ())),
        checks=tuple(Check(**check) for check in given.pop("checks", ())),
        **given,
    )


def _volume(entry: dict[str, Any]) -> VolumeEntry:
    given = dict(entry)
    amounts = {key: _amount(given.pop(key)) for key in ("capacity_gib", "iops", "initial_gib") if key in given}
    return VolumeEntry(consumers=tuple(given.pop("consumers", ())), **amounts, **given)


def _flow(entry: dict[str, Any]) -> FlowEntry:
    return FlowEntry(**{**entry, "ports": tuple(entry.get("ports", ()))})


def _prohibition(entry: dict[str, Any], groups: dict[str, list[str]]) -> Prohibition:
    given = _plain(entry)
    ends = {key: [zone for word in given.pop(key, ()) for zone in groups.get(word, [word])] for key in _ENDS}
    return Prohibition(
        sources=tuple(ends["from"]),
        destinations=tuple(ends["to"]),
        but=tuple(ends["but"]),
        ports=tuple(given.pop("ports", ())),
        **given,
    )


def _amount(value: Any) -> Amount:
    return Quantity(**value) if isinstance(value, dict) else value
