# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs proxlb-solver on one scenario file, with the Python of its own environment: proxlb_driver.py SCENARIO SECONDS

Its own command writes reports only; this prints the placements as one JSON line. Time is that of the solver alone.
"""

import json
import sys
import time

from proxlb_solver.loader import load_scenario
from proxlb_solver.solver import solve_reachable


def main() -> None:
    """Solve and print."""
    cluster = load_scenario(sys.argv[1])
    began, cpu_began = time.perf_counter(), time.process_time()
    solution, plan = solve_reachable(cluster, total_time_limit_s=float(sys.argv[2]))
    answer = {
        "placements": solution.placements if solution.feasible else None,
        "status": solution.stats.status,
        "order": [(move.vm, move.target) for step in plan.steps for move in step.migrations],
        "path_feasible": plan.path_feasible,
        "seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(time.process_time() - cpu_began, 3),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
