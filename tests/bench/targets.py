# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine is to reach on the given clusters (S, S2, M, L and the tight ST, S2T, MT), and what it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.medvirt.hospital.tests.bench import methods

Row = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """At most `most` in a column of a table's row, None: at most what the method `beside` has there."""

    what: str
    cluster: str
    column: str
    most: float | None
    method: str = ""
    table: str = "rebalance"
    beside: str = methods.REFERENCE


def _for(column: str, what: str, method: str, limits: dict[str, float | None], **more: str) -> tuple[Target, ...]:
    return tuple(Target(what, cluster, column, most, method, **more) for cluster, most in limits.items())


HOSTS = {"S": 8, "S2": 19, "M": 48, "L": 181}
PROXLB_TOO = {"S": None, "S2": None}
TIGHT = ("ST", "S2T", "MT")

TARGETS = (
    *_for("fatal_on_the_way", "hosts that may not fail, at any step", methods.HOSPITAL, dict.fromkeys(TIGHT, 0.0)),
    *_for("blocked", "moves without an order", methods.HOSPITAL, dict.fromkeys(TIGHT, 0.0), beside=""),
    *_for("parking_percent", "parking moves in percent", methods.HOSPITAL, dict.fromkeys(TIGHT, 2.0), beside=""),
    *_for("moves", "moves for hbal's peaks", methods.FEWEST, {"S": 17, "S2": 37, "M": 129}),
    *_for("gib_moved", "GiB for hbal's peaks", methods.CHEAPEST, {"S": 424, "S2": 1332, "M": 4600}),
    *_for(
        "cpu_seconds", "CPU seconds: moves for hbal's peaks", methods.FEWEST, {"S": 3, "S2": 3, "M": 60}, beside="hbal"
    ),
    *_for("score", "score with as many moves as hbal", methods.EQUAL, {"S2": 0.084, "M": 0.070, "L": 0.0996}),
    *_for("cpu_seconds", "CPU seconds: as many moves as hbal", methods.EQUAL, {"S2": 3, "M": 3, "L": 5}, beside="hbal"),
    *_for("score", "score within proxlb-solver's budget", methods.WITHIN, PROXLB_TOO, beside=methods.PROXLB),
    *_for("moves", "moves within proxlb-solver's budget", methods.WITHIN, PROXLB_TOO, beside=methods.PROXLB),
    *_for("gib_moved", "GiB within proxlb-solver's budget", methods.WITHIN, PROXLB_TOO, beside=methods.PROXLB),
    *_for(
        "cpu_seconds", "CPU seconds: proxlb-solver's budget", methods.WITHIN, {"S": 2, "S2": 2}, beside=methods.PROXLB
    ),
    *_for("score", "score without a budget", methods.FREE, {"M": 0.05}, beside=methods.PROXLB),
    *_for("hosts", "hosts needed", methods.PACK, HOSTS, table="pack", beside=methods.FIRST_FIT),
    *_for("check_seconds", "whole N+1 check, CPU seconds", methods.SPEED, {"L": 0.05}, table="speed", beside=""),
    *_for("place_seconds", "one guest placed, CPU seconds", methods.SPEED, {"L": 0.02}, table="speed", beside=""),
)


def reached(rows: Sequence[Row]) -> list[Row]:
    """One row per target that was measured."""
    found = []
    for target in TARGETS:
        own, peer = _value(rows, target, target.method), _value(rows, target, target.beside)
        most = peer if target.most is None else target.most
        if own is not None and most is not None:
            row = {"what": target.what, "cluster": target.cluster, "beside": peer, "most": most, "own": own}
            found.append({**row, "reached": own <= most})
    return found


def _value(rows: Sequence[Row], target: Target, method: str) -> float | None:
    wanted = {"table": target.table, "cluster": target.cluster, "origin": "given", "method": method}
    for row in rows:
        if wanted.items() <= row.items():
            return row.get(target.column)
    return None
