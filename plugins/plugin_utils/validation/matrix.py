# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe matrix: from a plan to probes, and from what the probes met to a verdict. Pure functions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from .matrix_findings import findings
from .matrix_outcome import Packet, packets
from .matrix_planned import planned
from .matrix_probe import INTERNET, Probe
from .matrix_rules import Rules
from .matrix_site import Place, Site, site_of
from .matrix_table import cells_of, table
from .matrix_unplanned import Amount, Unplanned

FORMAT = 1


@dataclass(frozen=True)
class Matrix:
    """What is to be shown about a site on a day. plan: hospital_plan; seed decides all that is random."""

    site: Site
    probes: tuple[Probe, ...]
    plan: Mapping[str, Any]
    seed: int
    today: datetime.date

    def orders(self) -> dict[str, Any]:
        """Arguments of the module network_probe."""
        places = self.site.places
        return {
            "endpoints": [_endpoint(place) for place in places.values()],
            "probes": [probe.order(places[probe.origin].hops) for probe in self.probes],
            "seed": self.seed,
        }

    def labels(self) -> list[str]:
        """Rows and columns of the table."""
        return [*self.site.places, *([INTERNET] if self.site.outside else [])]


@dataclass(frozen=True)
class Verdict:
    """findings: what is not as planned, gravest first; remarks: what could not be proved, and what was shown;
    evidence: for the record, JSON's types only."""

    findings: list[str]
    remarks: list[str]
    table: list[str]
    evidence: dict[str, Any]


def make_matrix(
    plan: Mapping[str, Any],
    probe: Mapping[str, Any],
    machines: Mapping[str, Mapping[str, Any]],
    guests: Mapping[str, Mapping[str, Any]],
    seed: int,
    today: datetime.date,
    amount: Amount | None = None,
) -> Matrix:
    """Return the matrix of a probe's site.

    plan: hospital_plan; probe: the probe's slice; machines, guests: {name: slice}; expired flows are judged by `today`.
    """
    site = site_of(plan, probe, machines, guests)
    rules = Rules(plan["flows"], today, site.hospital)
    rng = Random(seed)
    made = [each for flow in rules.live for each in planned(site, flow, rng)]
    made += [
        still_closed
        for flow in rules.expired
        for each in planned(site, flow, rng, passes=False)
        if (still_closed := _without(each, rules))
    ]
    made += Unplanned(site, rules, rng, amount or Amount()).probes()
    return Matrix(site, tuple(made), plan, seed, today)


def judge(matrix: Matrix, observed: Mapping[str, Any]) -> Verdict:
    """Compare what the plan says with what the module network_probe has returned."""
    fates = packets(matrix.site, matrix.probes, observed)
    said = findings(matrix.site, fates, observed)
    cells = cells_of(fates)
    counts = _counts(fates, observed)
    evidence = {
        "format": FORMAT,
        "what": "probe matrix",
        "site": matrix.site.name,
        "date": matrix.today.isoformat(),
        "seed": matrix.seed,
        "plan_sha256": matrix.plan["hashes"]["content_sha256"],
        "seconds": observed["seconds"],
        "counts": counts,
        "findings": said,
        "unproved_flows": _unproved(fates),
        "segments": matrix.labels(),
        "cells": cells,
    }
    return Verdict(said, _remarks(matrix, counts, evidence), table(matrix.labels(), cells), evidence)


def _without(probe: Probe, rules: Rules) -> Probe | None:
    """What of an expired flow's probe no other flow allows; None when nothing is left."""
    openings = rules.openings(probe.source, probe.target, probe.protocol)
    ports = tuple(port for port in probe.ports if not any(o.first <= port <= o.last for o in openings))
    return replace(probe, ports=ports) if ports or not (probe.ports or openings) else None


def _endpoint(place: Place) -> dict[str, Any]:
    return {
        "segment": place.key,
        "namespace": place.namespace,
        "interface": place.interface,
        "address": place.address,
        "neighbours": list(place.neighbours),
    }


def _counts(fates: Sequence[Packet], observed: Mapping[str, Any]) -> dict[str, int]:
    wanted = [packet for packet in fates if packet.probe.planned]
    others = [packet for packet in fates if not packet.probe.planned]
    return {
        "sent": observed["sent"],
        "planned": len(wanted),
        "planned_passed": sum(p.passed and not p.half for p in wanted),
        "planned_unproved": sum(not p.passed and not p.proved for p in wanted),
        "connections": sum(outcome == "connected" for __, __port, outcome in observed["connections"]),
        "unplanned": len(others),
        "unplanned_passed": sum(p.passed for p in others),
        "crossed": sum(p.passed for p in fates if p.probe.row != p.probe.column),
    }


def _unproved(fates: Sequence[Packet]) -> list[str]:
    return sorted({p.probe.flow for p in fates if p.probe.planned and not p.passed and not p.proved})


def _remarks(matrix: Matrix, counts: Mapping[str, int], evidence: Mapping[str, Any]) -> list[str]:
    said = [
        f"Site {matrix.site.name}: {counts['sent']} packets in {evidence['seconds']:.0f} s between "
        f"{len(matrix.site.places)} segments, seed {matrix.seed}. Of {counts['planned']} planned packets "
        f"{counts['planned_passed']} passed, of {counts['unplanned']} others {counts['unplanned_passed']}; "
        f"{counts['connections']} real connections."
    ]
    if evidence["unproved_flows"]:
        said.append(
            f"{counts['planned_unproved']} planned packets could not be proved from here, because their answers go to "
            f"other machines or UDP gives none: {', '.join(evidence['unproved_flows'])}."
        )
    return said
