# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the reference path (engine/ganeti.py) do exactly what the real `hbal` does?

    .venv/bin/python tests/bench/oracle.py [CLUSTER.json ...] [--time-limit S]   compares move by move; exit 1: differs
    .venv/bin/python tests/bench/oracle.py --write   writes the unit tests' golden files anew

Without files it takes generated clusters S, ST, S2 and S2T. Where hbal's time is up, the moves until then are compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine import ganeti
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import read_cluster
from ansible_collections.medvirt.hospital.tests.bench.generate import GIB, SIZES, Size, generate
from ansible_collections.medvirt.hospital.tests.bench.peers import hbal

GOLDEN = Path(__file__).resolve().parents[1] / "unit/plugin_utils/engine/golden"
TOLERANCE = 1e-5  # of the scores; hbal prints eight digits


def compare(data: dict[str, Any], time_limit: float) -> dict[str, Any]:
    """Moves of both, whether they are the same in the same order, and the largest difference of a score."""
    peer = hbal.balance(data, time_limit)
    instance, assignment = read_cluster(data)
    stopped = peer["status"] != "done"
    own = ganeti.balance(instance, assignment, max_moves=len(peer["moves"]) if stopped else None)
    own_moves = [(*names(data, move), move.score) for move in own.moves]
    pairs = list(zip(own_moves, peer["moves"], strict=False))
    scores = [(own.initial_score, peer["initial_score"]), *((mine[3], theirs[3]) for mine, theirs in pairs)]
    difference = max(abs(mine - theirs) for mine, theirs in scores)
    same = len(own_moves) == len(peer["moves"]) and all(mine[:3] == tuple(theirs[:3]) for mine, theirs in pairs)
    return {
        "cluster": data["name"],
        "hbal": peer["status"],
        "moves": len(peer["moves"]),
        "same": same and difference < TOLERANCE,
        "score_difference": round(difference, 9),
        "score": round(own.score, 6),
    }


def names(data: dict[str, Any], move: ganeti.Move) -> tuple[str, str, str]:
    """Guest, source and target of a move by name."""
    hosts = data["hosts"]
    return data["vms"][move.guest]["name"], hosts[move.source]["name"], hosts[move.target]["name"]


def golden_clusters() -> dict[str, dict[str, Any]]:
    """Small clusters: ordinary, tight, with a host that is offline, and with nothing but ties."""
    offline = generate("offline", Size(7, 50, 0.5), 3)
    offline["hosts"][2]["offline"] = True
    return {
        "ordinary": generate("ordinary", Size(6, 40, 0.7), 1),
        "tight": generate("tight", Size(9, 90, 0.9), 2),
        "offline": offline,
        "ties": {
            "name": "ties",
            "hosts": [{"name": f"host{i}", "mem": 64 * GIB, "cpu": 16, "zone": ""} for i in range(5)],
            "vms": [{"name": f"vm{i}", "cpu": 4, "mem": 8 * GIB, "group": None} for i in range(12)],
            "assign": [0] * 6 + [1] * 6,
        },
    }


def write_golden() -> None:
    """What hbal does with the small clusters, for the unit tests."""
    GOLDEN.mkdir(exist_ok=True)
    for name, data in golden_clusters().items():
        peer = hbal.balance(data, 60.0)
        golden = {"cluster": data, "initial_score": peer["initial_score"], "moves": peer["moves"]}
        (GOLDEN / f"hbal_{name}.json").write_text(json.dumps(golden) + "\n")
        print(f"{name}: {len(peer['moves'])} moves")


def main() -> None:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description="Compare the reference path with the real hbal.")
    parser.add_argument("clusters", nargs="*", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write:
        write_golden()
        return
    given = [json.loads(path.read_text()) for path in options.clusters]
    random = [generate(f"{size}-1", SIZES[size], 1) for size in ("S", "ST", "S2", "S2T")]
    found = [compare(data, options.time_limit) for data in given or random]
    for line in found:
        print(json.dumps(line))
    sys.exit(not all(line["same"] for line in found))


if __name__ == "__main__":
    main()
