# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites and their racks (failure domains)."""

from __future__ import annotations

from .types import DnsLabel, Field, Part


class Site(Part):
    """A building or room with its own cluster and storage."""

    name: DnsLabel
    racks: tuple[DnsLabel, ...] = Field(min_length=1)
