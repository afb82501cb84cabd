# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine works on: hosts, guests and rules, and an assignment of guests to hosts.

Memory is in MiB. CPU is in any one integer unit for hosts and guests alike (the plan uses millicores).
An assignment is a tuple with one host index per guest; UNPLACED marks a guest without a host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNPLACED = -1
SCOPES = ("host", "rack", "site")
Assignment = tuple[int, ...]


@dataclass(frozen=True)
class EngineHost:
    """A host and its room for guests.

    rack, site  failure domains; '' stands for a domain of its own
    features    what it offers: licence, hardware, storage reach
    available   False: under maintenance or excluded; it keeps no guest and takes none, before and after failures
    """

    name: str
    cpu: int
    memory: int
    rack: str = ""
    site: str = ""
    features: frozenset[str] = frozenset()
    available: bool = True


@dataclass(frozen=True)
class EngineGuest:
    """A guest, what it takes from its host, and where it may run.

    group       guests of one group share no domain ('': no group)
    scope       that domain: host, rack or site; where members differ, the widest counts
    together    guests of one label run on one host ('': no label)
    needs       features that its host must have
    hosts       names of the hosts that may run it; None: all
    movable     False: it is not migrated while it runs; it may restart elsewhere after a failure
    disruption  weight of one migration, where 1 is an ordinary guest
    tenant      its tenant; see Rules.tenants_apart
    """

    name: str
    cpu: int
    memory: int
    group: str = ""
    scope: str = "host"
    together: str = ""
    needs: frozenset[str] = frozenset()
    hosts: frozenset[str] | None = None
    movable: bool = True
    disruption: int = 1
    tenant: str = ""


@dataclass(frozen=True)
class Rules:
    """What holds for the whole cluster.

    n_plus         number of hosts that may fail at once, 0 to 2
    racks          one whole rack may fail, too
    cpu_hard       CPU is a hard limit; False: it is only balanced, as Ganeti does
    tenants_apart  tenants whose guests share no host with the guests of any other tenant, or of none
    """

    n_plus: int = 1
    racks: bool = False
    cpu_hard: bool = True
    tenants_apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Instance:
    """A cluster."""

    name: str
    hosts: tuple[EngineHost, ...]
    guests: tuple[EngineGuest, ...]
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        """Refuse what no engine can work on (ValueError)."""
        if not 0 <= self.rules.n_plus <= 2:
            raise ValueError(f"cluster {self.name}: n_plus is {self.rules.n_plus}, it may be 0, 1 or 2")
        for kind, things in (("host", self.hosts), ("guest", self.guests)):
            _refuse_twins(self.name, kind, [thing.name for thing in things])
            for thing in things:
                if thing.cpu < 0 or thing.memory < 0:
                    raise ValueError(
                        f"{kind} {thing.name}: cpu {thing.cpu} and memory {thing.memory} must not be negative"
                    )
        for guest in self.guests:
            if guest.scope not in SCOPES:
                raise ValueError(f"guest {guest.name}: scope is {guest.scope!r}, it may be host, rack or site")


def read_cluster(data: Mapping[str, Any], *, n_plus: int = 1) -> tuple[Instance, Assignment]:
    """The instance and the assignment of a cluster in the benchmarks' JSON format; there CPU is only balanced."""
    hosts = tuple(
        EngineHost(
            name=host["name"],
            cpu=int(host["cpu"]),
            memory=int(host["mem"]),
            rack=host.get("zone") or "",
            available=not host.get("offline", False),
        )
        for host in data["hosts"]
    )
    guests = tuple(
        EngineGuest(name=vm["name"], cpu=int(vm["cpu"]), memory=int(vm["mem"]), group=vm.get("group") or "")
        for vm in data["vms"]
    )
    instance = Instance(str(data.get("name", "")), hosts, guests, Rules(n_plus=n_plus, cpu_hard=False))
    return instance, tuple(UNPLACED if host is None else int(host) for host in data["assign"])


def _refuse_twins(cluster: str, kind: str, names: list[str]) -> None:
    if len(set(names)) < len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"cluster {cluster}: two {kind}s are named {twin}")
