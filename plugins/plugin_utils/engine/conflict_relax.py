# SPDX-License-Identifier: GPL-3.0-or-later
"""The requirements of an instance one by one, and the instance without some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from .instance import EngineGuest, Instance
from .ledger import failures_to_absorb


@dataclass(frozen=True, order=True)
class Requirement:
    """kind as in Conflict; key: resource, group, label, feature, guest, tenant, host, or the hosts that fail."""

    kind: str
    key: str | tuple[str, ...]


def requirements(instance: Instance) -> list[Requirement]:
    """All requirements, those first that are the best to do without in an explanation."""
    guests, hosts = instance.guests, instance.hosts
    tenants = {g.tenant for g in guests} & instance.rules.tenants_apart
    found: list[Requirement] = [Requirement("tenant", name) for name in sorted(tenants)]
    found += [Requirement("maintenance", h.name) for h in hosts if not h.available]
    found += [Requirement("hosts", g.name) for g in guests if g.hosts is not None]
    found += [Requirement("needs", f) for f in sorted(set(chain.from_iterable(g.needs for g in guests)))]
    found += [Requirement("together", label) for label in _shared(g.together for g in guests)]
    found += [Requirement("apart", group) for group in _shared(g.group for g in guests)]
    fails = failures_to_absorb(instance)
    found += [Requirement("n_plus", tuple(hosts[h].name for h in fail.hosts)) for fail in reversed(fails)]
    if instance.rules.cpu_hard:
        found.append(Requirement("capacity", "cpu"))
    return [*found, Requirement("capacity", "memory")]


def relaxed(instance: Instance, kept: Iterable[Requirement], guests: Sequence[str] | None = None) -> Instance:
    """The instance with only these requirements (and only these guests). Failures are given apart: see `fails_of`."""
    has = set(kept).__contains__
    wanted = None if guests is None else set(guests)
    return replace(
        instance,
        hosts=tuple(
            replace(h, available=h.available or not has(Requirement("maintenance", h.name))) for h in instance.hosts
        ),
        guests=tuple(_relaxed(g, has) for g in instance.guests if wanted is None or g.name in wanted),
        rules=replace(
            instance.rules,
            n_plus=0,
            racks=False,
            cpu_hard=has(Requirement("capacity", "cpu")),
            tenants_apart=frozenset(t for t in instance.rules.tenants_apart if has(Requirement("tenant", t))),
        ),
    )


def _relaxed(guest: EngineGuest, has: Callable[[object], bool]) -> EngineGuest:
    return replace(
        guest,
        memory=guest.memory if has(Requirement("capacity", "memory")) else 0,
        group=guest.group if has(Requirement("apart", guest.group)) else "",
        together=guest.together if has(Requirement("together", guest.together)) else "",
        needs=frozenset(f for f in guest.needs if has(Requirement("needs", f))),
        hosts=guest.hosts if has(Requirement("hosts", guest.name)) else None,
    )


def _shared(labels: Iterable[str]) -> list[str]:
    """Labels that two guests have at least."""
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
    return sorted(label for label, count in seen.items() if label and count > 1)
