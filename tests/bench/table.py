# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of docs/benchmarks.md: this engine beside its peers, on generated clusters and on given ones.

    .venv/bin/python tests/bench/table.py [--quick] [--clusters FOLDER] [--sizes S S2 ...] [--seeds 5]
    .venv/bin/python tests/bench/table.py --report     writes docs/benchmarks.md from the last results

Results go to build/bench/results.jsonl, one line per cluster and method, as they come.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench import growth, machine, methods, oracle, report
from ansible_collections.medvirt.hospital.tests.bench.generate import SIZES, generate

TOP = Path(__file__).resolve().parents[2]
WORK = TOP / "build/bench"
RESULTS = WORK / "results.jsonl"
DOCUMENT = TOP / "docs/benchmarks.md"
OWN_SECONDS = {"S": 2.0, "S2": 2.0, "M": 3.0, "L": 5.0, "ST": 2.0, "S2T": 2.0, "MT": 3.0, "LT": 5.0}
PEER_SECONDS = 30.0
QUICK_PEER_SECONDS = 10.0
ORACLE_SIZES = ("S", "ST", "S2", "S2T")  # hbal comes to its end there


def clusters(options: argparse.Namespace) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(size, origin, cluster): the given ones, then the generated ones, size by size."""
    for size in options.sizes:
        given = options.clusters / f"{size}.json" if options.clusters else None
        if given and given.exists():
            yield size, "given", json.loads(given.read_text())
        for seed in range(1, options.seeds + 1):
            yield size, "generated", generate(f"{size}-{seed}", SIZES[size], seed)


def rows(size: str, data: dict[str, Any], peer_seconds: float) -> Iterator[dict[str, Any]]:
    """One row per method."""
    limits = methods.Limits(peer_seconds, OWN_SECONDS[size])
    path = WORK / "clusters" / f"{data['name']}.json"
    path.write_text(json.dumps(data))
    for packer in methods.PACKERS:
        yield {"table": "pack", **methods.pack(packer, path, limits)}
    yield {"table": "rebalance", **methods.initial(data)}
    measured: dict[str, dict[str, Any]] = {}
    for method in methods.METHODS:
        if method.suits(size):
            measured[method.name] = methods.rebalance(method, size, path, limits, measured)
            yield {"table": "rebalance", **measured[method.name]}
    yield {"table": "speed", **methods.speed(path, limits)}
    if size in ORACLE_SIZES:
        yield {"table": "oracle", **oracle.compare(data, limits.peer)}


def measure_all(options: argparse.Namespace) -> None:
    """Run everything and write the results as they come."""
    peer_seconds = QUICK_PEER_SECONDS if options.quick else PEER_SECONDS
    (WORK / "clusters").mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w") as results:

        def note(row: dict[str, Any]) -> None:
            results.write(json.dumps(row) + "\n")
            results.flush()
            print(json.dumps(row), flush=True)

        limits = {"peer": peer_seconds, "own": OWN_SECONDS}
        note({"table": "machine", **machine.describe(), "arguments": _arguments(options), "limits": limits})
        for size, origin, data in clusters(options):
            for row in rows(size, data, peer_seconds):
                note({"size": size, "origin": origin, "cluster": data["name"], **row})
        for row in growth.measure(quick=options.quick):
            note({"table": "growth", **row})


def _arguments(options: argparse.Namespace) -> list[str]:
    """The command's arguments, as anyone may repeat them."""
    words = ["--quick"] if options.quick else []
    if options.clusters:
        words += ["--clusters", "FOLDER"]
    return [*words, "--sizes", *options.sizes, "--seeds", str(options.seeds)]


def main() -> None:
    """Measure, then write the document."""
    parser = argparse.ArgumentParser(description="Measure this engine beside its peers; write docs/benchmarks.md.")
    parser.add_argument("--clusters", type=Path, help="folder with clusters S.json, S2.json, ... to measure, too")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, help="default: all but LT; with --quick: S, S2, ST")
    parser.add_argument("--seeds", type=int, help="generated clusters per size (default 5; with --quick 2)")
    parser.add_argument("--quick", action="store_true", help="some minutes instead of more than an hour")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the document again")
    options = parser.parse_args()
    options.sizes = options.sizes or (["S", "S2", "ST"] if options.quick else ["S", "S2", "M", "L", "ST", "S2T", "MT"])
    options.seeds = (2 if options.quick else 5) if options.seeds is None else options.seeds
    if not options.report:
        measure_all(options)
    found = [json.loads(line) for line in RESULTS.read_text().splitlines()]
    DOCUMENT.write_text(report.document(found))
    print(f"bench: {DOCUMENT.relative_to(TOP)} is written")
    failed = [row for row in found if str(row.get("status")).startswith(methods.FAILED)]
    for row in failed:
        print(f"bench: {row['method']} on {row['cluster']} {row['status']}", file=sys.stderr)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
