# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schema of the intent, for editors: the models, with the catalogue's names where they help to complete."""

from __future__ import annotations

from typing import Any

from ..catalogue.entries import Catalogue, DemandEntry
from .intent import Intent

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = {"type": "number", "minimum": 0}
_BYTE = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PATTERNS = {
    "ipv4": rf"^({_BYTE}\.){{3}}{_BYTE}$",
    "ipv4network": rf"^({_BYTE}\.){{3}}{_BYTE}/([12]?[0-9]|3[0-2])$",
}


def intent_schema(catalogue: Catalogue) -> dict[str, Any]:
    """The schema of hospital.yml, draft 2020-12: what each key may be. Checks across keys need the planner."""
    schema = _tidy(Intent.model_json_schema())
    definitions = schema["$defs"]
    service, modality = definitions["Service"]["properties"], definitions["Modality"]["properties"]
    flow, policies = definitions["Flow"]["properties"], definitions["Policies"]["properties"]
    zones = list(dict.fromkeys(entry.zone for entry in catalogue.segments.values()))
    definitions["Demand"] = _demand(catalogue)
    for owner in (schema["properties"], service):
        owner["demand"] = {"$ref": "#/$defs/Demand", "description": owner["demand"]["description"]}
    service["type"] = {"enum": list(catalogue.services), "description": service["type"]["description"]}
    service["profile"] = {"enum": _profiles(catalogue), "description": service["profile"]["description"]}
    numbers = [int(tier) for tier in catalogue.tiers if tier.isdigit()]
    service["tier"] = {"enum": [*catalogue.tiers, *numbers], "description": service["tier"]["description"]}
    _suggest(service["segment"], _segments(catalogue, "guests"))
    _suggest(modality["segment"], _segments(catalogue, "clients"))
    _suggest(flow["source"], ["internet", "any", *zones])
    _suggest(flow["destination"], list(dict.fromkeys(["internet", *catalogue.services, *zones])))
    _suggest(definitions["Nic"]["properties"]["segment"], list(catalogue.segments))
    ratio = policies["vcpu_ratio"].pop("additionalProperties")
    policies["vcpu_ratio"] |= {"properties": dict.fromkeys(catalogue.classes, ratio), "additionalProperties": False}
    return {"$schema": DIALECT, "title": "hospital.yml", **{k: v for k, v in schema.items() if k != "title"}}


def _tidy(part: Any, names: bool = False) -> Any:
    """Without titles made of key names, without null (an empty key says the same as no key), addresses as patterns.

    names: the keys of `part` are the user's (those below `properties`).
    """
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    if names:
        return {key: _property(value) for key, value in part.items()}
    tidy = {key: _tidy(value, key in ("properties", "$defs")) for key, value in part.items()}
    if tidy.get("format") in _PATTERNS:
        tidy["pattern"] = _PATTERNS[tidy.pop("format")]
    if "anyOf" in tidy:
        rest = [option for option in tidy["anyOf"] if option != {"type": "null"}]
        if len(rest) == 1:
            tidy = {**{key: value for key, value in tidy.items() if key != "anyOf"}, **rest[0]}
    if "default" in tidy and (tidy["default"] in (None, []) or isinstance(tidy["default"], dict)):
        del tidy["default"]
    return tidy


def _property(part: dict[str, Any]) -> dict[str, Any]:
    tidy: dict[str, Any] = _tidy(part)
    if "properties" not in tidy:
        tidy.pop("title", None)
    return tidy


def _demand(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "title": "Demand",
        "type": "object",
        "properties": {name: _figure(entry) for name, entry in catalogue.demand.items()},
        "additionalProperties": False,
    }


def _figure(entry: DemandEntry) -> dict[str, Any]:
    description = entry.title if entry.unit in entry.title.lower() else f"{entry.title} ({entry.unit})"
    if entry.value is not None:
        per = f" x {entry.per}" if entry.per else ""
        description += f". Default: {entry.value:g}{per}" + (f" / {entry.of:g}" if entry.of != 1 else "")
    if not entry.split:
        return {**_NUMBER, "description": description}
    parts = {
        "type": "object",
        "minProperties": 1,
        "properties": dict.fromkeys(entry.split, _NUMBER),
        "additionalProperties": False,
    }
    return {"anyOf": [_NUMBER, parts], "description": description}


def _profiles(catalogue: Catalogue) -> list[str]:
    return sorted({name for entry in catalogue.services.values() for name in entry.profiles})


def _segments(catalogue: Catalogue, *purposes: str) -> list[str]:
    return [name for name, entry in catalogue.segments.items() if entry.purpose in purposes]


def _suggest(part: dict[str, Any], names: list[str]) -> None:
    """Names that an editor offers; others are allowed."""
    rest = {key: part.pop(key) for key in list(part) if key != "description"}
    part["anyOf"] = [{"enum": names}, rest]
