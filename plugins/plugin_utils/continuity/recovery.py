# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order guests come back."""

from __future__ import annotations

from collections.abc import Mapping


def recovery_order(stages: Mapping[str, int]) -> list[list[str]]:
    """Guests in waves: {guest: stage} -> [[guests of the lowest stage], ...]."""
    return [sorted(g for g, s in stages.items() if s == stage) for stage in sorted(set(stages.values()))]
