# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the hospital. A value that is not given comes from the catalogue's planning defaults."""

from __future__ import annotations

from typing import Annotated

from .types import Field, Part, StrictBool


class HostReserve(Part):
    """What each host keeps for itself, its storage daemons included."""

    cores: Annotated[int, Field(strict=True, ge=0, le=512)]
    memory_mib: Annotated[int, Field(strict=True, ge=256, le=1024 * 1024)]


class Failover(Part):
    """The three times that a hospital chooses; all other timeouts follow from them."""

    token_seconds: Annotated[int, Field(strict=True, ge=1, le=30)] | None = None
    fence_seconds: Annotated[int, Field(strict=True, ge=5, le=300)] | None = None
    guest_start_seconds: Annotated[int, Field(strict=True, ge=5, le=1800)] | None = None


class Policies(Part):
    """Rules for the whole hospital."""

    n_plus: Annotated[int, Field(strict=True, ge=0, le=1)] | None = None
    emulation_allowed: StrictBool = False
    host_reserve: HostReserve | None = None
    failover: Failover = Failover()
