# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.export: reads the plan, writes tables and zone files."""

from __future__ import annotations

import os
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from .report import read_inventory, write_if_changed

ARGUMENTS = {
    "plan": {"type": "path", "required": True},
    "directory": {"type": "path"},
    "serial": {"type": "int"},
    "name_servers": {"type": "list", "elements": "str", "default": []},
}


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the files that differ."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        from ..plugin_utils.export.files import export
        from ..plugin_utils.export.zones import BadSerial
        from ..plugin_utils.plan.previous import plan_of
        from ..plugin_utils.report.source import NotReadable

        plan = os.path.abspath(args["plan"])
        inventory = read_inventory(plan)
        try:
            files = export(inventory, args["serial"], args["name_servers"])
        except (NotReadable, BadSerial) as exc:
            raise AnsibleActionFail(f"{plan} can't be exported: {exc}.") from None
        directory = os.path.abspath(args["directory"] or os.path.join("build", plan_of(inventory)["name"], "export"))
        changed = [
            name
            for name, text in files.items()
            if write_if_changed(os.path.join(directory, name), text, self._task.check_mode)
        ]
        result: dict[str, Any] = {
            "changed": bool(changed),
            "directory": directory,
            "files": list(files),
            "warnings": _left_over(directory, files),
        }
        if changed:
            result["diff"] = [{"prepared": f"{directory}\n" + "\n".join(changed) + "\n"}]
        return result


def _left_over(directory: str, files: dict[str, str]) -> list[str]:
    """Zones of an earlier plan: a name server that still loads them would answer with addresses that are gone."""
    folder = os.path.join(directory, "dns")
    found = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [
        f"{os.path.join(folder, name)} is no zone of this plan any more: remove it, there and on the name servers"
        for name in found
        if name.endswith(".zone") and f"dns/{name}" not in files
    ]
