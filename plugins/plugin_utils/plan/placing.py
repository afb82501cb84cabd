# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host runs which guest."""

from __future__ import annotations

from dataclasses import replace

from ..catalogue.entries import Catalogue
from ..continuity.headroom import headroom
from ..engine.instance import EngineGuest, EngineHost, Instance, Rules
from ..engine.place import Placed, place
from ..model.host import Host
from ..model.intent import Intent
from ..sizing.hosts import guest_millicores, host_capacity, host_reserve
from ..sizing.numa import numa_warning
from .decisions import Decisions
from .infeasible import as_findings
from .previous import Previous
from .services import PlannedGuest


def decide_placements(intent: Intent, last: Previous, catalogue: Catalogue, made: Decisions) -> None:
    """Place the guests of each site; findings for each site where it can't be done."""
    own_hosts = frozenset(tenant.name for tenant in intent.tenants if tenant.own_hosts)
    for site in intent.sites:
        hosts = intent.hypervisors_of(site.name)
        made.n_plus[site.name] = _n_plus(intent, catalogue, len(hosts))
        guests = [guest for guest in made.guests if guest.site == site.name]
        instance = Instance(
            site.name,
            tuple(_host(intent, catalogue, host, made) for host in hosts),
            tuple(_guest(intent, catalogue, guest, made) for guest in guests),
            Rules(made.n_plus[site.name], racks=intent.policies.survive_rack, tenants_apart=own_hosts),
        )
        made.warnings += _numa(intent, guests, hosts)
        answer = place(instance, last.guest_hosts, last.guest_targets)
        if isinstance(answer, Placed):
            made.placements[site.name] = _with_reasons(answer, last)
            made.headroom.update(headroom(instance, answer))
        else:
            made.findings += as_findings(intent, made, answer)


def _n_plus(intent: Intent, catalogue: Catalogue, hosts: int) -> int:
    if intent.policies.n_plus is not None:
        return intent.policies.n_plus
    large = hosts >= catalogue.defaults["n_plus_large_hosts"]
    return int(catalogue.defaults["n_plus_large" if large else "n_plus"])


def _host(intent: Intent, catalogue: Catalogue, host: Host, made: Decisions) -> EngineHost:
    profile, wanted = intent.profile_of(host), intent.policies.host_reserve
    reserve = host_reserve(
        len(profile.disks), (wanted.cores, wanted.memory_mib) if wanted else None, catalogue.defaults
    )
    capacity = host_capacity(profile.cores, profile.memory_mib, reserve)
    made.capacities[host.name] = capacity
    return EngineHost(
        host.name,
        capacity.cpu_millicores,
        capacity.memory_mib,
        rack=host.rack,
        site=host.site,
        features=frozenset(profile.features),
        available=not host.maintenance,
    )


def _guest(intent: Intent, catalogue: Catalogue, guest: PlannedGuest, made: Decisions) -> EngineGuest:
    segment, wanted = made.guest_segments[guest.name], guest.service.intent.placement
    hypervisors = intent.hypervisors_of(guest.site)
    able = frozenset(
        host.name
        for host in hypervisors
        if segment in {port.segment.key for port in made.ports[host.name]}
        and (not wanted.hosts or host.name in wanted.hosts)
    )
    service_class = guest.entry.service_class
    ratio = intent.policies.vcpu_ratio.get(service_class, catalogue.classes[service_class].vcpu_ratio)
    made.cpu_needs[guest.name] = guest_millicores(guest.sizing.vcpus, ratio)
    return EngineGuest(
        guest.name,
        made.cpu_needs[guest.name],
        guest.sizing.hv_memory_mib,
        group=f"{guest.service.name}/{guest.entry.role}" if guest.apart_from else "",
        scope=guest.apart if guest.apart_from else "host",
        together=wanted.together or "",
        needs=frozenset([*guest.entry.needs, *wanted.needs]),
        hosts=able if len(able) < len(hypervisors) else None,
        tenant=guest.service.tenant or "",
    )


def _numa(intent: Intent, guests: list[PlannedGuest], hosts: tuple[Host, ...]) -> list[str]:
    """A word for each guest that spans the NUMA nodes of every host of its site."""
    profiles = {host.profile: intent.profile_of(host) for host in hosts}
    nodes = [(name, p.cores, p.memory_mib, p.numa_nodes) for name, p in profiles.items()]
    found = []
    for guest in guests:
        said = [numa_warning(guest.name, guest.sizing.vcpus, guest.sizing.memory_mib, node) for node in nodes]
        if said and all(said):
            found.append(str(said[0]))
    return found


def _with_reasons(answer: Placed, last: Previous) -> Placed:
    """A guest that stays keeps the reason for which it came to its host."""
    why = {
        guest: last.guest_whys.get(guest, answer.why[guest])
        if last.guest_hosts.get(guest) == host
        else answer.why[guest]
        for guest, host in answer.hosts.items()
    }
    return replace(answer, why=why)
