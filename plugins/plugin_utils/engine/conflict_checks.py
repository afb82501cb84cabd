# SPDX-License-Identifier: GPL-3.0-or-later
"""Conflicts that counting alone proves: a guest that no host can take, too many replicas, too much volume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .conflict import Conflict
from .instance import EngineGuest, EngineHost, Instance
from .ledger import failures_to_absorb

Set = tuple[Conflict, ...]
RESOURCES = ("memory", "cpu")


def contradictions(instance: Instance) -> tuple[Set, ...]:
    """Independent sets of requirements that conflict: all that the first check finds that finds any; else ()."""
    for check in (broken_bundles, _homeless):
        found = tuple(check(instance))
        if found:
            return found
    return tuple(_too_many_replicas(instance)) or tuple(_too_much(instance))[:1]


def _bundles(guests: Iterable[EngineGuest]) -> list[list[EngineGuest]]:
    """Guests that share a host; most stand alone."""
    found: dict[tuple[str, str], list[EngineGuest]] = {}
    for guest in guests:
        found.setdefault((guest.together, "" if guest.together else guest.name), []).append(guest)
    return list(found.values())


def broken_bundles(instance: Instance) -> Iterable[Set]:
    """Affinity against anti-affinity or tenants."""
    apart = instance.rules.tenants_apart
    for bundle in _bundles(g for g in instance.guests if g.together):
        together = Conflict("together", _names(bundle), (), bundle[0].together)
        for group in sorted({g.group for g in bundle if g.group}):
            twins = [g for g in bundle if g.group == group]
            if len(twins) > 1:
                names = _names(twins)
                yield (
                    Conflict("together", names, (), bundle[0].together),
                    Conflict("apart", names, (), group, "hosts", len(names), 1),
                )
        tenants = sorted({g.tenant if g.tenant in apart else "" for g in bundle})
        if len(tenants) > 1:
            mine = [g for g in bundle if g.tenant == tenants[-1]]
            yield together, Conflict("tenant", _names(mine), (), tenants[-1])


def _homeless(instance: Instance) -> Iterable[Set]:
    """Guests that no host can take, even alone."""
    seen: set[tuple] = set()
    for bundle in _bundles(instance.guests):
        shape = tuple((g.cpu, g.memory, g.needs, g.hosts) for g in bundle)
        if shape in seen:
            continue
        kinds = ["maintenance", "hosts", "needs", *(r for r in RESOURCES if r == "memory" or instance.rules.cpu_hard)]

        def broken(kept: Sequence[str], bundle: list[EngineGuest] = bundle) -> bool:
            return not any(_takes(host, bundle, kept) for host in instance.hosts)

        if not broken(kinds):
            seen.add(shape)
            continue
        yield tuple(_about(instance, bundle, kind, _minimal(kinds, broken)) for kind in _minimal(kinds, broken)) + (
            (Conflict("together", _names(bundle), (), bundle[0].together),) if len(bundle) > 1 else ()
        )


def _takes(host: EngineHost, bundle: Sequence[EngineGuest], kinds: Sequence[str]) -> bool:
    """Can the empty host take the bundle, as far as these kinds of requirement go?"""
    return (
        ("maintenance" not in kinds or host.available)
        and ("hosts" not in kinds or all(g.hosts is None or host.name in g.hosts for g in bundle))
        and ("needs" not in kinds or all(g.needs <= host.features for g in bundle))
        and all(r not in kinds or sum(getattr(g, r) for g in bundle) <= getattr(host, r) for r in RESOURCES)
    )


def _about(instance: Instance, bundle: Sequence[EngineGuest], kind: str, kinds: Sequence[str]) -> Conflict:
    """One requirement of a bundle; room is counted on the hosts that the other kinds leave."""
    rest = [k for k in kinds if k != kind]
    if kind in RESOURCES:
        left = [h for h in instance.hosts if _takes(h, bundle, rest)]
        need, offer = sum(getattr(g, kind) for g in bundle), max((getattr(h, kind) for h in left), default=0)
        return Conflict("capacity", _names(bundle), tuple(h.name for h in left), "", kind, need, offer)
    if kind == "needs":
        features = frozenset().union(*(g.needs for g in bundle))
        have = tuple(h.name for h in instance.hosts if features <= h.features)
        return Conflict("needs", _names(bundle), have, ", ".join(sorted(features)), "hosts", 1, 0)
    if kind == "hosts":
        limited = [g for g in bundle if g.hosts is not None]
        names = frozenset.intersection(*(g.hosts for g in limited if g.hosts is not None))
        return Conflict("hosts", _names(limited), tuple(sorted(names)), "", "hosts", 1, 0)
    closed = tuple(h.name for h in instance.hosts if not h.available and _takes(h, bundle, rest))
    return Conflict("maintenance", _names(bundle), closed)


def _too_many_replicas(instance: Instance) -> Iterable[Set]:
    """Groups with more members than domains."""
    groups: dict[str, list[EngineGuest]] = {}
    for guest in instance.guests:
        if guest.group:
            groups.setdefault(guest.group, []).append(guest)
    for group, members in groups.items():
        scope = max((g.scope for g in members), key=("host", "rack", "site").index)

        def domains(kept: Sequence[str], members: list[EngineGuest] = members, scope: str = scope) -> int:
            usable = [h for h in instance.hosts if any(_takes(h, [g], kept) for g in members)]
            return len({_domain(host, scope) for host in usable})

        kinds = ["maintenance", "hosts", "needs"]
        if domains(kinds) >= len(members):
            continue
        kept = _minimal(kinds, lambda some, count=domains, group=members: count(some) < len(group))
        hosts = tuple(h.name for h in instance.hosts if any(_takes(h, [g], kept) for g in members))
        yield (
            Conflict("apart", _names(members), hosts, group, scope + "s", len(members), domains(kept)),
            *(_limit(instance, members, kind) for kind in kept),
        )


def _limit(instance: Instance, members: Sequence[EngineGuest], kind: str) -> Conflict:
    if kind == "maintenance":
        return Conflict("maintenance", _names(members), tuple(h.name for h in instance.hosts if not h.available))
    limited = [g for g in members if (g.hosts is not None if kind == "hosts" else g.needs)]
    if kind == "hosts":
        return Conflict("hosts", _names(limited), tuple(sorted(frozenset().union(*(g.hosts or () for g in limited)))))
    features = frozenset().union(*(g.needs for g in limited))
    return Conflict(
        "needs",
        _names(limited),
        tuple(h.name for h in instance.hosts if features & h.features),
        ", ".join(sorted(features)),
    )


def _too_much(instance: Instance) -> Iterable[Set]:
    """More volume than the hosts have, all of them or those that a failure leaves; replicas may rest then."""
    resources = [r for r in RESOURCES if r == "memory" or instance.rules.cpu_hard]
    reaches = dict.fromkeys((g.needs, g.hosts) for g in instance.guests)
    for needs, names in [(frozenset(), None), *reaches]:
        usable = [
            h for h in instance.hosts if h.available and needs <= h.features and (names is None or h.name in names)
        ]
        own = [
            g
            for g in instance.guests
            if needs <= g.needs and (names is None or g.hosts is not None and g.hosts <= names)
        ]
        bound = (
            [Conflict("needs", _names(own), tuple(h.name for h in usable), ", ".join(sorted(needs)))] if needs else []
        )
        bound += [Conflict("hosts", _names(own), tuple(sorted(names)))] if names is not None else []
        for resource in resources:
            need, offer = (sum(getattr(x, resource) for x in things) for things in (own, usable))
            if need > offer:
                yield Conflict("capacity", _names(own), _host_names(usable), "", resource, need, offer), *bound
        single = [g for g in own if not g.group]
        for resource in resources:
            need = sum(getattr(g, resource) for g in single)
            for fail in _largest_first(instance, resource):
                left = [h for h in usable if h.name not in fail]
                offer = sum(getattr(h, resource) for h in left)
                if need > offer:
                    yield Conflict("n_plus", _names(single), _host_names(left), "", resource, need, offer, fail), *bound
                    break


def _largest_first(instance: Instance, resource: str) -> list[tuple[str, ...]]:
    fails = [tuple(instance.hosts[h] for h in fail.hosts) for fail in failures_to_absorb(instance)]
    fails.sort(key=lambda hosts: -sum(getattr(h, resource) for h in hosts))
    return [_host_names(hosts) for hosts in fails]


def _minimal(kinds: Sequence[str], broken: Callable[[Sequence[str]], bool]) -> list[str]:
    """What is left of the kinds when each that can go has gone, the first ones first."""
    kept = list(kinds)
    for kind in kinds:
        without = [k for k in kept if k != kind]
        if broken(without):
            kept = without
    return kept


def _domain(host: EngineHost, scope: str) -> tuple[str, ...]:
    if scope == "host":
        return (host.name,)
    if scope == "rack":
        return (host.site, host.rack) if host.rack else ("", "", host.name)
    return (host.site,) if host.site else ("", host.name)


def _names(guests: Iterable[EngineGuest]) -> tuple[str, ...]:
    return tuple(guest.name for guest in guests)


def _host_names(hosts: Iterable[EngineHost]) -> tuple[str, ...]:
    return tuple(host.name for host in hosts)
