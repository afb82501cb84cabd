# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments, schedules and failures as lines for people. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..engine.failures import Failover
from ..engine.instance import UNPLACED, Instance
from ..engine.order import Schedule

MIB_PER_GIB = 1024
FEW = 6


def aligned(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Rows as columns of equal width; `right`: indexes of the columns that hold numbers."""
    numbers = set(right)
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def host_lines(instance: Instance, before: Sequence[int], after: Sequence[int]) -> list[str]:
    """What the guests take of each host, now and after the moves."""
    rows = [["host", "CPU now", "memory now", "guests", "CPU then", "memory then", "guests", ""]]
    for index, host in enumerate(instance.hosts):
        cells = [cell for places in (before, after) for cell in _load(instance, places, index)]
        rows.append([host.name, *cells, "" if host.available else "takes no guest"])
    return aligned(rows, range(1, 7))


def _load(instance: Instance, places: Sequence[int], host: int) -> list[str]:
    guests = [guest for guest, place in zip(instance.guests, places, strict=True) if place == host]
    room = instance.hosts[host]
    cpu, memory = sum(guest.cpu for guest in guests), sum(guest.memory for guest in guests)
    return [_percent(cpu, room.cpu), _percent(memory, room.memory), str(len(guests))]


def _percent(used: int, room: int) -> str:
    if room:
        return f"{100 * used / room:.0f} %"
    return "none" if used == 0 else "over"


def move_lines(instance: Instance, schedule: Schedule, why: Mapping[str, str]) -> list[str]:
    """Each move with its wave; why: guest -> reason."""
    memory = {guest.name: guest.memory for guest in instance.guests}
    rows = [["wave", "guest", "from", "to", "GiB", "why"]]
    for number, wave in enumerate(schedule.waves, start=1):
        for move in wave.moves:
            reason = "stays there only until its own host has room" if move.parking else why.get(move.guest, "")
            rows.append([str(number), move.guest, move.source, move.target, gib(memory[move.guest]), reason])
    return aligned(rows, (0, 4))


def gib(mib: float) -> str:
    """MiB as GiB with one digit."""
    return f"{mib / MIB_PER_GIB:.1f}"


def total_line(instance: Instance, schedule: Schedule) -> str:
    """How many moves, GiB, waves and minutes."""
    memory = {guest.name: guest.memory for guest in instance.guests}
    moved = sum(memory[move.guest] for move in schedule.moves)
    return (
        f"{counted(len(schedule.moves), 'move')}, {gib(moved)} GiB of memory, {counted(len(schedule.waves), 'wave')}, "
        f"about {max(1, round(schedule.minutes))} min."
    )


def counted(number: int, word: str) -> str:
    """1 move, 2 moves."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def failure_lines(instance: Instance, failovers: Sequence[Failover]) -> list[str]:
    """Where the guests of each failing host (pair, rack) go; what can't be absorbed is said."""
    if not failovers:
        return ["No failure of a host is absorbed by plan: n_plus is 0."]
    names, hosts = [guest.name for guest in instance.guests], [host.name for host in instance.hosts]
    rows = [["when lost", "its guests go to"]]
    for found in failovers:
        rows.append([found.scenario.name, _targets(found, names, hosts)])
    return aligned(rows)


def _targets(found: Failover, names: Sequence[str], hosts: Sequence[str]) -> str:
    if found.targets is None:
        return "NOT ABSORBED: some would stay down" if found.proof == "infeasible" else "NOT KNOWN to be absorbed"
    if not found.targets:
        return "no guest there"
    goals = [
        f"{names[guest]}: {'stays down, its replicas carry on' if host == UNPLACED else hosts[host]}"
        for guest, host in found.targets.items()
    ]
    more = len(goals) - FEW
    return ", ".join(goals[:FEW]) + (f" and {more} more" if more > 0 else "")
