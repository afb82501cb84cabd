# SPDX-License-Identifier: GPL-3.0-or-later
"""Small random clusters, and slow but plain checks of them that share no code with the engine."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
)
from hypothesis import strategies as st


@st.composite
def clusters(draw, most_guests=9, most_hosts=5, n_plus=(0, 1)):
    """An instance and an assignment in which every guest has a host; rules and room may be broken."""
    hosts = tuple(
        EngineHost(
            f"h{i}",
            cpu=draw(st.sampled_from([8, 16])),
            memory=draw(st.sampled_from([16, 32])),
            rack=draw(st.sampled_from(["", "r1", "r2"])),
            features=draw(st.sampled_from([frozenset(), frozenset({"gpu"})])),
            available=draw(st.integers(0, 7)) > 0,
        )
        for i in range(draw(st.integers(2, most_hosts)))
    )
    guests = tuple(
        EngineGuest(
            f"g{i}",
            cpu=draw(st.integers(1, 4)),
            memory=draw(st.sampled_from([1, 2, 4, 8])),
            group=draw(st.sampled_from(["", "", "a", "b"])),
            scope=draw(st.sampled_from(["host", "host", "rack"])),
            needs=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"gpu"})])),
            movable=draw(st.integers(0, 9)) > 0,
            tenant=draw(st.sampled_from(["", "t1", "t2"])),
        )
        for i in range(draw(st.integers(1, most_guests)))
    )
    rules = Rules(
        n_plus=draw(st.sampled_from(n_plus)),
        racks=draw(st.booleans()),
        cpu_hard=draw(st.booleans()),
        tenants_apart=draw(st.sampled_from([frozenset(), frozenset({"t1"})])),
    )
    assignment = tuple(draw(st.integers(0, len(hosts) - 1)) for __ in guests)
    return Instance("random", hosts, guests, rules), assignment


def domain(instance, group, host):
    """The failure domain of a host for a group."""
    scopes = {guest.scope for guest in instance.guests if guest.group == group}
    found = instance.hosts[host]
    if "rack" in scopes and found.rack:
        return "rack " + found.rack
    return found.name


def colour(instance, guest):
    """The tenant of a guest where it must stand apart."""
    return guest.tenant if guest.tenant in instance.rules.tenants_apart else ""


def room_used(instance, assignment, host):
    """Memory and CPU of the guests on a host."""
    here = [guest for guest, at in zip(instance.guests, assignment, strict=True) if at == host]
    return sum(guest.memory for guest in here), sum(guest.cpu for guest in here)


def broken_rules(instance, assignment):
    """The broken hard rules as a set of names."""
    broken = set()
    for index, host in enumerate(instance.hosts):
        memory, cpu = room_used(instance, assignment, index)
        here = [guest for guest, at in zip(instance.guests, assignment, strict=True) if at == index]
        if memory > (host.memory if host.available else 0):
            broken.add(f"memory of {host.name}")
        if instance.rules.cpu_hard and cpu > (host.cpu if host.available else 0):
            broken.add(f"cpu of {host.name}")
        if len({colour(instance, guest) for guest in here}) > 1:
            broken.add(f"tenants on {host.name}")
        broken |= {f"{g.name} on {host.name}" for g in here if not host.available or not g.needs <= host.features}
    for group in {guest.group for guest in instance.guests} - {""}:
        places = [
            domain(instance, group, at)
            for guest, at in zip(instance.guests, assignment, strict=True)
            if guest.group == group and at >= 0
        ]
        broken |= {f"{group} in {place} x {n}" for place in places for n in range(2, places.count(place) + 1)}
    return broken


def absorbable(instance, assignment, failed):
    """Try every way to restart the guests of the failed hosts."""
    lost = [i for i, at in enumerate(assignment) if at in failed]
    left = [i for i, host in enumerate(instance.hosts) if host.available and i not in failed]
    now = [(-1 if at in failed else at) for at in assignment]

    def may(guest, host):
        return guest.needs <= instance.hosts[host].features and all(
            colour(instance, other) == colour(instance, guest)
            for other, at in zip(instance.guests, now, strict=True)
            if at == host
        )

    def near(index, host):
        guest = instance.guests[index]
        return bool(guest.group) and any(
            other.group == guest.group
            and at >= 0
            and domain(instance, guest.group, at) == domain(instance, guest.group, host)
            for i, (other, at) in enumerate(zip(instance.guests, now, strict=True))
            if i != index
        )

    def fits(index, host):
        memory, cpu = room_used(instance, now, host)
        guest = instance.guests[index]
        return memory + guest.memory <= instance.hosts[host].memory and (
            not instance.rules.cpu_hard or cpu + guest.cpu <= instance.hosts[host].cpu
        )

    def descend(position, down):
        if position == len(lost):
            return all(
                any(may_at_start[i, host] for host in left)
                and all(near(i, host) for host in left if may_at_start[i, host])
                for i in down
            )
        index = lost[position]
        for host in left:
            if may(instance.guests[index], host) and not near(index, host) and fits(index, host):
                now[index] = host
                if descend(position + 1, down):
                    return True
                now[index] = -1
        return bool(instance.guests[index].group) and descend(position + 1, [*down, index])

    may_at_start = {(i, host): may(instance.guests[i], host) for i in lost for host in left}
    return descend(0, [])
