# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements that cannot hold together, as values; sentences can be made from them.

conflict_checks.py finds what counting proves, conflict_filter.py what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("capacity", "n_plus", "apart", "together", "needs", "hosts", "tenant", "maintenance")
UNITS = {"memory": "MiB of memory", "hosts": "hosts", "racks": "racks", "sites": "sites"}
MOST_NAMES = 6


@dataclass(frozen=True)
class Conflict:
    """One requirement of a conflicting set.

    kind      capacity, n_plus (the failure of `failed` must be absorbed), apart (replicas), together (affinity label),
              needs (feature), hosts (only these may run it), tenant (shares no host), maintenance (the host takes none)
    guests    those that have the requirement;  hosts: those that can serve it, or the one under maintenance
    label     group, affinity label, feature or tenant
    resource  what need and offer count: memory (MiB), cpu, hosts, racks, sites; '' for a rule without numbers
    failed    hosts that fail together, for n_plus
    """

    kind: str
    guests: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    label: str = ""
    resource: str = ""
    need: int = 0
    offer: int = 0
    failed: tuple[str, ...] = ()

    @property
    def shortfall(self) -> int:
        """How much is missing, in the unit of the resource."""
        return max(0, self.need - self.offer)

    def words(self, cpu_unit: str = "units of CPU") -> str:
        """The requirement as a sentence without a full stop."""
        guests, hosts = _list(self.guests), _list(self.hosts) or "no host"
        unit = cpu_unit if self.resource == "cpu" else UNITS.get(self.resource, "")
        numbers = f": {self.need} {unit} needed, {self.offer} there" if self.resource else ""
        lack = f", {self.shortfall} too few" if self.shortfall else ""
        if self.kind == "n_plus":
            return f"when {_list(self.failed)} fails, guests {guests} must fit on hosts {hosts}{numbers}{lack}"
        if self.kind == "capacity":
            return f"guests {guests} must fit on hosts {hosts}{numbers}{lack}"
        if self.kind == "apart":
            return f"replicas {guests} of group {self.label} must stand apart on hosts {hosts}{numbers}{lack}"
        if self.kind == "together":
            return f"guests {guests} must share one host (affinity label {self.label}){numbers}{lack}"
        if self.kind == "needs":
            return f"guests {guests} need {self.label}, which hosts {hosts} have{numbers}{lack}"
        if self.kind == "hosts":
            return f"guests {guests} may run on {hosts} only{numbers}{lack}"
        if self.kind == "tenant":
            return f"guests {guests} of tenant {self.label} share no host with other tenants{numbers}{lack}"
        return f"guests {guests} cannot use {hosts} during maintenance"


@dataclass(frozen=True)
class Infeasible:
    """No placement.

    sets        each a set of requirements that cannot hold together; dropping any one of a set resolves that set
    exhaustive  proved; False: the search ended at its limit, and the first set says where it got stuck
    """

    cluster: str
    sets: tuple[tuple[Conflict, ...], ...]
    exhaustive: bool

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The first conflicting set."""
        return self.sets[0]

    def words(self) -> tuple[str, ...]:
        """One sentence per set."""
        tail = "" if self.exhaustive else " (the search ended at its limit)"
        return tuple("; and ".join(conflict.words() for conflict in found) + tail for found in self.sets)


def _list(names: tuple[str, ...]) -> str:
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"
