# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines."""

from __future__ import annotations

from typing import Literal

from .profile import Disk, HostProfile, Nic, Trunk
from .types import Address, DnsLabel, Field, Part, Port, StrictBool, Text

__all__ = ["VOTERS", "Bmc", "Disk", "Host", "HostProfile", "Nic", "Trunk"]


# Members of a cluster: what votes in it.
VOTERS = ("hypervisor", "witness")


class Bmc(Part):
    """The baseboard controller that powers the host off (fencing). Its password is a secret, not in this file."""

    address: Address = Field(description="Its IPv4 address, in the out-of-band segment")
    system: Text = Field(description="Name of the machine in the controller, for Redfish often 1")
    protocol: Literal["redfish"] = Field("redfish", description="Protocol")
    port: Port = Field(443, description="TCP port")
    user: Text = Field("fence", description="User that may power off and on")
    verify_tls: StrictBool = Field(True, description="Check the controller's certificate")


class Host(Part):
    """One physical machine."""

    name: DnsLabel = Field(description="Host name, a DNS label")
    profile: str = Field(description="Entry of host_profiles")
    site: str = Field(description="Site where it stands")
    rack: str = Field(description="Rack of that site")
    bmc: Bmc | None = Field(
        None, description="Baseboard controller; hypervisors and witnesses without one need a waiver for fencing"
    )
    use: Literal["hypervisor", "witness", "gateway", "probe"] = Field(
        "hypervisor",
        description="hypervisor runs guests; witness only votes, for sites with two hypervisors; gateway routes "
        "between the segments of its site, two or none; probe shows by packets what passes, at most one",
    )
    maintenance: StrictBool = Field(False, description="Plan no guests on it for now")
