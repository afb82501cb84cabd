# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/benchmarks.md from the results of table.py: one table per question, medians where there are several clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from ansible_collections.medvirt.hospital.tests.bench import targets

Row = dict[str, Any]
Column = tuple[str, Callable[[Row], str]]

INTRODUCTION = """# Benchmarks

Written by `make bench` (tests/bench/table.py); do not edit. Every peer is called as a program, on the same cluster, on
the same machine, one after the other, and everyone's plan is measured by the same code (tests/bench/measure.py).

- *score*: Ganeti's metric, lower is better. *largest share*: of memory, on the fullest host. *conflicts*: guests on one
  host with another of their group. *fatal*: hosts whose failure the others could not absorb (N+1, groups strictly
  apart) after the plan, and at its worst instant between two moves (*on the way*).
- *bound*: no plan within the same rules and budget is better than this in what was minimised. *waves*: groups of moves
  that may run at once; *parking*: moves to a host on the way; *blocked*: moves for which no order was found.
- *CPU s*: what the program used by its own account, *s*: on the clock; both without starting Python and reading files.
- `S-1`, `S-2`, ... are random clusters (tests/bench/generate.py, the number is the seed); of them the median is given.
- `hbal` balances on shared storage; `proxlb-solver` may use all cores. The rule of PVE is a model of it
  (tests/bench/peers/pve.py). The reference path does what hbal does, move by move, as shown below.
"""


def document(rows: Sequence[Row]) -> str:
    """The whole document."""
    machine = next(row for row in rows if row["table"] == "machine")
    parts = [INTRODUCTION, _machine(machine)]
    reached = targets.reached(rows)
    if reached:
        parts += ["## Targets\n", _table(reached, TARGETS)]
    for title, table, columns in (
        ("Hosts needed", "pack", PACK),
        ("Rebalancing", "rebalance", REBALANCE),
        ("Small questions", "speed", SPEED),
    ):
        parts.append(f"## {title}\n")
        parts += _by_cluster([row for row in rows if row["table"] == table], columns)
    parts += ["## The reference path beside the real hbal\n", _table(_of(rows, "oracle"), ORACLE)]
    parts += ["## Growth\n", GROWTH_WORDS, _table(_of(rows, "growth"), GROWTH)]
    return "\n".join(parts)


def _machine(machine: Row) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    own = ", ".join(f"{size} {seconds:g} s" for size, seconds in machine["limits"]["own"].items())
    return (
        f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"load before: {machine['load_before']}.\n{versions}.\n\n"
        f"Limits: {machine['limits']['peer']:g} s for each peer; for this engine {own}. Command:\n\n"
        f"    .venv/bin/python tests/bench/table.py {' '.join(machine['arguments'])}\n"
    )


def _of(rows: Iterable[Row], table: str) -> list[Row]:
    return [row for row in rows if row["table"] == table]


