# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer `proxlb-solver` (PyPI), called as a program in the environment that scripts/bench_packages makes for it.

    .venv/bin/python tests/bench/peers/proxlb.py CLUSTER.json [--time-limit S] [--method global_smart] [--balanciness 5]

Prints one JSON line: assignment (null: no plan), order, status, path_feasible, seconds, cpu_seconds, peak_mib.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench.program import run

PYTHON = Path(__file__).resolve().parents[3] / "build/peers/proxlb/bin/python"
DRIVER = Path(__file__).with_name("proxlb_driver.py")
CPU_OVERCOMMIT = 16.0  # vCPUs per CPU; the same limit that Ganeti's policy has
STARTING_SECONDS = 60  # for Python, its packages and the model, beside the solver's own limit
MIB_PER_GIB = 1024


def scenario(data: dict[str, Any], method: str, balanciness: int) -> dict[str, Any]:
    """The cluster as proxlb-solver's scenario file describes one (YAML, of which JSON is a part)."""
    hosts = [host["name"] for host in data["hosts"]]
    return {
        "name": data["name"],
        "balancing": {"method": method, "balanciness": balanciness, "cpu_overcommit": CPU_OVERCOMMIT},
        "nodes": {
            host["name"]: {"cpu_total": host["cpu"], "memory_total_gb": host["mem"] / MIB_PER_GIB}
            for host in data["hosts"]
        },
        "vms": {
            guest["name"]: {
                "node": hosts[host],
                "cpu": guest["cpu"],
                "memory_gb": guest["mem"] / MIB_PER_GIB,
                "tags": [f"plb_anti_affinity_{guest['group']}"] if guest.get("group") else [],
            }
            for guest, host in zip(data["vms"], data["assign"], strict=True)
        },
    }


def balance(data: dict[str, Any], time_limit: float, method: str, balanciness: int) -> dict[str, Any]:
    """Run proxlb-solver on a cluster; time_limit is given to it, and it is ended when it takes much longer."""
    if not PYTHON.exists():
        raise SystemExit(f"{PYTHON} is missing; run scripts/bench_packages")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(scenario(data, method, balanciness), file)
        file.flush()
        done = run([str(PYTHON), str(DRIVER), file.name, str(time_limit)], time_limit * 2 + STARTING_SECONDS)
    if done.code not in (0, None):
        raise SystemExit(f"proxlb-solver ended with exit code {done.code}:\n{done.output}")
    answer = done.last_line
    hosts = {host["name"]: index for index, host in enumerate(data["hosts"])}
    guests = {guest["name"]: index for index, guest in enumerate(data["vms"])}
    placements = answer.get("placements")
    return {
        "assignment": [hosts[placements[guest["name"]]] for guest in data["vms"]] if placements else None,
        "order": [(guests[guest], hosts[target]) for guest, target in answer.get("order", [])],
        "status": answer.get("status", "ended after twice its time limit"),
        "path_feasible": answer.get("path_feasible"),
        "seconds": answer.get("seconds", round(done.seconds, 3)),
        "cpu_seconds": answer.get("cpu_seconds", round(done.cpu_seconds, 3)),
        "peak_mib": done.peak_mib,
    }


def main() -> None:
    """Run proxlb-solver on a file."""
    parser = argparse.ArgumentParser(description="Balance a cluster with proxlb-solver.")
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--time-limit", type=float, default=30.0)
    parser.add_argument("--method", default="global_smart")
    parser.add_argument("--balanciness", type=int, default=5)
    options = parser.parse_args()
    data = json.loads(options.cluster.read_text())
    print(json.dumps(balance(data, options.time_limit, options.method, options.balanciness)))


if __name__ == "__main__":
    main()
