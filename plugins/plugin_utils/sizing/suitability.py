# SPDX-License-Identifier: GPL-3.0-or-later
"""Should a service be virtualised here? A verdict with its reasons; advice never forbids anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..catalogue.entries import Profile, ServiceType

VIRTUALISE = "virtualise"
CLUSTER_ONLY = "cluster_only"
PHYSICAL = "physical"


@dataclass(frozen=True)
class SiteFacts:
    """What a site offers. hosts: hypervisors; features: of all of them; pool_iops: None when it is not known.

    A site always has a quorum when it has two hypervisors or more: a pair has a witness.
    """

    hosts: int
    fencing: bool
    shared_storage: bool
    features: frozenset[str] = frozenset()
    n_plus: int = 1
    pool_iops: int | None = None

    def gives(self, guarantee: str) -> bool:
        """Does its cluster give a guarantee of suitability.yml? KeyError for an unknown one."""
        return {
            "cluster": self.hosts >= 2,
            "fencing": self.fencing,
            "shared_storage": self.shared_storage,
            "n_plus": self.n_plus >= 1,
        }[guarantee]


@dataclass(frozen=True)
class Baseline:
    """The measured load of the machine that a service runs on today.

    hardware: dongles, cards and licences that bind it to that machine; unsupported: its vendor forbids virtualising.
    """

    days: int
    cpu_mean_percent: float
    cpu_max_percent: float
    iops_p95: int
    hardware: tuple[str, ...] = ()
    unsupported: bool = False


@dataclass(frozen=True)
class Verdict:
    """virtualise, cluster_only or physical; missing: names of guarantees that the service needs and the site lacks."""

    verdict: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()


def judge(
    service: ServiceType, site: SiteFacts, profile: Profile | None = None, baseline: Baseline | None = None
) -> Verdict:
    """Judge a service at a site. profile: how it is built, None: the type's first choice.

    physical      something ties it to a machine, or the site can't carry it
    cluster_only  it needs guarantees that only a cluster gives: each is named, those that the site lacks with a remedy
    virtualise    otherwise
    """
    built = profile or service.profiles[service.default_profile]
    wanted = service.suitability.guarantees
    missing = tuple(guarantee.name for guarantee in wanted if not site.gives(guarantee.name))
    ties = tuple(_ties(service, built, site, baseline))
    reasons = (*ties, *_guarantees(service, missing), *_advice(service, baseline))
    if ties:
        return Verdict(PHYSICAL, reasons, missing)
    return Verdict(CLUSTER_ONLY if wanted else VIRTUALISE, reasons, missing)


def _ties(service: ServiceType, profile: Profile, site: SiteFacts, baseline: Baseline | None) -> Iterator[str]:
    yield from service.suitability.physical
    for feature in sorted({need for guest in profile.guests for need in guest.needs} - site.features):
        yield (
            f"no host of its site has the feature {feature}: "
            "add it to the 'features' of a host profile that has it, or keep the service on a machine of its own"
        )
    if baseline is None:
        return
    if baseline.unsupported:
        yield "its vendor forbids it"
    for item in baseline.hardware:
        yield f"it is bound to {item}"
    if site.pool_iops is not None and baseline.iops_p95 > site.pool_iops:
        yield f"it was measured at {baseline.iops_p95} IOPS (95th percentile), its site's storage has {site.pool_iops}"


def _guarantees(service: ServiceType, missing: tuple[str, ...]) -> Iterator[str]:
    for guarantee in service.suitability.guarantees:
        lacking = f"; its site does not give that: {guarantee.remedy}" if guarantee.name in missing else ""
        yield f"it needs {guarantee.title}{lacking}"


def _advice(service: ServiceType, baseline: Baseline | None) -> Iterator[str]:
    yield from service.suitability.advice
    if baseline is None:
        yield "its size is the catalogue's: measure an existing machine for two to four weeks before it is replaced"
        return
    figures = service.suitability.figures
    if baseline.days < figures["baseline_days_min"]:
        yield f"its load was measured for {baseline.days} days, judge by {figures['baseline_days_min']} or more"
    low = baseline.cpu_mean_percent < figures["low_cpu_mean_percent"]
    if low and baseline.cpu_max_percent < figures["low_cpu_max_percent"]:
        yield (
            f"its CPU is used at {baseline.cpu_mean_percent:g} % on average: some advise against virtualising what is "
            "hardly used, yet sharing a host is what saves most here; ask whether it is still needed"
        )
