# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam of the placement engine: what goes in, what comes out. Nothing here knows the intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

RESOURCES = ("vcpus", "memory_mib")


@dataclass(frozen=True)
class HostRoom:
    """A host and its room for guests."""

    name: str
    vcpus: int
    memory_mib: int


@dataclass(frozen=True)
class GuestNeed:
    """A guest and what it takes from its host.

    group: guests of one group never share a host ('' : no group)
    hosts: hosts that may run it, None: all (the others lack its network)
    """

    name: str
    service: str
    vcpus: int
    memory_mib: int
    group: str = ""
    hosts: frozenset[str] | None = None


@dataclass(frozen=True)
class Cluster:
    """Hosts among which guests are placed. n_plus: simultaneous host failures to absorb (0 or 1)."""

    name: str
    hosts: tuple[HostRoom, ...]
    n_plus: int = 1


@dataclass(frozen=True)
class Placement:
    """Where each guest goes, and where it goes when its first host fails.

    hosts     guest -> first host
    failures  failed host -> {guest on it -> host that takes it, None: stays down, its replicas carry on}
    why       guest -> reason for its first host
    """

    hosts: Mapping[str, str]
    failures: Mapping[str, Mapping[str, str | None]]
    why: Mapping[str, str]


@dataclass(frozen=True)
class Infeasible:
    """No placement: the guest that does not fit, the resource and the shortfall in numbers.

    failed: the host whose failure can't be absorbed, None when the guest fits nowhere to begin with
    resource: one of RESOURCES, 'hosts' (anti-affinity) or 'segment' (no host may run it)
    exhaustive: every placement was tried; False: the search ended at its limit
    added: the guest whose placing broke N+1, when that is another one
    """

    cluster: str
    guest: str
    service: str
    resource: str
    hosts: tuple[str, ...]
    need: int
    offer: int
    failed: str | None = None
    exhaustive: bool = True
    added: str = ""

    @property
    def shortfall(self) -> int:
        """How much is missing, in the resource's unit."""
        return self.need - self.offer


class Engine(Protocol):
    """A placement engine: pure and deterministic."""

    def __call__(
        self,
        cluster: Cluster,
        guests: tuple[GuestNeed, ...],
        previous: Mapping[str, str],
        wishes: Mapping[str, str | None] | None = None,
    ) -> Placement | Infeasible:
        """Place the guests.

        previous: guest -> host of the last plan; wishes: guest -> its failover target there. Both stay if they can.
        """
