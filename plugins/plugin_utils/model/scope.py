# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks across keys see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..catalogue.entries import Catalogue
from .finding import Loc
from .intent import Intent


@dataclass(frozen=True)
class Scope:
    """An intent (perhaps less its malformed entries), the raw data, and the catalogue.

    origin: for each top-level list the original index of the entries that the intent still holds.
    """

    intent: Intent
    raw: dict[str, Any]
    origin: dict[str, list[int]]
    catalogue: Catalogue

    def loc(self, key: str, index: int, *rest: Any) -> Loc:
        """Path of an entry as it stands in the file."""
        known = self.origin.get(key)
        return (key, known[index] if known else index, *rest)

    def names(self, key: str) -> list[str]:
        """The names of all entries of a list in the file, malformed ones included."""
        entries = self.raw.get(key)
        if not isinstance(entries, list):
            return []
        return [str(e["name"]) for e in entries if isinstance(e, dict) and "name" in e]

    def whole(self, *keys: str) -> bool:
        """Is no entry of these lists malformed? Checks that count entries need that."""
        return all(
            isinstance(self.raw.get(key), list) and len(getattr(self.intent, key)) == len(self.raw[key]) for key in keys
        )


def listed(names: Any) -> str:
    """'a, b, c', or 'none'."""
    return ", ".join(str(name) for name in names) or "none"
