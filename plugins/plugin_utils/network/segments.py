# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments of the plan: those of the intent, and those that the plan needs besides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from ..catalogue.entries import Catalogue
from ..model.intent import Intent
from ..model.segment import OUTSIDE, UNROUTED, zone_of

ONCE = ("management", "migration", "storage")
RINGS = 2
# A trunk for all does not carry these to a hypervisor: people and devices, the controllers' network, the way out.
BEYOND_HOSTS = ("clients", "out_of_band", OUTSIDE)
# Linux allows 15 characters for the name of an interface.
INTERFACE_LENGTH = 15


@dataclass(frozen=True)
class Segment:
    """A network at one site. `vlan`, `subnet` and `gateway` are the intent's wish, None where it has none.

    router: of the way out only, the next router beyond the site's gateways.

    key: the name at the first site, <site>-<name> at the others; index: its place in the intent's list, None when
    the catalogue brought it.
    """

    key: str
    name: str
    site: str
    purpose: str
    base_zone: str
    tenant: str | None
    mtu: int
    title: str
    vlan: int | None = None
    subnet: IPv4Network | None = None
    gateway: IPv4Address | None = None
    router: IPv4Address | None = None
    index: int | None = None

    @property
    def zone(self) -> str:
        """Zone of its policy; tenants never share one."""
        return f"{self.tenant}-{self.base_zone}" if self.tenant else self.base_zone

    def bridge(self, vlan: int) -> str | None:
        """Bridge that carries it to guests: br-<name>, or br-<VLAN id> where that would be too long."""
        if self.purpose != "guests":
            return None
        name = f"br-{self.name}"
        return name if len(name) <= INTERFACE_LENGTH else f"br-{vlan}"

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from all others, whatever the order of the sites."""
        return (self.site, self.name)


@dataclass(frozen=True)
class Wish:
    """A segment that something of the plan needs at a site: a name of the catalogue's table, and whose."""

    name: str
    site: str
    tenant: str | None = None


class Segments:
    """All segments of a plan, by key, growing while the plan finds what it needs."""

    def __init__(self, intent: Intent, catalogue: Catalogue) -> None:
        self._intent, self._catalogue = intent, catalogue
        self._home = intent.sites[0].name
        self._all: dict[str, Segment] = {}
        for index, segment in enumerate(intent.segments):
            for site in intent.sites_of(segment):
                self._listed(index, site)
        for site in intent.sites:
            self._basics(site.name)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._all.values())

    def __getitem__(self, key: str) -> Segment:
        return self._all[key]

    def at(self, site: str, name: str) -> Segment | None:
        """The segment of that name at a site."""
        return self._all.get(self._key(site, name))

    def of(self, site: str, purpose: str) -> list[Segment]:
        """Segments of a site with that purpose."""
        return [s for s in self._all.values() if s.site == site and s.purpose == purpose]

    def routed(self, site: str) -> list[Segment]:
        """Segments of a site between which its gateways route."""
        return [s for s in self._all.values() if s.site == site and s.purpose not in UNROUTED]

    def in_zone(self, zone: str, tenant: str | None) -> list[Segment]:
        """Segments of a zone: a tenant sees its own and the common ones, nobody's service sees all."""
        return [
            s
            for s in self._all.values()
            if zone in (s.base_zone, s.zone) and (tenant is None or s.tenant in (None, tenant))
        ]

    def need(self, wish: Wish) -> Segment:
        """The segment that fulfils a wish; it is added when there is none. KeyError: the table has no such name."""
        known = self.at(wish.site, wish.name)
        if known is not None and wish.tenant in (None, known.tenant):
            return known
        entry = self._catalogue.segments[wish.name]
        if wish.tenant:
            for segment in self._all.values():
                if (segment.site, segment.tenant, segment.base_zone) == (wish.site, wish.tenant, entry.zone):
                    return segment
        name = f"{wish.tenant}-{wish.name}" if wish.tenant else wish.name
        return self._from_table(wish.name, wish.site, name, wish.tenant)

    def need_zone(self, zone: str, site: str, tenant: str | None) -> None:
        """Make sure that people and devices of a zone have a segment at a site."""
        if any(s.site == site for s in self.in_zone(zone, tenant)):
            return
        for name, entry in self._catalogue.segments.items():
            if entry.zone == zone and entry.purpose == "clients":
                self.need(Wish(name, site, tenant))

    def _key(self, site: str, name: str) -> str:
        return name if site == self._home else f"{site}-{name}"

    def _listed(self, index: int, site: str) -> None:
        wanted = self._intent.segments[index]
        entry = self._catalogue.segments.get(wanted.name)
        key = self._key(site, wanted.name)
        self._all[key] = Segment(
            key,
            wanted.name,
            site,
            wanted.purpose,
            zone_of(wanted, entry),
            wanted.tenant,
            wanted.mtu,
            entry.title if entry else "",
            wanted.vlan,
            wanted.subnets.get(site, wanted.subnet),
            wanted.gateway,
            wanted.router,
            index,
        )

    def _from_table(self, table_name: str, site: str, name: str, tenant: str | None = None) -> Segment:
        entry = self._catalogue.segments[table_name]
        key = self._key(site, name)
        segment = Segment(key, name, site, entry.purpose, entry.zone, tenant, entry.mtu, entry.title)
        self._all[key] = segment
        return segment

    def _basics(self, site: str) -> None:
        """What every cluster needs and the intent does not list."""
        for purpose in ONCE:
            self._fill(site, purpose, 1)
        waived = self._intent.waiver("cluster_links") and self.of(site, "cluster")
        self._fill(site, "cluster", 1 if waived else RINGS)
        if any(host.bmc for host in self._intent.hosts_of(site)):
            self._fill(site, "out_of_band", 1)

    def _fill(self, site: str, purpose: str, count: int) -> None:
        for name, entry in self._catalogue.segments.items():
            if len(self.of(site, purpose)) >= count:
                return
            if entry.purpose == purpose and self.at(site, name) is None:
                self._from_table(name, site, name)
