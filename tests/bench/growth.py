# SPDX-License-Identifier: GPL-3.0-or-later
"""How time and memory grow with the cluster: the exponent b of CPU seconds ~ guests^b, and the peak memory.

    .venv/bin/python tests/bench/growth.py [--quick]

Clusters of 25 guests per host. The engine rebalances with its ordinary effort, which is one of steps and not of time.
Of hbal only the first move is timed. CPU seconds are those that each program reports of its own work, without reading
the file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench.generate import Size, generate
from ansible_collections.medvirt.hospital.tests.bench.program import run

BENCH = Path(__file__).resolve().parent
WORK = BENCH.parents[1] / "build/bench/growth"
HOSTS = (12, 24, 48, 96, 200)
QUICK_HOSTS = (12, 24, 48)
GUESTS_PER_HOST = 25
LIMIT = 300.0


@dataclass(frozen=True)
class Program:
    """A program and its arguments after the cluster; most_hosts: the largest cluster it is given."""

    name: str
    command: tuple[str, ...]
    most_hosts: int = 10_000


MEASURED = (
    Program("this engine, rebalancing", ("rebalance.py", "--objective", "ganeti", "--no-waves")),
    Program("this engine, hosts needed", ("pack.py",)),
    Program("hbal, first move", ("peers/hbal.py", "--max-moves", "1", "--time-limit", str(LIMIT)), most_hosts=60),
)


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """Slope of the least-squares line through (log guests, log seconds); None for fewer than two points."""
    logs = [(log(guests), log(seconds)) for guests, seconds in points if seconds > 0]
    if len(logs) < 2:
        return None
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, __ in logs)


def measure(*, quick: bool = False) -> Iterator[dict[str, Any]]:
    """One row per program: guests, CPU seconds and peak MiB at each size, and the exponent."""
    WORK.mkdir(parents=True, exist_ok=True)
    sizes = QUICK_HOSTS if quick else HOSTS
    for hosts in sizes:
        data = generate(f"{hosts}", Size(hosts, GUESTS_PER_HOST * hosts, 0.68), 1)
        (WORK / f"{hosts}.json").write_text(json.dumps(data))
    for program in MEASURED:
        points = [_point(program, hosts) for hosts in sizes if hosts <= program.most_hosts]
        known = [point for point in points if point["cpu_seconds"] is not None]
        slope = exponent([(point["guests"], point["cpu_seconds"]) for point in known])
        yield {"program": program.name, "points": points, "exponent": slope}


def _point(program: Program, hosts: int) -> dict[str, Any]:
    script, *arguments = program.command
    answer = run([sys.executable, str(BENCH / script), str(WORK / f"{hosts}.json"), *arguments], LIMIT + 60).last_line
    return {
        "guests": GUESTS_PER_HOST * hosts,
        "cpu_seconds": answer.get("cpu_seconds", answer.get("seconds")),
        "peak_mib": answer.get("peak_mib"),
    }


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description="Growth of time and memory with the size of the cluster.")
    parser.add_argument("--quick", action="store_true")
    for row in measure(quick=parser.parse_args().quick):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
