# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order a whole hospital is switched on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SiteMachines:
    """What stands at a site. mons: machines with a storage monitor; waves: guests in the order of their recovery."""

    name: str
    hosts: Sequence[str]
    mons: Sequence[str]
    witnesses: Sequence[str]
    waves: Sequence[Sequence[str]]
    gateways: Sequence[str] = ()
    probes: Sequence[str] = ()


def power_up(sites: Sequence[SiteMachines]) -> list[dict[str, Any]]:
    """Steps from a dark building to running services: site by site, the first one first."""
    first_of_all = "Switches, routers and the controllers' network; wait until the controllers answer"
    steps: list[tuple[str, Sequence[str]]] = [(first_of_all, [])]
    for site in sites:
        if site.gateways:
            steps.append((f"Site {site.name}: gateways, until each segment's gateway answers", site.gateways))
        first = [*site.witnesses, *(h for h in site.mons if h not in site.witnesses)]
        rest = [h for h in site.hosts if h not in first]
        steps.append((f"Site {site.name}: hosts with a storage monitor, until the storage answers", first))
        if rest:
            steps.append(
                (f"Site {site.name}: the other hosts, until the cluster has quorum and the storage is sound", rest)
            )
        steps += [(f"Site {site.name}: guests of wave {n}", list(wave)) for n, wave in enumerate(site.waves, start=1)]
        if site.probes:
            steps.append((f"Site {site.name}: the probe", site.probes))
    return _numbered(steps)


def power_down(sites: Sequence[SiteMachines]) -> list[dict[str, Any]]:
    """Steps from running services to a dark building: the last site first, the last wave first, monitors last."""
    steps: list[tuple[str, list[str]]] = []
    for site in reversed(sites):
        if site.probes:
            steps.append((f"Site {site.name}: the probe", list(site.probes)))
        waves = list(enumerate(site.waves, start=1))
        steps += [(f"Site {site.name}: shut down the guests of wave {n}", list(wave)) for n, wave in reversed(waves)]
        steps.append(
            (f"Site {site.name}: stop the cluster manager, keep the storage from healing (noout)", list(site.hosts))
        )
        last = [*(h for h in site.mons if h not in site.witnesses), *site.witnesses]
        rest = [h for h in site.hosts if h not in last]
        if rest:
            steps.append((f"Site {site.name}: hosts without a storage monitor", rest))
        steps.append((f"Site {site.name}: hosts with a storage monitor", last))
        if site.gateways:
            steps.append((f"Site {site.name}: gateways", list(site.gateways)))
    steps.append(("Routers and switches", []))
    return _numbered(steps)


def _numbered(steps: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, Any]]:
    return [{"step": n, "what": what, "members": list(members)} for n, (what, members) in enumerate(steps, start=1)]


def waves_of(waves: Sequence[Sequence[str]], members: Mapping[str, str], site: str) -> list[list[str]]:
    """The waves of one site. members: guest -> site."""
    found = [[guest for guest in wave if members[guest] == site] for wave in waves]
    return [wave for wave in found if wave]
