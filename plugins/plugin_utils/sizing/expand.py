# SPDX-License-Identifier: GPL-3.0-or-later
"""From a profile of the catalogue and a demand to guests and volumes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..catalogue.entries import Catalogue, GuestEntry, Profile, VolumeEntry
from .guests import GuestSizing, size_guest
from .quantity import amount

GROWN = "databases"


@dataclass(frozen=True)
class SizedVolume:
    """A volume as it is planned: at the horizon. growth as in VolumeEntry.

    initial_gib: what is on it at the start; keep_years: how long images stay on it, None for the whole retention.
    """

    purpose: str
    capacity_gib: int
    iops: int | None
    growth: str
    initial_gib: int = 0
    keep_years: float | None = None
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SizedGuest:
    """One guest; the volumes are its own, beside the root volume."""

    entry: GuestEntry
    sizing: GuestSizing
    volumes: tuple[SizedVolume, ...]


@dataclass(frozen=True)
class ExpandedService:
    """A service in numbers: guests in the order of the profile, and the volumes that several of them share."""

    guests: tuple[SizedGuest, ...]
    shared_volumes: tuple[SizedVolume, ...]


def expand(
    profile: Profile, demand: Mapping[str, float], overrides: Mapping[str, int | None], catalogue: Catalogue
) -> ExpandedService:
    """Size every guest and volume of a profile; volumes of no size are left out.

    demand: of resolve(). overrides: vcpus, memory_mib, root_gib of every guest, None where the catalogue decides.
    MissingDemand when a quantity needs a demand that is not there.
    """
    guests: list[SizedGuest] = []
    for entry in profile.guests:
        wanted = {key: overrides.get(key) for key in ("vcpus", "memory_mib", "root_gib")}
        open_keys = {key: value for key, value in entry.sizing.items() if not wanted.get(key)}
        sizing = size_guest(
            {key: amount(value, demand) for key, value in open_keys.items()},
            wanted,
            catalogue.classes[entry.service_class],
            catalogue.defaults,
        )
        guests += [SizedGuest(entry, sizing, _volumes(entry.volumes, demand))] * amount(entry.count, demand)
    return ExpandedService(tuple(guests), _volumes(profile.shared_volumes, demand))


def _volumes(entries: tuple[VolumeEntry, ...], demand: Mapping[str, float]) -> tuple[SizedVolume, ...]:
    sized = (_volume(entry, demand) for entry in entries)
    return tuple(volume for volume in sized if volume.capacity_gib > 0)


def _volume(entry: VolumeEntry, demand: Mapping[str, float]) -> SizedVolume:
    capacity = amount(entry.capacity_gib, demand)
    if entry.growth == GROWN:
        capacity = math.ceil(round(capacity * demand["database_growth_factor"], 6))
    return SizedVolume(
        entry.purpose,
        capacity,
        None if entry.iops is None else amount(entry.iops, demand),
        entry.growth,
        amount(entry.initial_gib, demand),
        demand[entry.keep_years] if entry.keep_years else None,
        entry.consumers,
    )