def _by_cluster(rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
    """A table per given cluster, and one per size for the generated ones."""
    found = []
    for size in dict.fromkeys(row["size"] for row in rows):
        of_size = [row for row in rows if row["size"] == size]
        given = [row for row in of_size if row["origin"] == "given"]
        generated = [row for row in of_size if row["origin"] == "generated"]
        if given:
            found += [f"### {size}, the given cluster\n", _table(given, columns)]
        if generated:
            count = len({row["cluster"] for row in generated})
            words = f"median of {count} random clusters" if count > 1 else "one random cluster"
            found += [f"### {size}, {words}\n", _table(_medians(generated), columns)]
    return found


def _medians(rows: Sequence[Row]) -> list[Row]:
    """One row per method: the median of each number, words where they are all the same."""
    return [
        _median([row for row in rows if row["method"] == method])
        for method in dict.fromkeys(row["method"] for row in rows)
    ]


def _median(rows: Sequence[Row]) -> Row:
    merged: Row = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        values = [row[key] for row in rows if row.get(key) is not None]
        if key in ("proved", "placed"):
            merged[key] = f"{sum(values)} of {len(rows)}"
        elif values and all(isinstance(value, int | float) for value in values):
            merged[key] = median(values)
        else:
            merged[key] = _words([str(value) for value in values])
    plans = sum(row.get("moves") is not None for row in rows)
    if "moves" in merged and plans < len(rows):
        merged["status"] += f"; a plan for {plans} of {len(rows)}"
    return merged


def _words(values: Sequence[str]) -> str:
    """The words, once when they are all the same."""
    counts = Counter(values)
    return "; ".join(f"{count}x {word}" if len(counts) > 1 else word for word, count in counts.items())


def _table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    lines = ["| " + " | ".join(title for title, __ in columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell(row) for __, cell in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _number(key: str, form: str = "g") -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        value = row.get(key)
        return "" if value is None else f"{value:{form}}" if isinstance(value, int | float) else str(value)

    return cell


def _word(key: str) -> Callable[[Row], str]:
    return lambda row: str(row.get(key, "")).replace("|", "/")


def _yes(key: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(key) is None else {True: "yes", False: "no"}.get(row[key], str(row[key]))


def _points(row: Row) -> str:
    return ", ".join(
        f"{point['guests']}: {point['cpu_seconds']:.3g} s, {point['peak_mib']:g} MiB"
        if point["cpu_seconds"] is not None
        else f"{point['guests']}: no answer"
        for point in row["points"]
    )


PACK: tuple[Column, ...] = (
    ("method", _word("method")),
    ("hosts", _number("hosts")),
    ("lower bound", _number("bound")),
    ("proved", _yes("proved")),
    ("s", _number("seconds", ".3f")),
    ("CPU s", _number("cpu_seconds", ".3f")),
    ("MiB", _number("peak_mib")),
)
REBALANCE: tuple[Column, ...] = (
    ("method", _word("method")),
    ("s", _number("seconds", ".2f")),
    ("CPU s", _number("cpu_seconds", ".2f")),
    ("moves", _number("moves")),
    ("GiB moved", _number("gib_moved")),
    ("conflicts", _number("conflicts")),
    ("score", _number("score", ".4f")),
    ("largest share", _number("max_memory", ".3f")),
    ("vCPU ratio", _number("max_cpu_ratio", ".2f")),
    ("fatal", _number("fatal_hosts")),
    ("on the way", _number("fatal_on_the_way")),
    ("bound", _number("lower_bound", ".4g")),
    ("waves", _number("waves")),
    ("parking", _number("parking")),
    ("blocked", _number("blocked")),
    ("MiB", _number("peak_mib")),
    ("remark", _word("status")),
)
SPEED: tuple[Column, ...] = (
    ("all failures checked, CPU s", _number("check_seconds", ".4f")),
    ("one more guest placed, CPU s", _number("place_seconds", ".4f")),
    ("placed", _yes("placed")),
    ("MiB", _number("peak_mib")),
)
TARGETS: tuple[Column, ...] = (
    ("what", _word("what")),
    ("cluster", _word("cluster")),
    ("peer", _number("beside", ".4g")),
    ("target: at most", _number("most", ".4g")),
    ("this engine", _number("own", ".4g")),
    ("reached", _yes("reached")),
)
ORACLE: tuple[Column, ...] = (
    ("cluster", _word("cluster")),
    ("hbal", _word("hbal")),
    ("moves", _number("moves")),
    ("same moves in the same order", _yes("same")),
    ("largest difference of a score", _number("score_difference", ".1e")),
)
GROWTH: tuple[Column, ...] = (
    ("program", _word("program")),
    ("exponent", _number("exponent", ".2f")),
    ("guests: CPU seconds, peak memory", _points),
)
GROWTH_WORDS = """CPU seconds grow as guests^exponent (25 guests per host, least squares over the sizes below).
"""
