# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile a function with numba where it is installed; without it the same source runs as plain Python, slower."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import numba
except ImportError:
    numba = None

COMPILED = numba is not None
SOURCES = ("jit.py", "search_state.py", "search_witness.py", "search_moves.py", "descent.py", "anneal.py")


def _fingerprint() -> str:
    """A name for this version of all compiled sources.

    numba's cache on disk notices a change only in the file of the function itself, not in those of the functions that
    it calls. With the fingerprint in the name, a change anywhere makes a new entry.
    """
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in SOURCES)).hexdigest()[:12]


FINGERPRINT = _fingerprint() if COMPILED else ""


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled when it is first called and kept in numba's cache on disk where there is one.

    The functions allocate nothing, so numba's counting of references is left out (_nrt): it took most of the time, and
    most of the time of compiling.
    """
    if numba is None:
        return function
    function.__qualname__ += "_" + FINGERPRINT
    try:
        return numba.njit(cache=True, _nrt=False)(function)
    except RuntimeError:  # no folder that numba may write to
        return numba.njit(_nrt=False)(function)
