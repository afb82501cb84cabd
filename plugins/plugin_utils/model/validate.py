# SPDX-License-Identifier: GPL-3.0-or-later
"""From parsed YAML to an Intent or to all findings at once."""

from __future__ import annotations

import copy
import ipaddress
from dataclasses import replace
from typing import Any

from ..catalogue.entries import Catalogue
from .basics import check_basics
from .checks_clusters import check_clusters
from .checks_demand import check_demand
from .checks_dicom import check_dicom
from .checks_flows import check_flows
from .checks_gateways import check_gateways
from .checks_hosts import check_hosts
from .checks_names import check_names
from .checks_network import check_network
from .checks_placement import check_placement
from .checks_policies import check_policies
from .checks_profiles import check_profiles
from .checks_services import check_services
from .checks_tenants import check_tenants
from .explain import explain
from .finding import Finding, Loc
from .host import Host, HostProfile
from .intent import Intent
from .scope import Scope
from .site import Site
from .source import Source
from .types import DnsLabel, DomainName, Subnet, ValidationError

_CHECKS = (
    check_names,
    check_network,
    check_basics,
    check_profiles,
    check_hosts,
    check_clusters,
    check_gateways,
    check_policies,
    check_demand,
    check_services,
    check_placement,
    check_tenants,
    check_dicom,
    check_flows,
)


def validate(source: Source, catalogue: Catalogue) -> tuple[Intent | None, list[Finding]]:
    """Return (intent, []) or (None, every finding in file order).

    Checks across keys run even when some keys are malformed: the malformed entries are set aside, and
    references to them still count as known.
    """
    if source.findings:
        return None, source.findings
    if not isinstance(source.data, dict):
        return None, [Finding((), "the file has no keys", "describe the hospital in it (docs/intent.md)")]
    data = _without_nulls(source.data)
    try:
        intent, findings, origin = Intent.model_validate(data), [], {}
    except ValidationError as exc:
        errors = _own(exc.errors())
        findings = _unique([explain(error) for error in errors])
        intent, origin = _without(data, errors)
    if intent is not None:
        scope = Scope(intent, data, origin, catalogue)
        for check in _CHECKS:
            findings += check(scope)
    if findings:
        return None, _in_file_order(findings, source)
    return intent, []


def _without_nulls(data: Any) -> Any:
    """A key with nothing behind it says the same as no key."""
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_nulls(value) for value in data]
    return data


class _Remainder(Intent):
    """An intent of which malformed entries were set aside: only checks see it, no plan is made of it."""

    hospital: DnsLabel = "unnamed"
    domain: DomainName = "unnamed.invalid"
    supernet: Subnet = ipaddress.IPv4Network("10.0.0.0/8")
    sites: tuple[Site, ...] = ()
    host_profiles: tuple[HostProfile, ...] = ()
    hosts: tuple[Host, ...] = ()


def _own(errors: list[Any]) -> list[Any]:
    """Leave out what pydantic says besides: a default that depends on a malformed key, a list that is too short
    because its only entry is malformed."""
    errors = [error for error in errors if error["type"] != "default_factory_not_called"]
    locs = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, loc in zip(errors, locs, strict=True)
        if error["type"] != "too_short" or not any(len(o) > len(loc) and o[: len(loc)] == loc for o in locs)
    ]


def _without(data: dict[str, Any], errors: list[Any]) -> tuple[Intent | None, dict[str, list[int]]]:
    """The intent less its malformed entries, and where the entries that are left stood."""
    data = copy.deepcopy(data)
    origin = {key: list(range(len(value))) for key, value in data.items() if isinstance(value, list)}
    drop: dict[str, set[int]] = {}
    for error in errors:
        loc: Loc = tuple(error["loc"])
        if error["type"] == "extra_forbidden":
            _delete(data, loc)
        elif len(loc) > 1 and isinstance(loc[1], int):
            drop.setdefault(str(loc[0]), set()).add(loc[1])
        else:
            _delete(data, loc)
    for key, indexes in drop.items():
        origin[key] = [i for i in origin[key] if i not in indexes]
        data[key] = [data[key][i] for i in origin[key]]
    try:
        return _Remainder.model_validate(data), origin
    except ValidationError:
        return None, origin


def _delete(data: Any, loc: Loc) -> None:
    for part in loc[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict):
        data.pop(loc[-1], None)


def _unique(findings: list[Finding]) -> list[Finding]:
    """One finding per key: a union type reports each of its members."""
    seen: dict[Loc, Finding] = {}
    for finding in findings:
        seen.setdefault(finding.loc, finding)
    return list(seen.values())


def _in_file_order(findings: list[Finding], source: Source) -> list[Finding]:
    placed = [replace(f, line=f.line or source.line_of(f.loc)) for f in findings]
    return sorted(placed, key=lambda f: (f.line or 0, f.path))
