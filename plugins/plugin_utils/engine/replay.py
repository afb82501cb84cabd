# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay a schedule and check every instant of it, independently of how it was made.

During a wave each moving guest counts on both hosts. Failures are checked by failures.py on the guests that do not
move, on hosts that are smaller by what moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from .arrays import compile
from .failures import Scenario, check_failures
from .instance import SCOPES, UNPLACED, EngineGuest, EngineHost, Instance
from .ledger import failures_to_absorb
from .order import Limits, Move, Schedule

Ends = dict[str, tuple[str, ...]]


def faults(
    instance: Instance, before: Sequence[int], schedule: Schedule, limits: Limits | None = None
) -> tuple[str, ...]:
    """What is wrong with a schedule, as sentences; () when it can be executed."""
    limits = limits or Limits()
    guests = {guest.name: guest for guest in instance.guests}
    at = {
        guest.name: instance.hosts[host].name
        for guest, host in zip(instance.guests, before, strict=True)
        if host != UNPLACED
    }
    found: list[str] = []
    for number, wave in enumerate(schedule.waves, 1):
        moves = {move.guest: move for move in wave.moves}
        ends = {g: (h, moves[g].target) if g in moves else (h,) for g, h in at.items()}
        errors = [f"{m.guest} is on {at[m.guest]}, not on {m.source}" for m in wave.moves if at[m.guest] != m.source]
        errors += _over_limits(wave.moves, guests, limits)
        errors += [e for move in wave.moves for e in _breaches(instance, guests, ends, move)]
        if not wave.alone:
            errors += _fatal(instance, ends, schedule.tolerated)
        elif len({(m.source, m.target) for m in wave.moves}) > 1:
            errors.append("several moves in a wave that must be cancelled when a host fails")
        else:
            errors += _fatal(instance, {g: (h,) for g, h in at.items()}, schedule.tolerated)
        at |= {move.guest: move.target for move in wave.moves}
        if wave.alone:
            errors += _fatal(instance, {g: (h,) for g, h in at.items()}, schedule.tolerated)
        found += [f"wave {number}: {error}" for error in errors]
    last = _fatal(instance, {g: (h,) for g, h in at.items()}, schedule.tolerated)
    return (*found, *(f"at the end: {error}" for error in last))


def _over_limits(moves: Iterable[Move], guests: dict[str, EngineGuest], limits: Limits) -> list[str]:
    """Guests that stay together move one after the other and count once."""
    runs = {(guests[m.guest].together or m.guest, m.source, m.target) for m in moves}
    hosts = [host for __, source, target in runs for host in (source, target)]
    errors = [f"{len(runs)} moves at once, {limits.parallel} allowed"] if len(runs) > limits.parallel else []
    for host in sorted(set(hosts)):
        if hosts.count(host) > limits.per_host:
            errors.append(f"{hosts.count(host)} moves at once on {host}, {limits.per_host} allowed")
    return errors


def _breaches(instance: Instance, guests: dict[str, EngineGuest], ends: Ends, move: Move) -> list[str]:
    """Rules that the guest breaks on its target."""
    hosts = {host.name: host for host in instance.hosts}
    guest, target = guests[move.guest], hosts[move.target]
    there = [guests[g] for g, places in ends.items() if target.name in places]
    errors = []
    if not target.available or not guest.needs <= target.features or target.name not in (guest.hosts or {target.name}):
        errors.append(f"{target.name} may not run {guest.name}")
    if sum(g.memory for g in there) > target.memory:
        errors.append(f"{sum(g.memory for g in there)} MiB on {target.name}, which has {target.memory} MiB")
    if instance.rules.cpu_hard and sum(g.cpu for g in there) > target.cpu:
        errors.append(f"{sum(g.cpu for g in there)} of CPU on {target.name}, which has {target.cpu}")
    apart = instance.rules.tenants_apart
    if any(g.tenant != guest.tenant and {g.tenant, guest.tenant} & apart for g in there):
        errors.append(f"{guest.name} meets another tenant on {target.name}")
    scope = _scope(instance, guest.group)
    for other in (g for g in instance.guests if guest.group and g.group == guest.group and g.name != guest.name):
        for place in ends.get(other.name, ()):
            if _domain(hosts[place], scope) == _domain(target, scope):
                errors.append(f"{guest.name} meets its replica {other.name} on {target.name}")
    return errors


