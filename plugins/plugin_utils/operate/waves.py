# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of the engine as the data that guest_migrations takes."""

from __future__ import annotations

from ..engine.order import Schedule


def as_waves(schedule: Schedule) -> list[list[dict[str, str]]]:
    """[[{"guest", "source", "target"}]]."""
    return [
        [{"guest": move.guest, "source": move.source, "target": move.target} for move in wave.moves]
        for wave in schedule.waves
    ]
