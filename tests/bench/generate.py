# SPDX-License-Identifier: GPL-3.0-or-later
"""Random clusters that look like a hospital's, in the benchmarks' JSON format.

    .venv/bin/python tests/bench/generate.py S2 --seed 7 [--fill 0.8] > cluster.json
    .venv/bin/python tests/bench/generate.py S2 --seed 7 --ganeti > cluster.data

Roles, sizes and shares of guests are engineering assumptions [E], after the clusters measured in docs/benchmarks.md.
Hosts come in two sizes 1:2, a tenth of them is new and empty, load is skewed, a few groups share a host.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

GIB = 1024  # MiB
FULL = 0.95  # share of memory up to which running hosts are filled
VCPU_RATIO = 2.2  # vCPUs per CPU over the cluster
NEW_HOSTS = 0.1


@dataclass(frozen=True)
class Role:
    """Guests of one kind: share of the draws, (vCPU, GiB) sizes, (fewest, most) replicas, chance of having replicas."""

    name: str
    share: int
    sizes: tuple[tuple[int, int], ...]
    replicas: tuple[int, int] = (1, 1)
    replicated: float = 1.0


ROLES = (
    Role("ehr-app", 20, ((4, 16), (8, 32)), (2, 8)),
    Role("ehr-db", 4, ((16, 128), (24, 192), (32, 256)), (2, 3)),
    Role("pacs", 3, ((8, 64), (16, 96)), (2, 3)),
    Role("vna", 2, ((8, 48),), (2, 2)),
    Role("hl7", 4, ((4, 16), (8, 24)), (2, 3)),
    Role("ris-lis", 6, ((4, 24), (8, 48)), (2, 2)),
    Role("ad-dns", 3, ((2, 8),), (2, 4)),
    Role("dbsmall", 7, ((4, 32), (8, 64)), (2, 2), 0.6),
    Role("sec-mon", 5, ((4, 16), (8, 32)), (2, 2), 0.5),
    Role("vdi", 30, ((2, 8), (4, 16))),
    Role("util", 16, ((1, 4), (2, 4), (2, 8))),
)


@dataclass(frozen=True)
class Size:
    """Hosts, guests, and the share of the cluster's memory that the guests take."""

    hosts: int
    guests: int
    fill: float


SIZES = {
    "S": Size(12, 150, 0.68),
    "S2": Size(24, 480, 0.68),
    "M": Size(60, 1500, 0.68),
    "L": Size(200, 5000, 0.68),
    "ST": Size(12, 150, 0.84),
    "S2T": Size(24, 480, 0.87),
    "MT": Size(60, 1500, 0.90),
    "LT": Size(200, 5000, 0.90),
}


def generate(name: str, size: Size, seed: int) -> dict[str, Any]:
    """A cluster as JSON data. ValueError when the guests do not fit at that fill level."""
    dice = random.Random(seed)
    guests = _guests(size, dice)
    hosts = _hosts(size, guests)
    assign = _assign(guests, hosts, dice)
    _break_groups(guests, hosts, assign, dice)
    return {"name": name, "hosts": hosts, "vms": guests, "assign": assign}


def _guests(size: Size, dice: random.Random) -> list[dict[str, Any]]:
    """Guests and their groups, none of which needs all hosts."""
    guests: list[dict[str, Any]] = []
    groups = 0
    while len(guests) < size.guests:
        role = dice.choices(ROLES, [role.share for role in ROLES])[0]
        cpu, gib = dice.choice(role.sizes)
        members = dice.randint(*role.replicas) if dice.random() < role.replicated else 1
        members = min(members, size.guests - len(guests), size.hosts - 1)
        group = None
        if members > 1:
            groups += 1
            group = f"g{groups}"
        for __ in range(members):
            vm = f"vm{len(guests):05d}-{role.name}"
            guests.append({"name": vm, "cpu": cpu, "mem": gib * GIB, "group": group})
    return guests


