# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.rebalance: from what look.yml has registered to waves of moves; changes nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

COMMON = {
    "plan": {"type": "dict", "required": True},
    "plan_file": {"type": "path", "required": True},
    "hosts": {"type": "dict", "required": True},
    "guests": {"type": "dict", "required": True},
}


class Verb(ActionBase):
    """What rebalance and evacuate share; runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    arguments: dict[str, Any] = {}

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry point."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec({**COMMON, **self.arguments})
        try:
            return self._answer(args, (task_vars or {})["hostvars"])
        except ImportError as exc:
            # numpy, ortools: the sentence of model/require.py
            raise AnsibleActionFail(f"{exc}.") from None

    def _answer(self, args: dict[str, Any], variables: Any) -> dict[str, Any]:
        from ..plugin_utils.model.source import read_yaml
        from ..plugin_utils.operate.observed import edited
        from ..plugin_utils.operate.seen import clusters_of

        with open(args["plan_file"], encoding="utf-8") as stream:
            problem = edited(read_yaml(stream.read()).data, os.path.relpath(args["plan_file"]))
        if problem:
            return refused([problem])
        return self.decide(args, clusters_of(args["plan"], args["hosts"], args["guests"], variables))

    def decide(self, args: dict[str, Any], clusters: Sequence[Any]) -> dict[str, Any]:
        """The task's result for the clusters of the plan."""
        raise NotImplementedError


def refused(sentences: Sequence[str]) -> dict[str, Any]:
    """The result when nothing may be done: the gravest finding as the message, all of them as findings."""
    more = f" ({len(sentences)} findings in all, see the list.)" if len(sentences) > 1 else ""
    return {"failed": True, "changed": False, "msg": sentences[0] + more, "findings": list(sentences)}


class ActionModule(Verb):
    """Rebalance."""

    arguments = {
        "max_moves": {"type": "int"},
        "max_gib": {"type": "int"},
        "max_minutes": {"type": "int"},
    }

    def decide(self, args: dict[str, Any], clusters: Sequence[Any]) -> dict[str, Any]:
        """Waves and report for each cluster."""
        from ..plugin_utils.operate.balanced import balanced

        found = [line for seen in clusters for line in seen.refusals()]
        if found:
            return refused(found)
        limits = {key: args[key] for key in self.arguments}
        answers = {seen.name: balanced(seen, **limits) for seen in clusters}
        return {
            "changed": False,
            "waves": {name: answer["waves"] for name, answer in answers.items()},
            "report": [line for answer in answers.values() for line in answer["report"]],
        }
