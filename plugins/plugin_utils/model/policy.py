# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the hospital. A value that is not given comes from the catalogue's planning defaults."""

from __future__ import annotations

from typing import Annotated

from .types import AfterValidator, Field, Part, StrictBool, WithJsonSchema

VCPU_RATIO_MAX = 10


def _vcpu_ratio(value: int) -> int:
    if not 1 <= value <= VCPU_RATIO_MAX:
        raise ValueError(f"1 to {VCPU_RATIO_MAX} vCPUs for each core (RHEL 10 documentation)")
    return value


VcpuRatio = Annotated[
    int,
    Field(strict=True),
    AfterValidator(_vcpu_ratio),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": VCPU_RATIO_MAX}),
]
GrowthPerYear = Annotated[int, Field(strict=True, ge=0, le=200)]


class HostReserve(Part):
    """What each host keeps for itself, its storage daemons included."""

    cores: Annotated[int, Field(strict=True, ge=0, le=512)] = Field(description="Cores for the host itself")
    memory_mib: Annotated[int, Field(strict=True, ge=256, le=1024 * 1024)] = Field(
        description="Memory for the host itself in MiB"
    )


class Failover(Part):
    """The three times that a hospital chooses; all other timeouts follow from them."""

    token_seconds: Annotated[int, Field(strict=True, ge=1, le=30)] | None = Field(
        None, description="Silence after which a host counts as lost"
    )
    fence_seconds: Annotated[int, Field(strict=True, ge=5, le=300)] | None = Field(
        None, description="Longest time until the baseboard controller confirms off"
    )
    guest_start_seconds: Annotated[int, Field(strict=True, ge=5, le=1800)] | None = Field(
        None, description="Longest time until a guest's agent answers"
    )


class Growth(Part):
    """Yearly growth of what is stored, in percent."""

    images: GrowthPerYear | None = Field(None, description="Images, percent per year")
    databases: GrowthPerYear | None = Field(None, description="Databases, percent per year")


class Policies(Part):
    """Rules for the whole hospital."""

    n_plus: Annotated[int, Field(strict=True, ge=0, le=2)] | None = Field(
        None, description="Host failures that each cluster absorbs. Default: 1, and 2 from 8 hypervisors on"
    )
    survive_rack: StrictBool = Field(False, description="Must each cluster also absorb the failure of one whole rack?")
    emulation_allowed: StrictBool = Field(
        False, description="May guests run without hardware virtualisation, slowly? For test beds"
    )
    host_reserve: HostReserve | None = Field(None, description="What each host keeps for itself")
    failover: Failover = Field(Failover(), description="Times that decide how long a failover takes")
    vcpu_ratio: dict[str, VcpuRatio] = Field(
        {}, description="vCPUs per physical core, for each class of guests. Default: the catalogue's"
    )
    horizon_years: Annotated[int, Field(strict=True, ge=1, le=10)] | None = Field(
        None, description="Years that the capacity curve looks ahead"
    )
    growth_percent: Growth = Field(Growth(), description="Yearly growth of what is stored")
    retention_years: Annotated[int, Field(strict=True, ge=1, le=100)] | None = Field(
        None, description="Years that images are kept"
    )
