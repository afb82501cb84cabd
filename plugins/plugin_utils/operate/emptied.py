# SPDX-License-Identifier: GPL-3.0-or-later
"""How a host or a rack is emptied, for people and for guest_migrations. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..engine.arrays import compile
from ..engine.conflict import Infeasible
from ..engine.evacuate import Evacuation, evacuate
from ..engine.failures import check_failures
from ..engine.instance import Instance
from . import table
from .observed import Slices
from .seen import Seen
from .waves import as_waves


class Refused(Exception):
    """The verb can't be carried out; the text is one sentence."""


def chosen(hosts: Slices, host: str | None, rack: str | None) -> list[str]:
    """The hosts that are named, or those of a rack ('r1', or 'main/r1' where sites share names of racks)."""
    if (host is None) == (rack is None):
        raise Refused("Give either evacuate_host or evacuate_rack.")
    if host is not None:
        if host not in hosts:
            raise Refused(f"The plan has no host {host}; its hosts are {', '.join(hosts)}.")
        return [host]
    found = [name for name, it in hosts.items() if rack in (it["rack"], f"{it['site']}/{it['rack']}")]
    sites = sorted({hosts[name]["site"] for name in found})
    if not found:
        racks = sorted({f"{it['site']}/{it['rack']}" for it in hosts.values()})
        raise Refused(f"The plan has no rack {rack} with hosts; its racks are {', '.join(racks)}.")
    if len(sites) > 1:
        raise Refused(f"Rack {rack} exists at {' and '.join(sites)}; say which one, as {sites[0]}/{rack}.")
    return found


def emptied(seen: Seen, out: Sequence[str]) -> dict[str, Any]:
    """{"report": lines, "waves": waves for guest_migrations} for emptying hosts of one cluster."""
    now = seen.situation()
    for guest, why in now.held.items():
        if now.where[guest] in out:
            raise Refused(f"Guest {guest} can't leave {now.where[guest]}: {why}.")
    instance, before = seen.instance()
    answer = evacuate(instance, before, out)
    names = " and ".join(out)
    if isinstance(answer, Infeasible):
        raise Refused(f"{names} can't be emptied: {'; or '.join(answer.words())}.")
    if answer.schedule.blocked:
        raise Refused(
            f"{names} can't be emptied: no order was found in which {', '.join(answer.schedule.blocked)} could move "
            "without breaking a rule on the way; free memory on another host first."
        )
    return {"report": _report(instance, before, answer, names), "waves": as_waves(answer.schedule)}


def returned(seen: Seen, out: Sequence[str]) -> dict[str, Any]:
    """{"report": lines, "waves": []} for taking hosts back."""
    closed = seen.situation().closed
    lines = [
        f"{host} takes guests again." if closed.get(host) == "standby" else f"{host} is not in standby: nothing to do."
        for host in out
    ]
    planned = [host for host in out if seen.hosts[host]["maintenance"]]
    if planned:
        lines.append(f"The plan still has {' and '.join(planned)} in maintenance: rebalance.yml gives nothing to it.")
    return {"report": [*lines, "Guests stay where they are; playbooks/rebalance.yml spreads them."], "waves": []}


def _report(instance: Instance, before: Sequence[int], answer: Evacuation, names: str) -> list[str]:
    index = {host.name: number for number, host in enumerate(instance.hosts)}
    after = [index[answer.after[guest.name]] for guest in instance.guests]
    rest = _without(instance, answer.hosts)
    lines = [f"Emptying {names} of cluster {instance.name}.", *table.host_lines(rest, before, after), ""]
    if answer.schedule.moves:
        why = {
            guest.name: f"{instance.hosts[host].name} is emptied"
            if instance.hosts[host].name in answer.hosts
            else "makes room"
            for guest, host in zip(instance.guests, before, strict=True)
        }
        lines += [*table.move_lines(instance, answer.schedule, why), table.total_line(instance, answer.schedule)]
    else:
        lines.append(f"No guest runs on {names}.")
    found = check_failures(compile(rest), after)
    lines += ["", *table.failure_lines(rest, found)]
    if answer.unabsorbed:
        lines.append(
            f"WITHOUT {names} THESE FAILURES ARE NOT ABSORBED: {', '.join(answer.unabsorbed)}. "
            "Some of their guests would stay down until a host is back."
        )
    return lines


def _without(instance: Instance, hosts: Sequence[str]) -> Instance:
    kept = tuple(replace(host, available=host.available and host.name not in hosts) for host in instance.hosts)
    return replace(instance, hosts=kept)
