# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the intent: units are in the field names, bounds are here."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any

from .require import MissingPackage

try:
    from pydantic import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        PlainValidator,
        StrictBool,
        StringConstraints,
        ValidationError,
        WithJsonSchema,
    )
except ImportError:
    raise MissingPackage("pydantic") from None


__all__ = ["AfterValidator", "BaseModel", "Field", "StrictBool", "ValidationError", "WithJsonSchema"]


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


def _figure(value: Any) -> Any:
    """A demand: a number, or numbers by name. Whole numbers stay whole."""
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        return {key: _number(part) for key, part in value.items()}
    return _number(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= DEMAND_MAX:
        raise ValueError(f"a number from 0 to {DEMAND_MAX}, or a mapping of names to such numbers")
    return int(value) if value == int(value) else value


def _ports(value: Any) -> Any:
    """A port, or 'first-last'."""
    parts = value.split("-") if isinstance(value, str) and re.fullmatch(PORT_RANGE, value) else []
    numbers = [int(part) for part in parts] or [value]
    if any(isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= 65535 for n in numbers):
        raise ValueError('a port from 1 to 65535, or a range such as "50000-59999"')
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        raise ValueError("a range whose first port is lower than its last")
    return value


def _carried(value: Any) -> Any:
    """What a trunk carries."""
    if value == "all" or (isinstance(value, (list, tuple)) and value and all(isinstance(v, str) for v in value)):
        return value if value == "all" else tuple(value)
    raise ValueError("all, or a list of segments")


def _end(value: str) -> str:
    """A flow's source: a name, or a subnet."""
    if not re.fullmatch(LABEL, value):
        try:
            ipaddress.IPv4Network(value if "/" in value else "")
        except ValueError:
            raise ValueError(
                "a zone, internet, any, or an IPv4 subnet such as 192.0.2.0/24 without host bits"
            ) from None
    return value


DEMAND_MAX = 1_000_000_000
PORT_RANGE = r"^[0-9]{1,5}-[0-9]{1,5}$"
LABEL = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"

DnsLabel = Annotated[str, StringConstraints(pattern=LABEL, max_length=63)]
# Guests are named <service>-<role><number>, which must be a DNS label.
ServiceName = Annotated[str, StringConstraints(pattern=LABEL, max_length=40)]
# A guest segment named <name> gets the bridge br-<name>: Linux allows 15 characters for an interface.
SegmentName = Annotated[str, StringConstraints(pattern=LABEL, max_length=12)]
# A VLAN of a trunk named <name> is <name>.<id>, the id has up to four digits.
TrunkName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=10)]
NicName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]*$", max_length=15)]
DomainName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$", max_length=253)
]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=63)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TierName = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1)]
AeTitle = Annotated[
    str,
    AfterValidator(_ae_title),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 16, "pattern": r"^[ -\[\]-~]*$"}),
]
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
Demand = dict[
    str,
    Annotated[
        int | float | dict[str, int | float],
        PlainValidator(_figure),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "number", "minimum": 0, "maximum": DEMAND_MAX},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {"type": "number", "minimum": 0, "maximum": DEMAND_MAX},
                    },
                ]
            }
        ),
    ],
]
Ports = Annotated[
    int | str,
    PlainValidator(_ports),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, {"type": "string", "pattern": PORT_RANGE}]}
    ),
]
Carried = Annotated[
    str | tuple[str, ...],
    PlainValidator(_carried),
    WithJsonSchema({"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
FlowSource = Annotated[str, AfterValidator(_end)]
