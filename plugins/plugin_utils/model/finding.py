# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding: one thing wrong in the intent, as a sentence that names the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Loc = tuple[Any, ...]


def dotted(loc: Loc) -> str:
    """('hosts', 1, 'rack') -> 'hosts[1].rack'."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "(the whole file)"


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, what is allowed and what to do.

    loc     path of the key, e.g. ('hosts', 1, 'rack')
    problem value and limit, e.g. "'r9' is not a rack of site main (its racks: r1, r2, r3)"
    remedy  what to change, an imperative
    line    line in the file, where known
    """

    loc: Loc
    problem: str
    remedy: str
    line: int | None = None

    @property
    def path(self) -> str:
        """The key as people write it."""
        return dotted(self.loc)

    def sentence(self, file: str = "") -> str:
        """One sentence for the terminal."""
        place = f"{file}:{self.line}: " if file and self.line else f"{file}: " if file else ""
        return f"{place}{self.path}: {self.problem}; {self.remedy}."