def _hosts(size: Size, guests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hosts in zones of thirds; those of zone 0 are twice as large. Memory in steps of 8 GiB, CPUs in steps of 8."""
    weights = [2 if index % 3 == 0 else 1 for index in range(size.hosts)]
    memory = sum(guest["mem"] for guest in guests) / size.fill / sum(weights)
    cpu = sum(guest["cpu"] for guest in guests) / VCPU_RATIO / sum(weights)
    memory_step, cpu_step = max(round(memory / (8 * GIB)), 1) * 8 * GIB, ceil(cpu / 8) * 8
    return [
        {"name": f"host{index:03d}", "mem": memory_step * weight, "cpu": cpu_step * weight, "zone": f"z{index % 3}"}
        for index, weight in enumerate(weights)
    ]


def _assign(guests: list[dict[str, Any]], hosts: list[dict[str, Any]], dice: random.Random) -> list[int]:
    """Large groups first, each guest on a host drawn by a skewed weight; new hosts take what fits nowhere else."""
    members = Counter(guest["group"] for guest in guests if guest["group"])
    free = [host["mem"] for host in hosts]
    kept = [host["mem"] * (1 - FULL) for host in hosts]
    groups: list[set[str]] = [set() for __ in hosts]
    running = range(len(hosts) - max(1, round(len(hosts) * NEW_HOSTS)))
    skew = [dice.random() ** 2 + 0.05 for __ in hosts]
    assign = [-1] * len(guests)
    weight = [guest["mem"] * members.get(guest["group"], 1) for guest in guests]
    for index in sorted(range(len(guests)), key=lambda g: (-weight[g], dice.random())):
        memory, group = guests[index]["mem"], guests[index]["group"]
        roomy = [h for h in range(len(hosts)) if free[h] > memory and group not in groups[h]]
        first = [h for h in roomy if h in running and free[h] - memory >= kept[h]]
        choice = first or [h for h in roomy if free[h] - memory >= kept[h]] or roomy
        if not choice:
            raise ValueError(f"guest {guests[index]['name']} of {memory} MiB fits on no host: lower the fill level")
        host = dice.choices(choice, cum_weights=list(accumulate(skew[h] for h in choice)))[0]
        assign[index] = host
        free[host] -= memory
        if group:
            groups[host].add(group)
    return assign


def _break_groups(guests: list[dict[str, Any]], hosts: list[dict[str, Any]], assign: list[int], dice: Any) -> None:
    """Move one member in about 1 % of all groups, at least one group, to a host that has another member."""
    members: dict[str, list[int]] = {}
    free = [host["mem"] for host in hosts]
    for index, guest in enumerate(guests):
        free[assign[index]] -= guest["mem"]
        if guest["group"]:
            members.setdefault(guest["group"], []).append(index)
    wanted = ceil(len(members) / 100)
    for group in dice.sample(sorted(members), len(members)):
        stays, moves = members[group][:2]
        host, memory = assign[stays], guests[moves]["mem"]
        if wanted and free[host] > memory:
            free[assign[moves]] += memory
            free[host] -= memory
            assign[moves] = host
            wanted -= 1


def ganeti_text(data: dict[str, Any]) -> str:
    """The cluster in the text format that Ganeti's tools read with -t: shared storage, group 'uuid-01'."""
    used = [0] * len(data["hosts"])
    for guest, host in zip(data["vms"], data["assign"], strict=True):
        used[host] += guest["mem"]
    names = [host["name"] for host in data["hosts"]]
    nodes = [
        f"{host['name']}|{host['mem']}|0|{host['mem'] - used[index]}|1000000|1000000|{host['cpu']}|"
        f"{'Y' if host.get('offline') else 'N' if index else 'M'}|uuid-01|1||N|1|0|1.0"
        for index, host in enumerate(data["hosts"])
    ]
    instances = [
        f"{guest['name']}|{guest['mem']}|0|{guest['cpu']}|running|Y|{names[host]}||ext|"
        f"{'rep:' + guest['group'] if guest.get('group') else ''}|1|-"
        for guest, host in zip(data["vms"], data["assign"], strict=True)
    ]
    least, most = "128,1,0,1,1,1", "4194304,512,104857600,16,8,12"
    templates = "diskless,file,sharedfile,plain,blockdev,drbd,rbd,ext"
    policy = f"128,1,1024,1,1,1|{least};{most}|{templates}|16.0|32.0"
    sections = (
        ["group-01|uuid-01|preferred||"],
        nodes,
        instances,
        ["htools:iextags:rep"],
        [f"|{policy}", f"group-01|{policy}"],
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Print a cluster, or write one."""
    parser = argparse.ArgumentParser(description="Make a random hospital-like cluster.")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fill", type=float, help="share of memory in use, else that of the size")
    parser.add_argument("--ganeti", action="store_true", help="write Ganeti's text format instead of JSON")
    parser.add_argument("--out", type=Path, help="write to this file instead of standard output")
    options = parser.parse_args(arguments)
    size = SIZES[options.size]
    if options.fill:
        size = Size(size.hosts, size.guests, options.fill)
    data = generate(f"{options.size}-{options.seed}", size, options.seed)
    text = ganeti_text(data) if options.ganeti else json.dumps(data) + "\n"
    if options.out:
        options.out.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
