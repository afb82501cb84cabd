# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the intent: units are in the field names, bounds are here."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

from .require import MissingPackage

try:
    from pydantic import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        StrictBool,
        StringConstraints,
        ValidationError,
    )
except ImportError:
    raise MissingPackage("pydantic") from None


__all__ = ["BaseModel", "Field", "StrictBool", "ValidationError"]


class Part(BaseModel):
    """Base of everything in the intent: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_text(value: Any) -> Any:
    """YAML reads `tier: 1` as a number; the tier is a name ('1', '1b')."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_a_number(value: Any) -> Any:
    """ipaddress accepts integers; a number in the intent is never meant as an address."""
    if isinstance(value, (int, float)):
        raise ValueError("an IPv4 address or subnet written as text")
    return value


def _ae_title(value: str) -> str:
    """AE title: DICOM PS3.5 6.2, value representation AE."""
    bad = [c for c in value if c == "\\" or not 32 <= ord(c) < 127]
    if not value.strip() or len(value) > 16 or bad:
        raise ValueError("1 to 16 printable ASCII characters without a backslash (DICOM PS3.5, VR AE)")
    return value


LABEL = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"

DnsLabel = Annotated[str, StringConstraints(pattern=LABEL, max_length=63)]
# A guest segment named <name> gets the bridge br-<name>: Linux allows 15 characters for an interface.
SegmentName = Annotated[str, StringConstraints(pattern=LABEL, max_length=12)]
NicName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]*$", max_length=15)]
DomainName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$", max_length=253)
]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TierName = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1)]
AeTitle = Annotated[str, AfterValidator(_ae_title)]
DevicePath = Annotated[str, StringConstraints(pattern=r"^/dev/[A-Za-z0-9/_.:+@-]+$")]

Subnet = Annotated[ipaddress.IPv4Network, BeforeValidator(_not_a_number)]
Address = Annotated[ipaddress.IPv4Address, BeforeValidator(_not_a_number)]

VlanId = Annotated[int, Field(strict=True, ge=2, le=4094)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
Mtu = Annotated[int, Field(strict=True, ge=1280, le=9216)]
Cores = Annotated[int, Field(strict=True, ge=1, le=1024)]
Vcpus = Annotated[int, Field(strict=True, ge=1, le=512)]
MemoryMib = Annotated[int, Field(strict=True, ge=256, le=64 * 1024 * 1024)]
CapacityGib = Annotated[int, Field(strict=True, ge=1, le=1024 * 1024)]
