# SPDX-License-Identifier: GPL-3.0-or-later
"""The moves of the search: a shift, a swap, a chain; each keeps N+k or changes nothing. Compiled; see jit.py."""

from __future__ import annotations

from .jit import jit
from .search_state import HOST, insert, lawful, remove
from .search_witness import mend, note_guests, note_units, release, rewind


@jit
def move(state, witness, u, v, b, c):
    """Move unit u to host b (or place it), and, where v >= 0, unit v from there to host c.

    Room is the caller's business. False: a rule forbids it, or N+k would be lost; nothing has changed then.
    """
    a = state.unit[HOST, u]
    witness.log[0, 0] = 0
    witness.todo[0, 0] = 0
    for x in (u, v):
        if x >= 0 and state.unit[HOST, x] >= 0:
            release(state, witness, x)
            remove(state, x)
    done = True
    for x, to in ((u, b), (v, c)):
        if x >= 0 and done:
            done = lawful(state, x, to, -1)
            if done:
                insert(state, x, to)
    if done:
        for x in (u, v):
            if x >= 0:
                note_units(state, witness, x)
                note_guests(state, witness, state.unit[HOST, x])
        done = mend(state, witness)
    if done:
        return True
    rewind(state, witness, 0)
    for x, back in ((u, a), (v, b)):
        if x >= 0:
            if state.unit[HOST, x] >= 0:
                remove(state, x)
            if back >= 0:
                insert(state, x, back)
    return False
