# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: what clinicians use."""

from __future__ import annotations

from .types import AeTitle, CapacityGib, DnsLabel, MemoryMib, Part, TierName, Vcpus


class GuestSize(Part):
    """Sizes that replace the catalogue's for every guest of the service."""

    vcpus: Vcpus | None = None
    memory_mib: MemoryMib | None = None
    root_gib: CapacityGib | None = None


class Service(Part):
    """One service; type and profile name an entry of the catalogue."""

    name: DnsLabel
    type: str
    profile: str = "single"
    segment: str
    tier: TierName
    site: str | None = None
    ae_title: AeTitle | None = None
    guest: GuestSize = GuestSize()

    def title(self) -> str:
        """The AE title: its own, or the service's name in capitals."""
        return self.ae_title or self.name.upper().replace("-", "_")[:16]
