# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of the intent with everything that the catalogue knows about them, sized."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..catalogue.entries import Catalogue, FlowEntry, GuestEntry, Profile, ServiceType
from ..model.finding import Finding
from ..model.intent import Intent
from ..model.service import Service
from ..sizing.demand import PlanningPolicies, resolve
from ..sizing.expand import ExpandedService, SizedGuest, expand
from ..sizing.guests import GuestSizing
from ..sizing.quantity import MissingDemand

TOGETHER_ALLOWED = "none"


@dataclass(frozen=True)
class PlannedGuest:
    """A guest with the entries it comes from."""

    name: str
    service: PlannedService
    sized: SizedGuest

    @property
    def entry(self) -> GuestEntry:
        """Its entry of the catalogue."""
        return self.sized.entry

    @property
    def sizing(self) -> GuestSizing:
        """Its size."""
        return self.sized.sizing

    @property
    def site(self) -> str:
        """Its site."""
        return self.service.site

    @property
    def apart(self) -> str:
        """What its replicas never share: host, rack, or none."""
        return self.service.intent.placement.apart or self.entry.apart

    @property
    def apart_from(self) -> list[str]:
        """The replicas that must not share its host."""
        if self.apart == TOGETHER_ALLOWED:
            return []
        return [g.name for g in self.service.guests if g is not self and g.entry.role == self.entry.role]


@dataclass(frozen=True)
class PlannedService:
    """One service: its own words, else those of its type."""

    index: int
    intent: Service
    entry: ServiceType
    profile_name: str
    tier: str
    site: str
    demand: dict[str, float]
    expanded: ExpandedService
    guests: list[PlannedGuest] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name in the intent."""
        return self.intent.name

    @property
    def type(self) -> str:
        """Its type in the catalogue."""
        return self.intent.type

    @property
    def tenant(self) -> str | None:
        """Whose it is; None: everybody's."""
        return self.intent.tenant

    @property
    def profile(self) -> Profile:
        """Its profile of the catalogue."""
        return self.entry.profiles[self.profile_name]

    @property
    def flows(self) -> tuple[FlowEntry, ...]:
        """The flows it brings."""
        return self.profile.flows


def planning_policies(intent: Intent, catalogue: Catalogue) -> PlanningPolicies:
    """Growth, horizon and retention: the intent's, else the catalogue's."""
    policies, defaults = intent.policies, catalogue.defaults

    def either(value: Any, name: str) -> int:
        return int(defaults[name] if value is None else value)

    return PlanningPolicies(
        horizon_years=either(policies.horizon_years, "horizon_years"),
        image_growth_percent=either(policies.growth_percent.images, "image_growth_percent"),
        database_growth_percent=either(policies.growth_percent.databases, "database_growth_percent"),
        retention_years=either(policies.retention_years, "retention_years"),
    )


def plan_services(intent: Intent, catalogue: Catalogue) -> tuple[list[PlannedService], list[Finding]]:
    """Every service of the intent, sized, with named guests; a finding for each that nothing says how large to make."""
    policies = planning_policies(intent, catalogue)
    planned, findings = [], []
    for index, service in enumerate(intent.services):
        entry = catalogue.services[service.type]
        profile = service.profile or entry.default_profile
        demand = resolve(intent.demand, service.demand, catalogue, policies)
        try:
            expanded = expand(entry.profiles[profile], demand, service.guest.model_dump(), catalogue)
        except MissingDemand as exc:
            findings.append(_missing(index, service, exc, catalogue))
            continue
        one = PlannedService(
            index, service, entry, profile, service.tier or entry.tier, intent.service_site(service), demand, expanded
        )
        one.guests.extend(_named_guests(one))
        planned.append(one)
    return planned, findings


def _missing(index: int, service: Service, exc: MissingDemand, catalogue: Catalogue) -> Finding:
    known = catalogue.demand.get(exc.key)
    meaning = f" ({known.title})" if known else ""
    return Finding(
        ("services", index),
        f"nothing says how large service {service.name} is to be: its size follows from {exc.key}{meaning}",
        "give 'demand: {beds: ...}' for the hospital, or that figure in the service's own 'demand'",
    )


def _named_guests(service: PlannedService) -> list[PlannedGuest]:
    """Guests numbered by role, so that one more of a role renames no other."""
    several = len({g.entry.role for g in service.expanded.guests}) > 1
    numbers: dict[str, int] = {}
    guests = []
    for sized in service.expanded.guests:
        role = sized.entry.role
        numbers[role] = numbers.get(role, 0) + 1
        label = f"-{_label(role, service.type)}" if several else ""
        guests.append(PlannedGuest(f"{service.name}{label}{numbers[role]}", service, sized))
    return guests


def _label(role: str, service_type: str) -> str:
    return role.removeprefix(f"{service_type}_").replace("_", "-")


def name_findings(intent: Intent, services: list[PlannedService]) -> list[Finding]:
    """Guests that would have the name of a host or of another guest."""
    taken = {host.name: f"host {host.name}" for host in intent.hosts}
    findings = []
    for service in services:
        for guest in service.guests:
            if guest.name in taken:
                findings.append(
                    Finding(
                        ("services", service.index, "name"),
                        f"its guest {guest.name} has the name of {taken[guest.name]}",
                        "rename it",
                    )
                )
            taken[guest.name] = f"guest {guest.name} of service {service.name}"
    return findings
