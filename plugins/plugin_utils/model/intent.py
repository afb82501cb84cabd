# SPDX-License-Identifier: GPL-3.0-or-later
"""The intent: everything that a hospital's engineer writes."""

from __future__ import annotations

from .host import Host, HostProfile
from .policy import Policies
from .segment import Segment
from .service import Service
from .site import Site
from .types import DnsLabel, DomainName, Field, Part, Subnet
from .waiver import Waiver


class Intent(Part):
    """The file hospital.yml."""

    hospital: DnsLabel
    domain: DomainName
    supernet: Subnet
    sites: tuple[Site, ...] = Field(min_length=1)
    host_profiles: tuple[HostProfile, ...] = Field(min_length=1)
    hosts: tuple[Host, ...]
    segments: tuple[Segment, ...]
    services: tuple[Service, ...] = ()
    policies: Policies = Policies()
    waivers: tuple[Waiver, ...] = ()

    def waiver(self, rule: str) -> Waiver | None:
        """The waiver of a rule, or None."""
        return next((w for w in self.waivers if w.rule == rule), None)

    def profile_of(self, host: Host) -> HostProfile:
        """The profile of a host; KeyError when there is none."""
        for profile in self.host_profiles:
            if profile.name == host.profile:
                return profile
        raise KeyError(host.profile)

    def segments_for(self, purpose: str) -> tuple[str, ...]:
        """Names of the segments of one purpose, in the order of the intent."""
        return tuple(s.name for s in self.segments if s.purpose == purpose)

    def service_site(self, service: Service) -> str:
        """The site of a service: its own word, or the first site."""
        return service.site or self.sites[0].name

    def hosts_of(self, site: str) -> tuple[Host, ...]:
        """The hosts of a site, in the order of the intent."""
        return tuple(h for h in self.hosts if h.site == site)
