# SPDX-License-Identifier: GPL-3.0-or-later
"""How long do the small questions take: is every failure absorbed, and where does one more guest go?

    .venv/bin/python tests/bench/speed.py CLUSTER.json

Prints one JSON line: check_seconds, place_seconds, placed (did the guest find a host with N+1 kept), peak_mib.
Seconds are of CPU, the median of several calls after a first one, which compiles. check_failures() starts from arrays,
place() from names.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".venv"))

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.failures import check_failures
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.instance import EngineGuest, read_cluster
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import Placed, place
from ansible_collections.medvirt.hospital.tests.bench.program import peak_mib

CALLS = 5
ONE_MORE = EngineGuest("one-more", cpu=4, memory=16 * 1024)


def seconds_of(call: Callable[[], Any]) -> tuple[float, Any]:
    """Median CPU seconds of a call, and what it returned."""
    result = call()
    taken = []
    for __ in range(CALLS):
        began = time.process_time()
        result = call()
        taken.append(time.process_time() - began)
    return median(taken), result


def main() -> None:
    """Time both questions on the cluster of a file."""
    instance, assignment = read_cluster(json.loads(Path(sys.argv[1]).read_text()))
    arrays = compile(instance)
    check_seconds, __ = seconds_of(lambda: check_failures(arrays, assignment))
    more = replace(instance, guests=(*instance.guests, ONE_MORE))
    current = {guest.name: instance.hosts[host].name for guest, host in zip(instance.guests, assignment, strict=True)}
    place_seconds, found = seconds_of(lambda: place(more, current))
    answer = {
        "check_seconds": round(check_seconds, 4),
        "place_seconds": round(place_seconds, 4),
        "placed": isinstance(found, Placed) and ONE_MORE.name in found.hosts,
        "peak_mib": peak_mib(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
