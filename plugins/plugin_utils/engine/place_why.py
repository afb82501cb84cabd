# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a guest is where it is, in a sentence."""

from __future__ import annotations

import numpy as np

from .ledger_state import State


def reason(state: State, guest: int, before: str | None) -> str:
    """The reason for the host of a guest (by index); before: its host in the last plan."""
    arrays = state.arrays
    instance = arrays.instance
    here = int(state.home[arrays.guest_unit[guest]])
    keeps = {0: "", 1: " that keeps N+1", 2: " that keeps N+2"}[instance.rules.n_plus]
    if before == instance.hosts[here].name:
        return "stays where the last plan had it"
    if before is None:
        return f"new: the host{keeps} whose scarcer resource is used least"
    old = next((index for index, host in enumerate(instance.hosts) if host.name == before), None)
    if old is None:
        return f"its last host {before} is no longer in the cluster"
    return _obstacle(state, guest, old) or f"on its last host {before} there is no room for it{keeps}"


def _obstacle(state: State, guest: int, old: int) -> str:
    """What keeps the guest from its last host ('': nothing but room)."""
    arrays = state.arrays
    unit, wanted, host = arrays.guest_unit[guest], arrays.instance.guests[guest], arrays.instance.hosts[old]
    if not host.available:
        return f"its last host {host.name} is under maintenance"
    missing = sorted(wanted.needs - host.features)
    if missing:
        return f"its last host {host.name} lacks {', '.join(missing)}"
    if wanted.hosts is not None and host.name not in wanted.hosts:
        return f"its last host {host.name} is not among the hosts that may run it"
    if (state.size[unit] > state.cap[old]).any():
        return f"its last host {host.name} is too small for it now"
    for domain, mate in state.mates(int(unit)):
        if domain[state.home[mate]] == domain[old]:
            other = arrays.instance.guests[arrays.member_guest[arrays.member_start[mate]]].name
            return f"its replica {other} stays on or beside its last host {host.name}"
    colours = np.flatnonzero(state.colours[:, old])
    if len(colours) and (colours != arrays.unit_colour[unit]).any():
        return f"another tenant has its last host {host.name}, and the two share none"
    if wanted.together:
        return f"it stays together with the guests of {wanted.together!r}"
    return ""
