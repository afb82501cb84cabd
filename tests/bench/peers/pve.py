# SPDX-License-Identifier: GPL-3.0-or-later
"""The rebalancing rule of Proxmox VE 9.2's HA manager, as a model: one best migration at a time.

    .venv/bin/python tests/bench/peers/pve.py CLUSTER.json [--threshold 0.3] [--margin 0.1]

The rule [V: proxmox/pve-ha-manager 5.2.0, load_balance]: the load of a host is the mean of its shares of CPU and
memory in use; imbalance is sd(load) / mean(load) / sqrt(hosts - 1). Above the threshold, the one migration that lowers
it most is done if it lowers it by the margin or more. Members of a group avoid each other's hosts; capacity and N+1 are
not looked at. Here the rule is repeated until it rests. Guests use a quarter of their vCPUs and all their memory [E].

Prints one JSON line: assignment, order, status, seconds, cpu_seconds, peak_mib.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench.program import peak_mib

CPU_USED = 0.25


def imbalance(load: Any) -> Any:
    """Imbalance for loads [..., H]."""
    mean = load.mean(axis=-1)
    return load.std(axis=-1) / mean / np.sqrt(load.shape[-1] - 1)


def balance(
    data: dict[str, Any], threshold: float, margin: float, until: float
) -> tuple[list[int], list[tuple[int, int]], str]:
    """The assignment at rest, or when the clock (perf_counter) shows `until`; (guest, target) of all moves; which."""
    order: list[tuple[int, int]] = []
    hosts, guests, assignment = data["hosts"], data["vms"], list(data["assign"])
    cpu, memory = (np.array([host[key] for host in hosts], dtype=float) for key in ("cpu", "mem"))
    # [V, H] load that a guest brings to a host
    brings = np.array([[CPU_USED * guest["cpu"], guest["mem"]] for guest in guests]) @ (0.5 / np.array([cpu, memory]))
    load = np.zeros(len(hosts))
    groups: list[list[str]] = [[] for __ in hosts]
    for guest, host in enumerate(assignment):
        load[host] += brings[guest, host]
        groups[host].append(guests[guest].get("group") or "")
    while imbalance(load) > threshold:
        if time.perf_counter() > until:
            return assignment, order, "stopped by the time limit"
        before, best = imbalance(load), (np.inf, 0, 0)
        for guest, source in enumerate(assignment):
            loads = np.tile(load, (len(hosts), 1))  # [target, H]
            loads[:, source] -= brings[guest, source]
            loads[np.arange(len(hosts)), np.arange(len(hosts))] += brings[guest]
            group = guests[guest].get("group")
            after = imbalance(loads)
            for target in range(len(hosts)):
                if target == source or (group and group in groups[target]):
                    after[target] = np.inf
            best = min(best, (after.min(), guest, int(after.argmin())))
        after, guest, target = best
        if not before - after >= margin * before:
            break
        source = assignment[guest]
        load[source] -= brings[guest, source]
        load[target] += brings[guest, target]
        groups[source].remove(guests[guest].get("group") or "")
        groups[target].append(guests[guest].get("group") or "")
        assignment[guest] = target
        order.append((guest, target))
    return assignment, order, "at rest"


def main() -> None:
    """Apply the rule to a file."""
    parser = argparse.ArgumentParser(description="Balance a cluster by the rule of Proxmox VE.")
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--threshold", type=float, default=0.3)
    parser.add_argument("--margin", type=float, default=0.1)
    options = parser.parse_args()
    data = json.loads(options.cluster.read_text())
    began, cpu_began = time.perf_counter(), time.process_time()
    assignment, order, status = balance(data, options.threshold, options.margin, began + options.time_limit)
    answer = {
        "assignment": assignment,
        "order": order,
        "status": status,
        "seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(time.process_time() - cpu_began, 3),
        "peak_mib": peak_mib(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
