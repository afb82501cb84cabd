# SPDX-License-Identifier: GPL-3.0-or-later
"""The intent: everything that a hospital's engineer writes."""

from __future__ import annotations

from .flow import Flow
from .host import VOTERS, Host
from .modality import Modality
from .policy import Policies
from .profile import HostProfile
from .segment import Segment
from .service import Service
from .site import Site
from .tenant import Tenant
from .types import Demand, DnsLabel, DomainName, Field, Part, Subnet
from .waiver import Waiver


class Intent(Part):
    """The file hospital.yml: what there is, and what is wanted."""

    hospital: DnsLabel = Field(description="Name of the hospital, a DNS label")
    domain: DomainName = Field(description="DNS domain of hosts and guests")
    supernet: Subnet = Field(description="IPv4 network, /24 or larger, that segments get their subnets from")
    demand: Demand = Field({}, description="Size of the hospital: beds, studies per year, users ...")
    sites: tuple[Site, ...] = Field(min_length=1, description="Sites; the first is the home site")
    host_profiles: tuple[HostProfile, ...] = Field(min_length=1, description="Models of machines")
    hosts: tuple[Host, ...] = Field(description="The machines")
    segments: tuple[Segment, ...] = Field((), description="Networks that differ from the catalogue's")
    services: tuple[Service, ...] = Field((), description="What clinicians use")
    tenants: tuple[Tenant, ...] = Field((), description="Departments or hospitals that share the hosts")
    modalities: tuple[Modality, ...] = Field((), description="Devices that make images")
    flows: tuple[Flow, ...] = Field((), description="Traffic allowed beyond what services bring with them")
    policies: Policies = Field(Policies(), description="Rules for the whole hospital")
    waivers: tuple[Waiver, ...] = Field((), description="Rules knowingly left")

    def waiver(self, rule: str, flow: str | None = None) -> Waiver | None:
        """The waiver of a rule, of the rule flow for that flow, or None."""
        return next((w for w in self.waivers if (w.rule, w.flow) == (rule, flow)), None)

    def profile_of(self, host: Host) -> HostProfile:
        """The profile of a host; KeyError when there is none."""
        for profile in self.host_profiles:
            if profile.name == host.profile:
                return profile
        raise KeyError(host.profile)

    def segments_for(self, purpose: str) -> tuple[str, ...]:
        """Names of the listed segments of one purpose, in the order of the intent."""
        return tuple(s.name for s in self.segments if s.purpose == purpose)

    def sites_of(self, segment: Segment) -> tuple[str, ...]:
        """Names of the sites where a segment exists, in the order of the intent's sites."""
        return tuple(s.name for s in self.sites if not segment.sites or s.name in segment.sites)

    def supernet_of(self, site: str) -> Subnet:
        """The network that a site's subnets are taken from; KeyError when there is no such site."""
        for one in self.sites:
            if one.name == site:
                return one.supernet or self.supernet
        raise KeyError(site)

    def service_site(self, service: Service) -> str:
        """The site of a service: its own word, or the first site."""
        return service.site or self.sites[0].name

    def service(self, name: str) -> Service | None:
        """The service of that name, or None."""
        return next((s for s in self.services if s.name == name), None)

    def tenant(self, name: str) -> Tenant | None:
        """The tenant of that name, or None."""
        return next((t for t in self.tenants if t.name == name), None)

    def hosts_of(self, site: str) -> tuple[Host, ...]:
        """All machines of a site, whatever their use, in the order of the intent."""
        return tuple(h for h in self.hosts if h.site == site)

    def voters_of(self, site: str) -> tuple[Host, ...]:
        """The hosts that vote in a site's cluster, hypervisors and witnesses, in the order of the intent."""
        return tuple(h for h in self.hosts_of(site) if h.use in VOTERS)

    def hypervisors_of(self, site: str) -> tuple[Host, ...]:
        """The hosts of a site that may run guests, in the order of the intent."""
        return self._used_as(site, "hypervisor")

    def witnesses_of(self, site: str) -> tuple[Host, ...]:
        """The hosts of a site that only vote, in the order of the intent."""
        return self._used_as(site, "witness")

    def gateways_of(self, site: str) -> tuple[Host, ...]:
        """The routers of a site, the preferred one first; none when its core firewall is an appliance."""
        return self._used_as(site, "gateway")

    def probes_of(self, site: str) -> tuple[Host, ...]:
        """The probe of a site, or nothing."""
        return self._used_as(site, "probe")

    def _used_as(self, site: str, use: str) -> tuple[Host, ...]:
        return tuple(h for h in self.hosts_of(site) if h.use == use)
