# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants: departments or hospitals that share hosts and nothing else."""

from __future__ import annotations

from typing import Annotated

from .types import DnsLabel, Field, Part, StrictBool, Text

Total = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]


class Quota(Part):
    """The most that all services of a tenant may take together."""

    vcpus: Total | None = Field(None, description="vCPUs of all its guests")
    memory_mib: Total | None = Field(None, description="Memory of all its guests in MiB")
    storage_gib: Total | None = Field(None, description="Volumes of all its guests in GiB")


class Tenant(Part):
    """A user of the hospital's machines with services and segments of its own."""

    name: DnsLabel = Field(description="Short name, a DNS label")
    title: Text | None = Field(None, description="Name for people")
    own_hosts: StrictBool = Field(False, description="Share no host with guests of anybody else")
    quota: Quota = Field(Quota(), description="Limits for all its services together. Default: none")
