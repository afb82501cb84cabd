# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites and their racks (failure domains)."""

from __future__ import annotations

from .types import DnsLabel, Field, Part, Subnet, Text


class Site(Part):
    """A building or room with its own cluster and storage. The first one is the home site."""

    name: DnsLabel = Field(description="Short name, a DNS label")
    title: Text | None = Field(None, description="Name for people")
    supernet: Subnet | None = Field(
        None, description="Network that this site's subnets are taken from. Default: the hospital's supernet"
    )
    racks: tuple[DnsLabel, ...] = Field(min_length=1, description="Racks: what may fail as one")
