# SPDX-License-Identifier: GPL-3.0-or-later
"""First-fit-decreasing as administrators do it: guests by memory, each on the first identical host that takes it.

    .venv/bin/python tests/bench/peers/ffd.py CLUSTER.json [--memory-gib 768] [--cpu 192]

Prints one JSON line: hosts, seconds, cpu_seconds, peak_mib. Two guests of one group share no host.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench.program import peak_mib


def first_fit(guests: list[dict[str, Any]], memory: int, cpu: int) -> int:
    """Hosts used."""
    hosts: list[tuple[list[int], set[str]]] = []
    for guest in sorted(guests, key=lambda guest: (-guest["mem"], -guest["cpu"])):
        for left, groups in hosts:
            if left[0] >= guest["mem"] and left[1] >= guest["cpu"] and guest["group"] not in groups:
                break
        else:
            left, groups = [memory, cpu], set()
            hosts.append((left, groups))
        left[0] -= guest["mem"]
        left[1] -= guest["cpu"]
        if guest["group"]:
            groups.add(guest["group"])
    return len(hosts)


def main() -> None:
    """Pack the guests of a file."""
    parser = argparse.ArgumentParser(description="Hosts that first-fit-decreasing takes.")
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--memory-gib", type=int, default=768)
    parser.add_argument("--cpu", type=int, default=192)
    options = parser.parse_args()
    guests = json.loads(options.cluster.read_text())["vms"]
    began, cpu_began = time.perf_counter(), time.process_time()
    hosts = first_fit(guests, options.memory_gib * 1024, options.cpu)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    print(json.dumps({"hosts": hosts, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
