# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs are run and timed out, results become medians, exponents and tables."""

from __future__ import annotations

import sys

import pytest
from ansible_collections.medvirt.hospital.tests.bench import growth, methods, report, targets
from ansible_collections.medvirt.hospital.tests.bench.measure import measure
from ansible_collections.medvirt.hospital.tests.bench.program import run

MACHINE = {
    "table": "machine",
    "date": "2030-01-02",
    "processor": "Some CPU",
    "cores": 2,
    "memory_gib": 8,
    "load_before": 0.1,
    "versions": {"Python": "3.11"},
    "arguments": ["--quick"],
    "limits": {"peer": 10.0, "own": {"S": 3.0}},
}


def pack_row(cluster: str, origin: str, hosts: int, *, proved: bool) -> dict[str, object]:
    row = {"table": "pack", "size": "S", "origin": origin, "cluster": cluster, "method": "m", "hosts": hosts}
    return {**row, "bound": hosts, "proved": proved, "seconds": 1.0, "cpu_seconds": 0.5, "peak_mib": 20, "status": ""}


def test_document_shows_given_clusters_and_medians() -> None:
    rows = [
        MACHINE,
        pack_row("S", "given", 8, proved=True),
        pack_row("S-1", "generated", 9, proved=True),
        pack_row("S-2", "generated", 10, proved=True),
        pack_row("S-3", "generated", 14, proved=False),
    ]
    text = report.document(rows)
    assert "2030-01-02, Some CPU, 2 cores, 8 GiB" in text
    assert "tests/bench/table.py --quick" in text
    assert "### S, the given cluster\n" in text
    assert "| m | 8 | 8 | yes | 1.000 | 0.500 | 20 |" in text
    assert "### S, median of 3 random clusters\n" in text
    assert "| m | 10 | 10 | 2 of 3 | 1.000 | 0.500 | 20 |" in text


def test_a_method_without_a_plan_says_so() -> None:
    row = {"table": "rebalance", "size": "S", "origin": "generated", "method": "m", "status": "done"}
    rows = [MACHINE, {**row, "cluster": "S-1", "moves": 4}, {**row, "cluster": "S-2", "status": "UNKNOWN"}]
    assert "1x done; 1x UNKNOWN; a plan for 1 of 2" in report.document(rows)


def test_exponent() -> None:
    assert growth.exponent([(100, 1.0), (1000, 100.0)]) == pytest.approx(2)
    assert growth.exponent([(100, 0.5), (200, 1.0), (400, 2.0)]) == pytest.approx(1)
    assert growth.exponent([(100, 0.5)]) is None


def test_run_returns_the_last_line_and_the_exit_code() -> None:
    done = run([sys.executable, "-c", "print('words'); print('{\"a\": 1}')"], 60)
    assert (done.code, done.last_line) == (0, {"a": 1})
    assert run([sys.executable, "-c", "raise SystemExit(3)"], 60).code == 3


def test_run_keeps_what_was_printed_until_the_time_was_up() -> None:
    done = run(["sh", "-c", "echo begun; sleep 600"], 2)
    assert (done.code, done.output, done.last_line) == (None, "begun\n", {})


def test_a_plan_is_measured_on_its_way_too() -> None:
    """Both small guests are together for a moment; then neither large one (6) would find room (10) elsewhere."""
    data = {
        "name": "three",
        "hosts": [{"name": f"h{i}", "mem": 10, "cpu": 4, "zone": ""} for i in range(3)],
        "vms": [{"name": f"v{i}", "cpu": 1, "mem": size, "group": None} for i, size in enumerate((6, 6, 3, 3))],
        "assign": [0, 1, 0, 1],
    }
    found = measure(data, [0, 1, 1, 2], [(2, 2), (3, 2), (2, 1)])
    assert (found["moves"], found["conflicts"], found["max_memory"], found["max_cpu_ratio"]) == (2, 0, 0.9, 0.5)
    assert (found["fatal_hosts"], found["fatal_on_the_way"]) == (0, 2)


def test_targets_compare_the_given_clusters_only() -> None:
    rows = [
        {"table": "pack", "cluster": "S", "origin": "given", "method": methods.PACK, "hosts": 9},
        {"table": "pack", "cluster": "S", "origin": "given", "method": methods.FIRST_FIT, "hosts": 11},
        {"table": "pack", "cluster": "S2", "origin": "generated", "method": methods.PACK, "hosts": 19},
        {"table": "speed", "cluster": "L", "origin": "given", "method": methods.SPEED, "check_seconds": 0.03},
    ]
    found = {
        (row["what"], row["cluster"]): (row["beside"], row["own"], row["reached"]) for row in targets.reached(rows)
    }
    assert found == {
        ("hosts needed", "S"): (11, 9, False),
        ("whole N+1 check, CPU seconds", "L"): (None, 0.03, True),
    }
