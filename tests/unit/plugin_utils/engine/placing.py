# SPDX-License-Identifier: GPL-3.0-or-later
"""Small clusters, and the rules of placement once more, by plain enumeration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
)
from hypothesis import strategies as st


def host(name, cpu=100, memory=100, **more):
    return EngineHost(name, cpu, memory, **more)


def guest(name, cpu=10, memory=10, **more):
    return EngineGuest(name, cpu, memory, **more)


def cluster(hosts, guests, **rules):
    return Instance("main", tuple(hosts), tuple(guests), Rules(**rules))


@st.composite
def clusters(draw, most_hosts=4, most_guests=6, groups=("", "", "a", "b")):
    """Up to four hosts and six guests, with every kind of rule now and then."""
    hosts = [
        host(
            f"h{i}",
            draw(st.sampled_from((60, 100))),
            draw(st.sampled_from((60, 100))),
            rack=draw(st.sampled_from(("r1", "r2", ""))),
            features=frozenset({"gpu"} if draw(st.integers(0, 2)) else ()),
            available=draw(st.integers(0, 7)) > 0,
        )
        for i in range(draw(st.integers(2, most_hosts)))
    ]
    guests = [
        guest(
            f"g{i}",
            draw(st.sampled_from((10, 25, 40))),
            draw(st.sampled_from((10, 20, 30, 50))),
            group=draw(st.sampled_from(groups)),
            scope=draw(st.sampled_from(("host", "host", "rack"))),
            tenant=draw(st.sampled_from(("", "", "", "t"))),
        )
        for i in range(draw(st.integers(1, most_guests)))
    ]
    if draw(st.booleans()):
        guests[0] = replace(guests[0], needs=frozenset({"gpu"}), group="")
    if len(guests) > 2 and draw(st.booleans()):
        guests[1:3] = [replace(g, together="pair", group="", tenant="") for g in guests[1:3]]
    rules = Rules(
        n_plus=draw(st.integers(0, 2 if len(hosts) > 2 else 1)),
        racks=draw(st.integers(0, 3)) == 0,
        tenants_apart=frozenset({"t"} if draw(st.booleans()) else ()),
    )
    return Instance("main", tuple(hosts), tuple(guests), rules)


def domain(h: EngineHost, scope: str) -> tuple[str, ...]:
    if scope == "rack" and h.rack:
        return ("rack", h.site, h.rack)
    if scope == "site" and h.site:
        return ("site", h.site)
    return ("host", h.name)


def scope_of(instance: Instance, group: str) -> str:
    return max((g.scope for g in instance.guests if g.group == group), key=("host", "rack", "site").index)


def may_run(g: EngineGuest, h: EngineHost) -> bool:
    return h.available and g.needs <= h.features and (g.hosts is None or h.name in g.hosts)


def strangers(instance: Instance, a: EngineGuest, b: EngineGuest) -> bool:
    return a.tenant != b.tenant and bool({a.tenant, b.tenant} & instance.rules.tenants_apart)


def lawful(instance: Instance, at: Mapping[str, str]) -> bool:
    """Capacity, replicas, affinity, tenants, reach; guests that are not in `at` do not run."""
    hosts = {h.name: h for h in instance.hosts}
    running = [g for g in instance.guests if g.name in at]
    for h in instance.hosts:
        here = [g for g in running if at[g.name] == h.name]
        cpu = sum(g.cpu for g in here) if instance.rules.cpu_hard else 0
        if cpu > h.cpu or sum(g.memory for g in here) > h.memory or not all(may_run(g, h) for g in here):
            return False
    for a, b in combinations(running, 2):
        if at[a.name] == at[b.name] and strangers(instance, a, b):
            return False
        if a.together and a.together == b.together and at[a.name] != at[b.name]:
            return False
        if a.group and a.group == b.group:
            scope = scope_of(instance, a.group)
            if domain(hosts[at[a.name]], scope) == domain(hosts[at[b.name]], scope):
                return False
    return True


def failures(instance: Instance) -> list[set[str]]:
    """Sets of hosts that may fail together."""
    up = [h for h in instance.hosts if h.available]
    found = [{h.name for h in some} for k in range(1, instance.rules.n_plus + 1) for some in combinations(up, k)]
    if instance.rules.racks:
        racks = {h.rack for h in up if h.rack}
        found += [{h.name for h in up if h.rack == rack} for rack in sorted(racks)]
    return found


def absorbable(instance: Instance, at: Mapping[str, str], failed: set[str]) -> bool:
    """Is there a place for every guest of the failed hosts, resting ones aside?"""
    lost = [g.name for g in instance.guests if at.get(g.name) in failed]
    stay = {name: h for name, h in at.items() if h not in failed}
    left = [h.name for h in instance.hosts if h.name not in failed and h.available]
    for goals in product([*left, None], repeat=len(lost)):
        after = {**stay, **{name: goal for name, goal in zip(lost, goals, strict=True) if goal}}
        down = [name for name, goal in zip(lost, goals, strict=True) if goal is None]
        if lawful(instance, after) and all(may_rest(instance, after, name, failed) for name in down):
            return True
    return False


def may_rest(instance: Instance, at: Mapping[str, str], name: str, failed: set[str]) -> bool:
    """Do replicas hold every host that is left to the guest?"""
    hosts = {h.name: h for h in instance.hosts}
    by_name = {g.name: g for g in instance.guests}
    me = by_name[name]
    if not me.group:
        return False
    scope = scope_of(instance, me.group)
    left = [
        h
        for h in instance.hosts
        if h.name not in failed
        and may_run(me, h)
        and not any(strangers(instance, me, by_name[g]) for g, where in at.items() if where == h.name)
    ]
    mates = [domain(hosts[where], scope) for g, where in at.items() if by_name[g].group == me.group and g != name]
    return bool(left) and all(domain(h, scope) in mates for h in left)


def good(instance: Instance, at: Mapping[str, str]) -> bool:
    """Lawful, and every failure can be absorbed."""
    return lawful(instance, at) and all(absorbable(instance, at, failed) for failed in failures(instance))


def placements(instance: Instance) -> Iterator[dict[str, str]]:
    """Every good placement."""
    names = [g.name for g in instance.guests]
    for places in product([h.name for h in instance.hosts], repeat=len(names)):
        at = dict(zip(names, places, strict=True))
        if good(instance, at):
            yield at
