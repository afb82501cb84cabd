# SPDX-License-Identifier: GPL-3.0-or-later
"""Physical hosts: what a model of machine has (profile), and the machines."""

from __future__ import annotations

from typing import Literal

from .types import (
    Address,
    CapacityGib,
    Cores,
    DevicePath,
    DnsLabel,
    Field,
    MemoryMib,
    NicName,
    Part,
    Port,
    StrictBool,
    Text,
)


class Nic(Part):
    """A network interface and the segment that its cable leads to."""

    name: NicName
    segment: str


class Disk(Part):
    """A disk that the storage may take; disks not named here are never touched."""

    device: DevicePath
    use: Literal["osd"]
    capacity_gib: CapacityGib


class HostProfile(Part):
    """What all machines of one model have in common. Cores are physical cores, not threads."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=63)
    cores: Cores
    memory_mib: MemoryMib
    nics: tuple[Nic, ...] = Field(min_length=1)
    disks: tuple[Disk, ...] = ()


class Bmc(Part):
    """The baseboard controller that powers the host off (fencing)."""

    address: Address
    system: Text
    protocol: Literal["redfish"] = "redfish"
    port: Port = 443
    user: Text = "fence"
    verify_tls: StrictBool = True


class Host(Part):
    """One physical machine."""

    name: DnsLabel
    profile: str
    site: str
    rack: str
    bmc: Bmc | None = None
