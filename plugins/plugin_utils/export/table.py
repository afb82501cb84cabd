# SPDX-License-Identifier: GPL-3.0-or-later
"""A table as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from ..report.markdown import table as markdown_table

Row = tuple[Any, ...]
# A spreadsheet takes a cell that begins so for a formula, or drops the sign and then does.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Table:
    """`name` is the file's name without its ending; `lead` says what the reader does with it."""

    name: str
    title: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def to_csv(table: Table) -> str:
    """RFC 4180 with heads; an apostrophe disarms cells that a spreadsheet would calculate."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.heads)
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return out.getvalue()


def to_markdown(table: Table, hospital: str) -> str:
    """Title, lead, table."""
    lines = markdown_table(table.heads, table.rows) or ["None."]
    return "\n".join([f"# {hospital}: {table.title}", "", table.lead, "", *lines]) + "\n"


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
