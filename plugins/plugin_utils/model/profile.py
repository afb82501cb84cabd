# SPDX-License-Identifier: GPL-3.0-or-later
"""Host profiles: what all machines of one model have."""

from __future__ import annotations

from typing import Annotated, Literal

from .types import CapacityGib, Carried, Cores, DevicePath, Field, Label, MemoryMib, NicName, Part, TrunkName

Threads = Annotated[int, Field(strict=True, ge=1, le=2048)]


class Nic(Part):
    """An access port: a network interface on one segment, untagged."""

    name: NicName = Field(description="Linux interface name")
    segment: str = Field(description="Segment that its cable leads to")


class Trunk(Part):
    """Tagged VLANs over one interface (single) or a bond."""

    name: TrunkName = Field(description="Name of the bond, at most 10 characters; with mode single any short name")
    nics: tuple[NicName, ...] = Field(min_length=1, description="Interfaces of the trunk")
    mode: Literal["single", "active-backup", "802.3ad"] = Field(
        description="single: one interface. active-backup: no switch support needed. 802.3ad: LACP on the switch"
    )
    segments: Carried = Field(
        description="Segments that it carries; all: every one that has no NIC here, but to a hypervisor not clients, "
        "out-of-band and outside, and to a gateway not cluster, migration and storage"
    )


class Disk(Part):
    """A disk that the storage may take; disks not named here are never touched."""

    device: DevicePath = Field(description="Stable path, best below /dev/disk/by-id")
    use: Literal["osd"] = Field(description="osd: a disk of the storage cluster")
    capacity_gib: CapacityGib = Field(description="Capacity in GiB")
    media: Literal["nvme", "ssd", "hdd"] = Field("ssd", description="Kind of disk")


class HostProfile(Part):
    """What all machines of one model have in common."""

    name: Label = Field(description="Name that hosts refer to")
    cores: Cores = Field(description="Physical cores, not threads")
    threads: Threads | None = Field(None, description="Hardware threads. Default: as many as cores")
    numa_nodes: Annotated[int, Field(strict=True, ge=1, le=64)] = Field(1, description="NUMA nodes, mostly sockets")
    memory_mib: MemoryMib = Field(description="Memory in MiB (1 GiB = 1024 MiB)")
    nics: tuple[Nic, ...] = Field((), description="Access ports, one untagged segment each")
    trunks: tuple[Trunk, ...] = Field((), description="Ports or bonds with tagged VLANs")
    disks: tuple[Disk, ...] = Field((), description="Disks for the storage; all others are never touched")
    features: tuple[Label, ...] = Field((), description="Hardware or licences that only some hosts have, such as gpu")
    power_watts: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = Field(
        None, description="Power drawn under load, in watts"
    )
    rack_units: Annotated[int, Field(strict=True, ge=1, le=60)] | None = Field(None, description="Height in rack units")

    @property
    def thread_count(self) -> int:
        """Hardware threads."""
        return self.threads or self.cores

    def reaches(self, segment: str) -> bool:
        """Has it a port on a segment? Only for segments that a trunk for all carries: not clients, not out-of-band."""
        return segment in {nic.segment for nic in self.nics} or any(
            trunk.segments == "all" or segment in trunk.segments for trunk in self.trunks
        )
