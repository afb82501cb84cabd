# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the storage of each site hold its volumes?"""

from __future__ import annotations

from ..catalogue.entries import Catalogue
from ..model.intent import Intent
from ..storage.ceph import storage_room
from .decisions import Decisions
from .infeasible import storage_too_small
from .tenants import service_gib


def decide_storage(intent: Intent, catalogue: Catalogue, made: Decisions) -> None:
    """Room of each site's storage; a finding where it is too small."""
    size, min_size = int(catalogue.defaults["ceph_size"]), int(catalogue.defaults["ceph_min_size"])
    fill = int(catalogue.defaults["ceph_fill_percent"])
    for site in intent.sites:
        raw = {
            h.name: sum(d.capacity_gib for d in intent.profile_of(h).disks) for h in intent.hypervisors_of(site.name)
        }
        need = sum(service_gib(s) for s in made.services if s.site == site.name)
        room = storage_room(raw, size, min_size, fill, need)
        made.storage[site.name] = room
        if need > room.usable_gib:
            made.findings.append(storage_too_small(intent, site.name, room, fill))
