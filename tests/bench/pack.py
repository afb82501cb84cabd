# SPDX-License-Identifier: GPL-3.0-or-later
"""How many identical hosts does a cluster need?

    .venv/bin/python tests/bench/pack.py CLUSTER.json [--time-limit S] [--memory-gib 768] [--cpu 192]

Prints one JSON line last: hosts, bound, proved, seconds (wall), cpu_seconds, peak_mib.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import read_cluster
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.pack import pack
from ansible_collections.medvirt.hospital.tests.bench.program import peak_mib


def main(arguments: list[str] | None = None) -> None:
    """Read a cluster, print the hosts that it needs."""
    parser = argparse.ArgumentParser(description="The fewest identical hosts for the guests of a cluster.")
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--memory-gib", type=int, default=768, help="memory of each host")
    parser.add_argument("--cpu", type=int, default=192, help="vCPUs that each host offers")
    parser.add_argument("--time-limit", type=float, help="seconds, instead of the deterministic limit")
    options = parser.parse_args(arguments)
    instance, __ = read_cluster(json.loads(options.cluster.read_text()))
    began, cpu_began = time.perf_counter(), time.process_time()
    packing = pack(instance.guests, options.memory_gib * 1024, options.cpu, seconds=options.time_limit)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    answer = {
        "hosts": packing.hosts,
        "bound": packing.bound,
        "proved": packing.proved,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "peak_mib": peak_mib(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
