# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of segments as counts, and as a table for people. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .matrix_outcome import Packet

WIDTH = 120
SIGNS = (
    "Rows send, columns receive.  . nothing is planned and nothing passed   4 that many planned packets passed",
    "3/4 only 3 of 4 planned passed   ? some could not be proved from here   !2 two packets passed that must not",
)
Cells = dict[str, dict[str, dict[str, int]]]


def cells_of(packets: Sequence[Packet]) -> Cells:
    """{row: {column: {"planned", "passed", "unproved", "unplanned", "leaked"}}}, numbers of packets."""
    cells: Cells = {}
    for packet in packets:
        row = cells.setdefault(packet.probe.row, {})
        cell = row.setdefault(
            packet.probe.column, dict.fromkeys(("planned", "passed", "unproved", "unplanned", "leaked"), 0)
        )
        if packet.probe.planned:
            cell["planned"] += 1
            cell["passed"] += packet.passed and not packet.half
            cell["unproved"] += not packet.passed and not packet.proved
        else:
            cell["unplanned"] += 1
            cell["leaked"] += packet.passed
    return cells


def mark(cell: Mapping[str, int] | None) -> str:
    """A cell of the table; empty where nothing was asked."""
    if not cell:
        return ""
    proved = cell["planned"] - cell["unproved"]
    passed = str(cell["passed"]) if cell["passed"] == proved else f"{cell['passed']}/{proved}"
    unknown = "?" if cell["unproved"] else ""
    leaked = f"!{cell['leaked']}" if cell["leaked"] else ""
    planned = (passed if proved else "") + unknown
    return planned + leaked or "."


def table(labels: Sequence[str], cells: Cells) -> list[str]:
    """Lines of at most 120 columns; more segments than fit go into a second block."""
    names = [f"{number:>2} {label}" for number, label in enumerate(labels, start=1)]
    marks = [[mark(cells.get(row, {}).get(column)) for column in labels] for row in labels]
    cell_width = max([3, *(len(text) for line in marks for text in line)]) + 1
    name_width = max(map(len, names))
    fit = max(1, (WIDTH - name_width) // cell_width)
    lines = []
    for begin in range(0, len(labels), fit):
        part = range(begin, min(begin + fit, len(labels)))
        lines.append(" " * name_width + "".join(str(number + 1).rjust(cell_width) for number in part))
        lines += [
            (name.ljust(name_width) + "".join(line[number].rjust(cell_width) for number in part)).rstrip()
            for name, line in zip(names, marks, strict=True)
        ]
    return [*lines, *SIGNS]
