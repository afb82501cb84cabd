# SPDX-License-Identifier: GPL-3.0-or-later
"""Words and findings that several checks share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from .finding import Finding, Loc

_MOST = 12


def listed(names: Iterable[Any]) -> str:
    """'a, b, c', or 'none'."""
    return ", ".join(str(name) for name in names) or "none"


def known(value: str, names: Iterable[str], what: str = "known") -> str:
    """Brackets for an unknown name: '(known: a, b)', with the closest one first when one is close."""
    names = list(names)
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.6)
    hint = f"did you mean '{near[0]}'? " if near else ""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"({hint}{what}: {listed(names[:_MOST])}{more})"


def twice(entries: Iterable[tuple[Any, Loc]], what: str) -> list[Finding]:
    """A finding for each value that stood before."""
    seen: set[Any] = set()
    findings = []
    for value, loc in entries:
        if value in seen:
            findings.append(Finding(loc, f"{what} {value} occurs twice", "rename or remove one of them"))
        seen.add(value)
    return findings
