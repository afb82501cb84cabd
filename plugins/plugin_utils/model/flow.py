# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows: traffic that the hospital allows beyond what its services bring with them."""

from __future__ import annotations

import datetime
import ipaddress
from typing import Literal

from .types import DnsLabel, Field, FlowSource, Part, Ports, Text


class Flow(Part):
    """Allowed traffic, with its reason and owner. Everything that is not declared is denied."""

    name: DnsLabel = Field(description="Short name, a DNS label")
    source: FlowSource = Field(description="A zone, internet, any (every trusted zone), or an IPv4 subnet")
    destination: str = Field(
        description="A service (all its guests), a zone or internet; a name that is both means the service"
    )
    protocol: Literal["tcp", "udp", "icmp"] = Field(description="Protocol")
    ports: tuple[Ports, ...] = Field((), description='Ports such as 443 or "50000-59999"; none for icmp')
    reason: Text = Field(description="What it is for")
    owner: Text = Field(description="Who answers for it")
    expires: datetime.date | None = Field(None, description="Last day; reports say when it has passed")

    @property
    def subnet(self) -> ipaddress.IPv4Network | None:
        """The source as a subnet; None when it is a zone, internet or any."""
        return ipaddress.IPv4Network(self.source) if "/" in self.source else None
