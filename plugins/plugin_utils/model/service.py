# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: what clinicians use."""

from __future__ import annotations

from typing import Any, Literal

from .types import (
    AeTitle,
    CapacityGib,
    Demand,
    DnsLabel,
    Field,
    Label,
    MemoryMib,
    Part,
    ServiceName,
    Text,
    TierName,
    Vcpus,
)


class GuestSize(Part):
    """Sizes that replace the catalogue's for every guest of the service."""

    vcpus: Vcpus | None = Field(None, description="vCPUs of each guest")
    memory_mib: MemoryMib | None = Field(None, description="Memory of each guest in MiB")
    root_gib: CapacityGib | None = Field(None, description="System volume of each guest in GiB")


class ServicePlacement(Part):
    """Where the guests of a service may run, beyond what the catalogue says."""

    hosts: tuple[str, ...] = Field((), description="Only these hosts may run them, for example for a licence")
    needs: tuple[Label, ...] = Field((), description="Features that their host must have")
    apart: Literal["host", "rack", "none"] | None = Field(
        None, description="What replicas never share. Default: the catalogue's"
    )
    together: DnsLabel | None = Field(None, description="Guests with the same word here run on one host")


def _own_name(data: dict[str, Any]) -> str:
    return str(data["name"])


class Service(Part):
    """One service; type and profile name an entry of the catalogue."""

    name: ServiceName = Field(description="Name; its guests are <name>1, <name>2 ...")
    type: str = Field(default_factory=_own_name, description="Type in the catalogue. Default: the name")
    profile: str | None = Field(None, description="How it is built. Default: the type's first choice")
    segment: str | None = Field(None, description="Segment for its guests. Default: those of the catalogue")
    tier: TierName | None = Field(None, description="How much loss and outage it bears. Default: the type's")
    site: str | None = Field(None, description="Site where it runs. Default: the first")
    tenant: str | None = Field(None, description="Tenant that it belongs to. Default: the hospital as a whole")
    owner: Text | None = Field(None, description="Who answers for it")
    ae_title: AeTitle | None = Field(None, description="DICOM AE title. Default for a pacs: the name in capitals")
    demand: Demand = Field({}, description="Demand of this service alone; wins over the hospital's")
    placement: ServicePlacement = Field(ServicePlacement(), description="Rules for where its guests run")
    guest: GuestSize = Field(GuestSize(), description="Sizes instead of the catalogue's")

    def title(self) -> str:
        """The AE title: its own, or the service's name in capitals."""
        return self.ae_title or self.name.upper().replace("-", "_")[:16]
