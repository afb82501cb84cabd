# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is measured, and by which command. Every method is a program that prints one JSON line last."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.medvirt.hospital.tests.bench.measure import measure
from ansible_collections.medvirt.hospital.tests.bench.program import run

BENCH = Path(__file__).resolve().parent
TOP = BENCH.parents[1]
FAILED = "failed: "
REFERENCE = "hbal, to its end (reference path)"
PROXLB = "proxlb-solver, all metrics, balanciness 5"
EQUAL = "this engine, as many moves as hbal"
FREE = "this engine, Ganeti's objective"
HOSPITAL = "this engine, its own objective"
WITHIN = "this engine, within proxlb-solver's moves and GiB"
FEWEST = "this engine, fewest moves for hbal's peaks"
CHEAPEST = "this engine, fewest GiB for hbal's peaks"
FIRST_FIT = "first fit decreasing"
PACK = "this engine"
SPEED = "this engine, small questions"
SPARE_SECONDS = 120  # for starting Python and for proofs after the search, beside a program's own limit


@dataclass(frozen=True)
class Limits:
    """Seconds for a peer and for the own engine."""

    peer: float
    own: float


Rows = Mapping[str, Mapping[str, Any]]  # what was measured before on the same cluster, by method
Arguments = Callable[[Limits, Rows], list[str]]


@dataclass(frozen=True)
class Method:
    """A row of the table.

    program    below tests/bench
    arguments  from the limits and from what others reached
    sizes      the clusters it is run on, all when empty
    seconds    own limit at a size, where it is not the usual one
    """

    name: str
    program: str
    arguments: Arguments
    sizes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    own: bool = False

    def suits(self, size: str) -> bool:
        """Is it run on clusters of this size?"""
        return not self.sizes or size in self.sizes


def _peer_limit(limits: Limits, __: Rows) -> list[str]:
    return ["--time-limit", str(limits.peer)]


def _eager(limits: Limits, __: Rows) -> list[str]:
    return ["--time-limit", str(limits.peer), "--threshold", "0.01", "--margin", "0.01"]


def _nothing(_limits: Limits, _rows: Rows) -> list[str]:
    return []


def _own(limits: Limits, *more: str, objective: str = "ganeti") -> list[str]:
    return ["--objective", objective, "--time-limit", str(limits.own), *more]


def _equal_moves(limits: Limits, rows: Rows) -> list[str]:
    return _own(limits, "--max-moves", str(rows[REFERENCE]["moves"]))


def _within_proxlb(limits: Limits, rows: Rows) -> list[str]:
    budget = rows[PROXLB]
    if "moves" not in budget:
        return _own(limits)
    return _own(limits, "--max-moves", str(budget["moves"]), "--max-gib", str(budget["gib_moved"]))


METHODS = (
    Method(REFERENCE, "reference.py", _nothing),
    Method("hbal", "peers/hbal.py", _peer_limit),
    Method(PROXLB, "peers/proxlb.py", _peer_limit),
    Method("rule of PVE 9.2, its defaults", "peers/pve.py", _peer_limit),
    Method("rule of PVE 9.2, threshold and margin 0.01", "peers/pve.py", _eager),
    Method(EQUAL, "rebalance.py", _equal_moves, own=True),
    Method(WITHIN, "rebalance.py", _within_proxlb, own=True),
    Method(FREE, "rebalance.py", lambda limits, __: _own(limits), own=True),
    Method(HOSPITAL, "rebalance.py", lambda limits, __: _own(limits, objective="hospital"), own=True),
    Method(
        FEWEST,
        "rebalance.py",
        lambda limits, __: _own(limits, "--minimise", "moves", "--peaks", "hbal"),
        sizes=("S", "S2", "M"),
        seconds={"S": 3.0, "S2": 3.0, "M": 60.0},
        own=True,
    ),
    Method(
        CHEAPEST,
        "rebalance.py",
        lambda limits, __: _own(limits, "--minimise", "gib", "--peaks", "hbal"),
        sizes=("S", "S2", "M"),
        seconds={"S": 3.0, "S2": 3.0, "M": 60.0},
        own=True,
    ),
)
PACKERS = (
    Method(FIRST_FIT, "peers/ffd.py", _nothing),
    Method(PACK, "pack.py", lambda limits, __: ["--time-limit", str(limits.own)], own=True),
)


def initial(data: dict[str, Any]) -> dict[str, Any]:
    """The row of the cluster as it is."""
    return {"method": "as it is", "status": "", **measure(data, data["assign"])}


def rebalance(method: Method, size: str, path: Path, limits: Limits, rows: Rows) -> dict[str, Any]:
    """The row of a method on the cluster of a file; its plan is measured here, whatever it says about itself."""
    data = json.loads(path.read_text())
    limits = Limits(limits.peer, method.seconds.get(size, limits.own))
    row, answer = _run(method, path, limits, rows)
    if method.own and "moves" in answer:
        plan = json.loads(_plan(path).read_text())
        answer |= {"assignment": plan["after"], "order": _in_order(data, plan["waves"])}
        row |= {"lower_bound": answer["lower_bound"], "waves": len(plan["waves"])}
        row |= {"parking": plan["parking"], "blocked": len(plan["blocked"])}
        row["parking_percent"] = 100 * plan["parking"] / max(1, len(answer["order"]))
    if answer.get("assignment"):
        row |= measure(data, answer["assignment"], answer.get("order"))
    if answer.get("path_feasible") is False:
        row["status"] += ", no order found"
    return row


def _in_order(data: dict[str, Any], waves: list[list[dict[str, Any]]]) -> list[tuple[int, int]]:
    """(guest, target) of the moves, wave by wave."""
    guests = {guest["name"]: index for index, guest in enumerate(data["vms"])}
    hosts = {host["name"]: index for index, host in enumerate(data["hosts"])}
    return [(guests[move["guest"]], hosts[move["target"]]) for wave in waves for move in wave]


def pack(method: Method, path: Path, limits: Limits) -> dict[str, Any]:
    """The row of a packer on the cluster of a file."""
    row, answer = _run(method, path, limits, {})
    return {**row, **{key: answer.get(key) for key in ("hosts", "bound", "proved")}}


def speed(path: Path, limits: Limits) -> dict[str, Any]:
    """The row of the small questions on the cluster of a file."""
    row, answer = _run(Method(SPEED, "speed.py", _nothing, own=True), path, limits, {})
    return {**row, **{key: answer.get(key) for key in ("check_seconds", "place_seconds", "placed")}}


def _run(method: Method, path: Path, limits: Limits, rows: Rows) -> tuple[dict[str, Any], dict[str, Any]]:
    command = [sys.executable, str(BENCH / method.program), str(path), *method.arguments(limits, rows)]
    limit = limits.own if method.own else limits.peer
    if method.program == "rebalance.py":
        command += ["--out", str(_plan(path))]
    done = run(command, 2 * limit + SPARE_SECONDS)
    answer = done.last_line
    if done.code is None:
        status = "ended after more than twice its time"
    elif done.code:
        status = FAILED + (done.output.strip().splitlines() or [f"exit {done.code}"])[-1].replace(f"{TOP}/", "")
    else:
        status = str(answer.get("status", ""))
    row = {
        "method": method.name,
        "status": status,
        "seconds": answer.get("seconds", done.seconds),
        "cpu_seconds": answer.get("cpu_seconds", done.cpu_seconds),
        "peak_mib": answer.get("peak_mib", done.peak_mib),
    }
    return row, answer


def _plan(path: Path) -> Path:
    return path.with_suffix(".plan.json")
