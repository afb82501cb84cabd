# SPDX-License-Identifier: GPL-3.0-or-later
"""How far waves of moves have come, in words. Pure functions.

A move is {"guest", "source", "target"}; made ones have "seconds", failed ones "reason" and "now" (host, '' unknown).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Move = Mapping[str, Any]
GO_ON = "mend the cause and run the same command again, it goes on from the present state"


def wave_line(number: int, waves: int, moved: Sequence[Move]) -> str:
    """One line about a wave that has ended."""
    said = ", ".join(f"{way(move)} in {move['seconds']} s" for move in moved) or "nothing was left to do"
    return f"Wave {number} of {waves}: {said}."


def stopped(number: int, waves: int, why: str, moved: Sequence[Move], left: Sequence[Move]) -> str:
    """One sentence about a plan that ended before its time.

    why: what happened in wave `number`, without a full stop; moved: all moves made; left: all that were not begun.
    """
    done = f"moved before: {', '.join(way(move) for move in moved)}" if moved else "no guest was moved before"
    rest = f"; not begun: {', '.join(way(move) for move in left)}" if left else ""
    return f"Stopped in wave {number} of {waves}: {why}; {done}{rest}; {GO_ON}."


def failure(move: Move) -> str:
    """What became of a move that failed, without a full stop."""
    guest = move["guest"]
    if move["now"] == move["source"]:
        still = f"{guest} still runs on {move['source']}"
    elif move["now"]:
        still = f"{guest} runs on {move['now']}"
    else:
        still = f"where {guest} runs is not settled yet: look at crm_mon on a host"
    return f"the migration of {way(move)} failed ({move['reason']}), {still}"


def out_of_time(minutes: int, moved: Sequence[Move], left: Sequence[Move]) -> str:
    """One sentence about a plan that ended because its minutes were over."""
    return (
        f"The time of {minutes} min is over: {len(moved)} moves were made, {len(left)} were not begun "
        f"({', '.join(way(move) for move in left)}); run the same command again to go on from the present state."
    )


def way(move: Move) -> str:
    """Who goes where."""
    return f"{move['guest']} from {move['source']} to {move['target']}"
