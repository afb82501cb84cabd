# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage cluster of a site: who runs what, and how much it holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from fractions import Fraction

MONS = 3
MGRS = 2


def storage_fsid(hospital: str, domain: str, site: str, previous: str | None) -> str:
    """The cluster's id: kept for ever once it is planned."""
    return previous or str(uuid.uuid5(uuid.NAMESPACE_DNS, f"ceph.{site}.{hospital}.{domain}"))


def spread_daemons(hosts: Mapping[str, str], previous: Iterable[str], count: int) -> list[str]:
    """Hosts of the mons or mgrs: those of the last plan stay, then one per rack, then in the hosts' order.

    hosts: host -> rack, in the order of the intent. The answer is in that order too.
    """
    chosen = [name for name in previous if name in hosts][:count]
    while len(chosen) < min(count, len(hosts)):
        racks = {hosts[name] for name in chosen}
        left = [name for name in hosts if name not in chosen]
        chosen.append(next((name for name in left if hosts[name] not in racks), left[0]))
    return [name for name in hosts if name in chosen]


def usable_gib(raw_gib_by_host: Mapping[str, int], size: int, fill_percent: int) -> Fraction:
    """What guests may take: raw without the largest host, to the fill limit, divided by the copies.

    A host's failure then heals without passing Ceph's nearfull ratio [engineering assumption].
    """
    left = sum(raw_gib_by_host.values()) - max(raw_gib_by_host.values(), default=0)
    return Fraction(left * fill_percent, 100 * size)
