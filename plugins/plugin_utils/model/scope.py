# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks across keys see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..catalogue.entries import Catalogue, Profile
from .finding import Loc
from .intent import Intent
from .segment import Segment, zone_of
from .service import Service


@dataclass(frozen=True)
class Scope:
    """An intent (perhaps less its malformed entries), the raw data, and the catalogue.

    origin: for each top-level list the original index of the entries that the intent still holds.
    """

    intent: Intent
    raw: dict[str, Any]
    origin: dict[str, list[int]]
    catalogue: Catalogue

    def loc(self, key: str, index: int, *rest: Any) -> Loc:
        """Path of an entry as it stands in the file."""
        known = self.origin.get(key)
        return (key, known[index] if known else index, *rest)

    def names(self, key: str) -> list[str]:
        """The names of all entries of a list in the file, malformed ones included."""
        entries = self.raw.get(key)
        if not isinstance(entries, list):
            return []
        return [str(e["name"]) for e in entries if isinstance(e, dict) and "name" in e]

    def whole(self, *keys: str) -> bool:
        """Is no entry of these lists malformed? Checks that count entries need that."""
        return all(self._whole(key) for key in keys)

    def _whole(self, key: str) -> bool:
        if key not in self.raw:
            return not Intent.model_fields[key].is_required()
        return isinstance(self.raw[key], list) and len(getattr(self.intent, key)) == len(self.raw[key])

    @cached_property
    def _segments(self) -> dict[str, Segment]:
        return {segment.name: segment for segment in reversed(self.intent.segments)}

    def listed_segment(self, name: str) -> Segment | None:
        """The first segment of that name in the intent, or None."""
        return self._segments.get(name)

    def segment_names(self) -> list[str]:
        """Every segment that may be referred to: the intent's, then the catalogue's."""
        return list(dict.fromkeys([*self.names("segments"), *self.catalogue.segments]))

    def purpose_of(self, name: str) -> str | None:
        """Purpose of a segment; None when it is unknown or malformed."""
        listed = self.listed_segment(name)
        if listed is not None:
            return listed.purpose
        entry = self.catalogue.segments.get(name)
        return None if entry is None or name in self.names("segments") else entry.purpose

    def zone_of(self, name: str) -> str:
        """Zone of a segment: its own word, else the catalogue's for that name, else the name."""
        listed, entry = self.listed_segment(name), self.catalogue.segments.get(name)
        if listed is not None:
            return zone_of(listed, entry)
        return entry.zone if entry else name

    def zones(self) -> list[str]:
        """Every zone that a flow may name. A tenant's zone is also known as <tenant>-<zone>."""
        zones = [self.zone_of(name) for name in self.segment_names()]
        own = [f"{s.tenant}-{self.zone_of(s.name)}" for s in self.intent.segments if s.tenant]
        return list(dict.fromkeys([*zones, *own]))

    def base_zone(self, zone: str) -> str:
        """A zone without the name of its tenant."""
        for tenant in self.intent.tenants:
            if zone.startswith(f"{tenant.name}-"):
                return zone.removeprefix(f"{tenant.name}-")
        return zone

    def profile_of(self, service: Service) -> Profile | None:
        """The catalogue's profile of a service; None when type or profile are unknown."""
        entry = self.catalogue.services.get(service.type)
        return entry.profiles.get(service.profile or entry.default_profile) if entry else None

    def guest_segments(self, service: Service) -> list[str]:
        """Names of the segments on which the service's guests are."""
        if service.segment:
            return [service.segment]
        profile = self.profile_of(service)
        return list(dict.fromkeys(guest.segment for guest in profile.guests)) if profile else []
