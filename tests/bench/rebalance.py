# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebalance a cluster file; the last line is one JSON line with what it reached.

Seconds are counted from the parsed file to the finished plan, without numba's one-time compilation: a small cluster
is rebalanced first, and `warm_up_seconds` says how long that took. `cpu_seconds` does not count what other programs
take on a busy machine. The bound of the balance is computed after the plan and timed as `bound_seconds`.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".venv"))

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine import ganeti  # noqa: E402
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import (  # noqa: E402
    EngineGuest,
    EngineHost,
    Instance,
    Rules,
    read_cluster,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.order import order  # noqa: E402
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.rebalance import (  # noqa: E402
    MINIMISE,
    OBJECTIVES,
    RebalancePlan,
    add_bound,
    rebalance,
)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cluster", type=Path, help="cluster as JSON: hosts, vms, assign")
    parser.add_argument("--objective", choices=OBJECTIVES, default="ganeti")
    parser.add_argument("--minimise", choices=MINIMISE, default="balance", help="moves and gib need peaks")
    parser.add_argument("--peaks", choices=["hbal"], help="hosts stay under the peaks that hbal reaches")
    parser.add_argument("--max-memory", type=float, help="highest memory use of a host, as a share")
    parser.add_argument("--max-vcpu-ratio", type=float, help="highest ratio of virtual to physical CPUs of a host")
    parser.add_argument("--max-moves", type=int)
    parser.add_argument("--max-gib", type=float)
    parser.add_argument("--n-plus", type=int, default=1, choices=[0, 1, 2])
    parser.add_argument("--work", type=float, default=1.0, help="deterministic effort")
    parser.add_argument("--time-limit", type=float, help="seconds; more effort is spent until then")
    parser.add_argument("--no-waves", action="store_true", help="leave out the order of the moves")
    parser.add_argument("--out", type=Path, help="write moves and waves as JSON")
    return parser.parse_args()


def warm_up() -> float:
    """Compile every function of the search on three hosts. Returns the seconds it took."""
    begun = time.perf_counter()
    hosts = tuple(EngineHost(f"h{i}", 8, 64) for i in range(3))
    guests = tuple(EngineGuest(f"g{i}", 1, 8, "twins" if i < 2 else "") for i in range(6))
    instance = Instance("warm-up", hosts, guests, Rules(cpu_hard=False))
    rebalance(instance, (0, 0, 0, 0, 0, 1), peaks=(1.0, 1.0), minimise="moves", objective="ganeti")
    ganeti.balance(instance, (0, 0, 0, 0, 0, 1))
    return time.perf_counter() - begun


def peaks_of(
    options: argparse.Namespace, instance: Instance, assignment: tuple[int, ...]
) -> tuple[float, float] | None:
    """Highest memory use and CPU ratio that a host may have, or None."""
    if options.peaks == "hbal":
        after = ganeti.balance(instance, assignment).assignment
        return highest(instance, after)
    if options.max_memory is None and options.max_vcpu_ratio is None:
        return None
    return (options.max_memory or 1.0, options.max_vcpu_ratio or float(1 << 20))


def highest(instance: Instance, assignment: tuple[int, ...]) -> tuple[float, float]:
    """Highest memory use and CPU ratio of a host."""
    memory, cpu = [0] * len(instance.hosts), [0] * len(instance.hosts)
    for guest, host in zip(instance.guests, assignment, strict=True):
        memory[host] += guest.memory
        cpu[host] += guest.cpu
    return (
        max(used / host.memory for used, host in zip(memory, instance.hosts, strict=True)),
        max(used / host.cpu for used, host in zip(cpu, instance.hosts, strict=True)),
    )


def main() -> None:
    """Read, rebalance, print."""
    options = arguments()
    instance, assignment = read_cluster(json.loads(options.cluster.read_text()), n_plus=options.n_plus)
    warm = warm_up()
    peaks = peaks_of(options, instance, assignment)
    begun, cpu = time.perf_counter(), time.process_time()
    limit = options.time_limit
    plan = rebalance(
        instance,
        assignment,
        objective=options.objective,
        minimise=options.minimise,
        max_moves=options.max_moves,
        max_gib=options.max_gib,
        peaks=peaks,
        bound=False,
        work=options.work if limit is None else max(options.work, limit),
        deadline=None if limit is None else (lambda: time.perf_counter() - begun > 0.8 * limit),
    )
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    begun = time.perf_counter()
    if options.minimise == "balance":
        plan = add_bound(
            instance,
            assignment,
            plan,
            objective=options.objective,
            max_moves=options.max_moves,
            max_gib=options.max_gib,
            peaks=peaks,
        )
    timing = {"cpu_seconds": cpu, "bound_seconds": time.perf_counter() - begun, "warm_up_seconds": warm}
    if options.out:
        options.out.write_text(
            json.dumps(document(instance, assignment, plan, options), indent=1, default=plain) + "\n"
        )
    print(json.dumps(line(instance, plan, seconds) | {key: round(value, 3) for key, value in timing.items()}))


def line(instance: Instance, plan: RebalancePlan, seconds: float) -> dict[str, object]:
    """The JSON line."""
    return {
        "moves": len(plan.moves),
        "gib_moved": round(plan.gib, 3),
        "score": round(ganeti.score(instance, plan.after), 6),
        "max_memory": round(plan.after_figures.max_memory, 4),
        "max_vcpu_ratio": round(plan.after_figures.max_cpu, 4),
        "conflicts": plan.after_figures.conflicts,
        "fatal_hosts_before": len(plan.fatal_before),
        "fatal_hosts_after": len(plan.fatal_after),
        "lower_bound": round(plan.lower_bound, 6),
        "gap": round(plan.gap, 6),
        "status": plan.status,
        "seconds": round(seconds, 3),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def document(
    instance: Instance, assignment: tuple[int, ...], plan: RebalancePlan, options: argparse.Namespace
) -> dict[str, object]:
    """The plan with its waves."""
    found: dict[str, object] = {
        "moves": [
            {"guest": m.guest, "source": m.source, "target": m.target, "gib": m.gib, "why": m.why} for m in plan.moves
        ],
        "after": plan.after,
    }
    if not options.no_waves:
        schedule = order(instance, assignment, plan.after)
        found |= {
            "waves": [
                [{"guest": m.guest, "source": m.source, "target": m.target, "parking": m.parking} for m in wave.moves]
                for wave in schedule.waves
            ],
            "parking": schedule.parking,
            "blocked": schedule.blocked,
            "final": schedule.final,
        }
    return found


def plain(value: Any) -> object:
    """A numpy number as Python's."""
    return value.item()


if __name__ == "__main__":
    main()
