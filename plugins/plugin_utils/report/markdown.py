# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown that no value of a plan can break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")
_IN_WORD = re.compile(r"(?<=\w)\\_(?=\w)")


def cell(value: Any) -> str:
    """Text on one line with Markdown's signs escaped; an underscore inside a word means nothing and stays."""
    return _IN_WORD.sub("_", _SPECIAL.sub(r"\\\1", " ".join(str(value).splitlines())))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Lines of a table; [] without rows."""
    lines = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *lines] if lines else []
