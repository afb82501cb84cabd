# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.guest_migrations: one wave after the other on a member of the cluster."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate import progress

MODULE = "medvirt.hospital.guest_migration"
ARGUMENTS = {
    "waves": {"type": "list", "elements": "list", "required": True},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "max_minutes": {"type": "int", "default": 0},
}
ENDS = ("guest", "source", "target")


class ActionModule(ActionBase):
    """Runs the module guest_migration once for each wave; stops at the first move that fails."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry point."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(ARGUMENTS)
        waves = [[{key: move[key] for key in ENDS} for move in wave] for wave in args["waves"]]
        begin, moved, failed = time.monotonic(), [], []
        for number, wave in enumerate(waves, start=1):
            left = [move for later in waves[number - 1 :] for move in later]
            if args["max_minutes"] and time.monotonic() - begin > 60 * args["max_minutes"]:
                return self._result(moved, failed, left, progress.out_of_time(args["max_minutes"], moved, left))
            done = self._execute_module(
                module_name=MODULE, module_args={"moves": wave, "hosts": args["hosts"]}, task_vars=task_vars
            )
            if self._task.check_mode and not done.get("failed"):
                return {"changed": done["changed"], "moved": [], "failed_moves": [], "left": left}
            moved, failed = moved + done.get("moved", []), done.get("failed_moves", [])
            why = _trouble(done)
            if why:
                later = left if not done.get("failed_moves") else left[len(wave) :]
                said = progress.stopped(number, len(waves), why, moved, later)
                return self._result(moved, failed, later, said, failed=True)
            self._display.display(progress.wave_line(number, len(waves), done["moved"]))
        return self._result(moved, failed, [], "")

    @staticmethod
    def _result(moved: list[Any], failed_moves: list[Any], left: list[Any], said: str, failed: bool = False) -> Any:
        result = {"changed": bool(moved), "moved": moved, "failed_moves": failed_moves, "left": left}
        return {**result, **({"msg": said} if said else {}), **({"failed": True} if failed else {})}


def _trouble(done: dict[str, Any]) -> str:
    """What went wrong in a wave, without a full stop; '' when nothing did."""
    if done.get("failed") or done.get("unreachable"):
        return str(done.get("msg") or "the host that was asked does not answer").strip().rstrip(".")
    return ", and ".join(progress.failure(move) for move in done["failed_moves"])