def _fatal(instance: Instance, ends: Ends, tolerated: Iterable[str]) -> list[str]:
    """Failures that are not absorbed while the guests stand at these ends."""
    names = [host.name for host in instance.hosts]
    fails = [fail for fail in failures_to_absorb(instance) if fail.name not in set(tolerated)]
    both = {frozenset(names.index(h) for h in places) for places in ends.values() if len(places) > 1}
    plain = [fail for fail in fails if not any(pair <= set(fail.hosts) for pair in both)]
    missed = _unabsorbed(instance, ends, plain)
    if missed and both:
        missed = [fail for fail in missed if not _in_each_state(instance, ends, fail)]
    for fail in (fail for fail in fails if fail not in plain):
        down = {names[h] for h in fail.hosts}
        lost = {g: places[:1] if set(places) <= down else places for g, places in ends.items()}
        missed += _unabsorbed(instance, lost, [fail])
    return [f"the failure of {fail.name} is not absorbed" for fail in missed]


def _in_each_state(instance: Instance, ends: Ends, fail: Scenario) -> bool:
    """Is the failure absorbed whichever moves have ended? A replica rests only where it stands, not where it goes."""
    moving = [g for g, places in ends.items() if len(places) > 1]
    for ended in product((0, 1), repeat=len(moving)):
        at = {**ends, **{g: (ends[g][end],) for g, end in zip(moving, ended, strict=True)}}
        booked = {g: ends[g][1] for g, end in zip(moving, ended, strict=True) if not end}
        down = {instance.hosts[h].name for h in fail.hosts}
        booked = {g: host for g, host in booked.items() if not set(at[g]) <= down}
        if _unabsorbed(_booked(instance, booked), at, [fail]):
            return False
    return True


def _booked(instance: Instance, booked: dict[str, str]) -> Instance:
    """With the hosts smaller by what has been booked on them."""
    room = {h.name: [h.cpu, h.memory] for h in instance.hosts}
    for guest in instance.guests:
        if guest.name in booked:
            room[booked[guest.name]][0] -= guest.cpu
            room[booked[guest.name]][1] -= guest.memory
    hosts = tuple(replace(h, cpu=max(0, room[h.name][0]), memory=max(0, room[h.name][1])) for h in instance.hosts)
    return replace(instance, hosts=hosts)


def _unabsorbed(instance: Instance, ends: Ends, fails: Sequence[Scenario]) -> list[Scenario]:
    """Failures that are not absorbed with moving guests on both hosts; the others have one end."""
    hosts = {host.name: host for host in instance.hosts}
    moving = [g for g in instance.guests if len(ends.get(g.name, ())) > 1]
    smaller = [
        replace(
            host,
            cpu=host.cpu - sum(g.cpu for g in moving if host.name in ends[g.name]),
            memory=host.memory - sum(g.memory for g in moving if host.name in ends[g.name]),
        )
        for host in instance.hosts
    ]
    smaller = [replace(h, cpu=max(0, h.cpu), memory=max(0, h.memory)) for h in smaller]
    still = [g for g in instance.guests if len(ends.get(g.name, ())) == 1]
    kept = tuple(replace(g, hosts=_open_to(instance, hosts, g, moving, ends)) for g in still)
    state = replace(instance, hosts=tuple(smaller), guests=kept)
    index = {host.name: i for i, host in enumerate(instance.hosts)}
    found = check_failures(compile(state), [index[ends[g.name][0]] for g in still], which=fails)
    return [answer.scenario for answer in found if answer.targets is None]


def _open_to(
    instance: Instance, hosts: dict[str, EngineHost], guest: EngineGuest, moving: list[EngineGuest], ends: Ends
) -> frozenset[str] | None:
    """Hosts that a moving replica or another tenant's moving guest does not close to the guest."""
    closed: set[str] = set()
    apart = instance.rules.tenants_apart
    for other in moving:
        if other.tenant != guest.tenant and {other.tenant, guest.tenant} & apart:
            closed |= set(ends[other.name])
        if guest.group and other.group == guest.group:
            scope = _scope(instance, guest.group)
            taken = {_domain(hosts[place], scope) for place in ends[other.name]}
            closed |= {name for name, host in hosts.items() if _domain(host, scope) in taken}
    if not closed:
        return guest.hosts
    return frozenset(name for name in (guest.hosts or hosts) if name not in closed)


def _scope(instance: Instance, group: str) -> str:
    scopes = [g.scope for g in instance.guests if group and g.group == group]
    return max(scopes, key=SCOPES.index, default="host")


def _domain(host: EngineHost, scope: str) -> tuple[str, ...]:
    if scope == "site":
        return (host.site,) if host.site else ("", host.name)
    if scope == "rack" and host.rack:
        return host.site, host.rack
    return "", "", host.name
