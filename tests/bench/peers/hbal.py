# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer `hbal` of Ganeti (Debian package ganeti-htools), called as a program.

    .venv/bin/python tests/bench/peers/hbal.py CLUSTER.json [--time-limit S] [--max-moves N]

Prints one JSON line: assignment, order, status, initial_score, moves (with the score after each), seconds, cpu_seconds,
peak_mib.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench.generate import ganeti_text
from ansible_collections.medvirt.hospital.tests.bench.program import run

# 1. vm00042 host008 => host011  3.08861138 a=fa:host011
MOVE = re.compile(r"^\s*\d+\. (\S+)\s+(\S+)\s+=> (\S+)\s+([0-9.]+) a=", re.MULTILINE)
INITIAL = re.compile(r"^Initial score: ([0-9.]+)$", re.MULTILINE)


def parse(output: str) -> tuple[float | None, list[tuple[str, str, str, float]]]:
    """The score before, and (guest, source, target, score after) of each move that hbal printed."""
    initial = INITIAL.search(output)
    moves = [(guest, source, target, float(score)) for guest, source, target, score in MOVE.findall(output)]
    return (float(initial[1]) if initial else None), moves


def numbered(data: dict[str, Any], moves: list[tuple[str, str, str, float]]) -> list[tuple[int, int]]:
    """The moves as (guest, target) indexes."""
    guests = {guest["name"]: index for index, guest in enumerate(data["vms"])}
    hosts = {host["name"]: index for index, host in enumerate(data["hosts"])}
    return [(guests[guest], hosts[target]) for guest, __, target, __ in moves]


def replay(data: dict[str, Any], order: list[tuple[int, int]]) -> list[int]:
    """The assignment after the moves."""
    assignment = list(data["assign"])
    for guest, target in order:
        assignment[guest] = target
    return assignment


def balance(data: dict[str, Any], time_limit: float, max_moves: int | None = None) -> dict[str, Any]:
    """Run hbal on a cluster."""
    with tempfile.NamedTemporaryFile("w", suffix=".data") as file:
        file.write(ganeti_text(data))
        file.flush()
        command = ["hbal", "-t", file.name, "--ignore-dynu", "-G", "uuid-01", "-v"]
        if max_moves is not None:
            command += ["-l", str(max_moves)]
        done = run(command, time_limit)
    if done.code not in (0, None):
        raise SystemExit(f"hbal ended with exit code {done.code}:\n{done.output}")
    initial, moves = parse(done.output)
    order = numbered(data, moves)
    return {
        "assignment": replay(data, order),
        "order": order,
        "status": "stopped by the time limit" if done.code is None else "done",
        "initial_score": initial,
        "moves": moves,
        "seconds": round(done.seconds, 3),
        "cpu_seconds": round(done.cpu_seconds, 3),
        "peak_mib": done.peak_mib,
    }


def main() -> None:
    """Run hbal on a file."""
    parser = argparse.ArgumentParser(description="Balance a cluster with hbal.")
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--max-moves", type=int)
    options = parser.parse_args()
    print(json.dumps(balance(json.loads(options.cluster.read_text()), options.time_limit, options.max_moves)))


if __name__ == "__main__":
    main()
