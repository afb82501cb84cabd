# SPDX-License-Identifier: GPL-3.0-or-later
"""What `hbal` does to a cluster, from the reference path (engine/ganeti.py): the same plan without hbal's running time.

    .venv/bin/python tests/bench/reference.py CLUSTER.json

Prints one JSON line: assignment, order, status, seconds, cpu_seconds, peak_mib. That it is the same as hbal's is shown
by tests/bench/oracle.py.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.ganeti import balance
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import read_cluster
from ansible_collections.medvirt.hospital.tests.bench.program import peak_mib


def main() -> None:
    """Balance the cluster of a file."""
    instance, assignment = read_cluster(json.loads(Path(sys.argv[1]).read_text()))
    began, cpu_began = time.perf_counter(), time.process_time()
    done = balance(instance, assignment)
    answer = {
        "assignment": done.assignment,
        "order": [(move.guest, move.target) for move in done.moves],
        "status": "done",
        "seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(time.process_time() - cpu_began, 3),
        "peak_mib": peak_mib(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
