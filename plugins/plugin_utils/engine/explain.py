# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a guest moves, in words: the rule it mends, the host it relieves, the room it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .arrays import Arrays
from .score import crowded, loads, misplaced


def reasons(arrays: Arrays, before: Any, after: Any, newly_safe: Sequence[str] = ()) -> Mapping[int, str]:
    """unit -> why it moves from before[unit] to after[unit] ([U] each).

    newly_safe: names of the failures that the plan makes absorbable
    """
    context = _Context(arrays, np.asarray(before), np.asarray(after), newly_safe)
    return {int(unit): context.why(int(unit)) for unit in np.flatnonzero(context.before != context.after)}


class _Context:
    """What the sentences need, computed once."""

    def __init__(self, arrays: Arrays, before: Any, after: Any, newly_safe: Sequence[str]) -> None:
        self.arrays, self.before, self.after, self.newly_safe = arrays, before, after, newly_safe
        self.crowded = set(crowded(arrays, before))
        self.wrong = misplaced(arrays, before)
        self.percent = [self._percent(loads(arrays, hosts)) for hosts in (before, after)]

    def _percent(self, load: tuple[Any, Any]) -> dict[str, Any]:
        rooms = (self.arrays.host_memory, self.arrays.host_cpu)
        return {
            name: 100.0 * used / np.maximum(room, 1)
            for name, used, room in zip(("memory", "CPU"), load, rooms, strict=True)
        }

    def why(self, unit: int) -> str:
        """The sentence for one unit."""
        source, target = int(self.before[unit]), int(self.after[unit])
        names = [host.name for host in self.arrays.instance.hosts]
        if source < 0:
            return f"it has no host; {names[target]} has room for it"
        if not self.arrays.available[source]:
            return f"{names[source]} is not available"
        if not self.arrays.allowed[self.arrays.unit_class[unit], source]:
            return f"{names[source]} lacks what it needs, {names[target]} has it"
        if unit in self.crowded:
            return f"parts it from {self._replica(unit, source)} of its group, on {names[source]} or in its domain"
        return self._load(source, target, names, bool(self.wrong[unit]))

    def _replica(self, unit: int, source: int) -> str:
        arrays = self.arrays
        for group in arrays.group_index[arrays.group_start[unit] : arrays.group_start[unit + 1]]:
            domains = arrays.domains[arrays.group_scope[group]]
            for other in arrays.group_unit[arrays.group_unit_start[group] : arrays.group_unit_start[group + 1]]:
                here = self.before[other]
                if other != unit and here >= 0 and domains[here] == domains[source]:
                    guest = arrays.member_guest[arrays.member_start[other]]
                    return arrays.instance.guests[guest].name
        return "a replica"

    def _load(self, source: int, target: int, names: list[str], wrong: bool) -> str:
        falls = {key: self.percent[0][key][source] - self.percent[1][key][source] for key in ("memory", "CPU")}
        key = max(falls, key=lambda name: falls[name])
        span = f"{key} from {self.percent[0][key][source]:.0f} % to {self.percent[1][key][source]:.0f} %"
        if names[source] in self.newly_safe:
            return f"lets the others absorb a failure of {names[source]} ({span})"
        if wrong:
            return f"brings {names[source]} under its limit: {span}"
        if falls[key] > 0.5:
            return f"relieves {names[source]}: {span}"
        grows = {name: self.percent[1][name][target] - self.percent[0][name][target] for name in ("memory", "CPU")}
        key = max(grows, key=lambda name: grows[name])
        if grows[key] > 0.5:
            span = f"{key} from {self.percent[0][key][target]:.0f} % to {self.percent[1][key][target]:.0f} %"
            return f"fills {names[target]}: {span}, and makes room on {names[source]} for guests that come there"
        return f"makes room on {names[source]} for guests that come there"
