# SPDX-License-Identifier: GPL-3.0-or-later
"""The inner loop of the ledger: a host for each unit that a failure takes down."""

from __future__ import annotations

from .jit import jit

DOWN, NO_TARGET = -1, -2
BALANCED, TIGHT, TIGHT_MEMORY = 0, 1, 2


@jit
def find_targets(
    goals,
    lost,
    wish,
    failed,
    mode,
    room,
    cap,
    size,
    unit_class,
    allowed,
    colour,
    colours,
    groups,
    group_of,
    scope,
    domain,
    count,
    rank,
):
    """Fill in the targets of the lost units, in their order: host, or DOWN (replicas hold every host left to it).

    goals [n] comes filled with NO_TARGET; from the first unit that finds none on it stays so.
    mode: BALANCED takes the wish, else the host that stays least used; TIGHT the one that gets fullest;
    TIGHT_MEMORY the one with least memory left. Ties: by name.

    lost, wish  [n] units and the hosts they prefer (-1: none);  failed [H] bool
    room, cap   [H, 2] what is free and what there is;  size [U, 2];  unit_class [U];  allowed [C, H]
    colour, colours  [U]; [K, H] units of each colour on the hosts that are left
    groups, group_of [U + 1], [*] groups of each unit;  scope [G];  domain [3, H];  count [G, H] units in each domain
    goals, room, colours and count are changed.
    """
    hosts = cap.shape[0]
    for n in range(lost.shape[0]):
        unit = lost[n]
        first, last = groups[unit], groups[unit + 1]
        best, best_score, usable, free = -1, 0.0, False, False
        for host in range(hosts):
            if failed[host] or not allowed[unit_class[unit], host]:
                continue
            taken = False
            for other in range(colours.shape[0]):
                if other != colour[unit] and colours[other, host] > 0:
                    taken = True
            if taken:
                continue
            usable = True
            for i in range(first, last):
                if count[group_of[i], domain[scope[group_of[i]], host]] > 0:
                    taken = True
            if taken:
                continue
            free = True
            cpu, memory = room[host, 0] - size[unit, 0], room[host, 1] - size[unit, 1]
            if cpu < 0 or memory < 0:
                continue
            if mode == BALANCED and host == wish[n]:
                best = host
                break
            if mode == TIGHT_MEMORY:
                score = float(memory)
            else:
                score = 1.0 - min(cpu / max(1, cap[host, 0]), memory / max(1, cap[host, 1]))
                if mode == TIGHT:
                    score = -score
            if best < 0 or score < best_score or (score == best_score and rank[host] < rank[best]):
                best, best_score = host, score
        if best < 0:
            if first < last and usable and not free:
                goals[n] = DOWN
                continue
            break
        goals[n] = best
        for d in range(2):
            room[best, d] -= size[unit, d]
        colours[colour[unit], best] += 1
        for i in range(first, last):
            count[group_of[i], domain[scope[group_of[i]], best]] += 1
