# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the report shows, as data without any layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model.source import read_yaml
from ..plan.freshness import content_hash_or_none
from ..plan.hashes import intent_hash
from .failures import Promise, promises
from .growth import Curve, curves
from .hosts import Site, sites_of
from .network import Flow, Matrix, Segment, flows_of, matrix, segments_of
from .operation import Hardware, Step, Timing, Waiver, hardware_of, steps_of, timing_of, waivers_of, waves_of
from .services import (
    Guest,
    Modality,
    Service,
    Tenant,
    demand_of,
    guests_of,
    modalities_of,
    services_of,
    tenants_of,
)
from .source import PlanData, read_plan
from .summary import Figure, TierRow, figures_of, tiers_of


@dataclass(frozen=True)
class Intent:
    """The intent that lies beside the plan; `fresh`: the plan was made from just this one."""

    file: str
    text: str
    lines: int
    fresh: bool


@dataclass(frozen=True)
class View:
    """One field for each part of the report; `edited`: the plan's content is not what its hash says."""

    name: str
    domain: str
    edited: bool
    figures: tuple[Figure, ...]
    tiers: tuple[TierRow, ...]
    demand: tuple[tuple[str, str], ...]
    derived: tuple[tuple[str, str], ...]
    waivers: tuple[Waiver, ...]
    sites: tuple[Site, ...]
    promises: tuple[Promise, ...]
    services: tuple[Service, ...]
    curves: tuple[Curve, ...]
    matrix: Matrix
    flows: tuple[Flow, ...]
    segments: tuple[Segment, ...]
    modalities: tuple[Modality, ...]
    tenants: tuple[Tenant, ...]
    timing: Timing
    waves: tuple[tuple[tuple[str, str], ...], ...]
    power_down: tuple[Step, ...]
    power_up: tuple[Step, ...]
    hardware: tuple[Hardware, ...]
    guests: tuple[Guest, ...]
    hashes: tuple[tuple[str, str], ...]
    intent: Intent | None


def view(inventory: Any, intent_text: str | None = None) -> View:
    """inventory: a parsed hosts.yml; intent_text: the intent beside it, if there. Raises NotReadable."""
    data = read_plan(inventory)
    plan = data.plan
    flows = flows_of(data)
    demand, derived = demand_of(data)
    return View(
        name=plan["name"],
        domain=plan["domain"],
        edited=plan["hashes"].get("content_sha256") != content_hash_or_none(inventory),
        figures=figures_of(data),
        tiers=tiers_of(data),
        demand=demand,
        derived=derived,
        waivers=waivers_of(data),
        sites=sites_of(data),
        promises=promises(data),
        services=services_of(data),
        curves=curves(data),
        matrix=matrix(flows),
        flows=flows,
        segments=segments_of(data),
        modalities=modalities_of(data),
        tenants=tenants_of(data),
        timing=timing_of(data),
        waves=waves_of(data),
        power_down=steps_of(data, "power_down"),
        power_up=steps_of(data, "power_up"),
        hardware=hardware_of(data),
        guests=guests_of(data),
        hashes=tuple((key.removesuffix("_sha256"), value) for key, value in plan["hashes"].items()),
        intent=None if intent_text is None else _intent(data, intent_text),
    )


def _intent(data: PlanData, text: str) -> Intent:
    source = read_yaml(text)
    fresh = not source.findings and intent_hash(source.data) == data.plan["hashes"]["intent_sha256"]
    return Intent(data.plan.get("intent_file") or "hospital.yml", text, len(text.splitlines()), fresh)
