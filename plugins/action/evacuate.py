# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.evacuate: from what look.yml has registered to waves of moves; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.medvirt.hospital.plugins.action.rebalance import Verb, refused


class ActionModule(Verb):
    """Evacuate."""

    arguments = {
        "host": {"type": "str"},
        "rack": {"type": "str"},
        "state": {"type": "str", "choices": ["evacuated", "returned"], "default": "evacuated"},
    }

    def decide(self, args: dict[str, Any], clusters: Sequence[Any]) -> dict[str, Any]:
        """Waves and report for the cluster of the hosts that are named."""
        from ..plugin_utils.operate.emptied import Refused, chosen, emptied, returned

        try:
            out = chosen(args["hosts"], args["host"] or None, args["rack"] or None)
            seen = next(seen for seen in clusters if set(out) <= set(seen.hosts))
            found = seen.refusals()
            if found:
                return refused(found)
            answer = returned(seen, out) if args["state"] == "returned" else emptied(seen, out)
        except Refused as exc:
            return refused([str(exc)])
        return {"changed": False, "cluster": seen.name, "nodes": out, **answer}
