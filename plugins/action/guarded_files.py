# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller's side of guarded_files: begins the change, then confirms it over a new connection."""

from __future__ import annotations

import time
import uuid

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.medvirt.hospital.plugins.module_utils.guard_watch import verdict, watch

MODULE = "medvirt.hospital.guarded_files"
# A connection that shares nothing with an earlier one, and ends soon when the host falls silent.
SSH_ARGUMENTS = "-o ControlMaster=no -o ControlPath=none -o ServerAliveInterval=3 -o ServerAliveCountMax=3"
CONNECT_SECONDS = 5
# What a host may need to take an unconfirmed change back, once it has begun.
ROLLBACK_SECONDS = 10
_OWN_KEYS = ("armed", "waiting")


class ActionModule(ActionBase):
    """One call when nothing is to be done; otherwise calls over new connections until the change has ended."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        """Ansible's entry point."""
        super().run(tmp, task_vars)
        args = {**self._task.args, "id": str(uuid.uuid4())}
        seconds = int(args.get("confirm_seconds", 60))
        begun = self._begin(args, task_vars)
        result = {key: value for key, value in begun.items() if key not in _OWN_KEYS}
        if begun.get("waiting"):
            result["warnings"] = [f"A change of {args['name']} is not confirmed yet and may be taken back."]
        if begun.get("failed") or not begun.get("armed"):
            return result
        ended = self._watch(args, seconds, task_vars)
        if ended.step != "confirmed":
            host, paths = task_vars["inventory_hostname"], result["changed_paths"]
            message = verdict(host, args["name"], paths, seconds, ended)
            return {**result, "failed": True, "changed": False, "seconds": round(ended.seconds, 1), "msg": message}
        return {**result, "seconds": round(ended.seconds, 1)}

    def _begin(self, args, task_vars):
        """Arm and apply; waits when an earlier change is still unconfirmed."""
        for last in (False, True):
            try:
                begun = self._call(args, "begin", task_vars)
            except AnsibleConnectionFailure:
                # The answer may have been lost after the change was begun.
                return self._begun_all_the_same(args, task_vars)
            if "busy_seconds" not in begun:
                return begun
            if last:
                break
            self._display.display(
                f"{task_vars['inventory_hostname']}: an earlier change of {args['name']} was never confirmed; waiting "
                f"{begun['busy_seconds']:.0f} s until the host has taken it back.",
            )
            time.sleep(begun["busy_seconds"] + ROLLBACK_SECONDS)
            self._connection.reset()
        raise AnsibleActionFail(
            f"{task_vars['inventory_hostname']} can't take back an earlier change of {args['name']} that was never "
            "confirmed; journalctl -t medvirt-guard on it says why, and the old files are kept in "
            f"/var/lib/medvirt/guard/{args['name']}/pending."
        )

    def _begun_all_the_same(self, args, task_vars):
        said = self._call(args, "status", task_vars)
        if said.get("failed") or said["step"] == "unknown":
            raise AnsibleConnectionFailure("The connection was lost before anything was changed; run again.")
        return {"changed": True, "changed_paths": [], "diff": [], "armed": True}

    def _watch(self, args, seconds, task_vars):
        ssh = self._connection.transport == "ssh"
        kept = {name: self._connection.get_option(name) for name in ("ssh_args", "timeout")} if ssh else {}
        if ssh:
            self._connection.set_option("ssh_args", f"{SSH_ARGUMENTS} {kept['ssh_args'] or ''}")
            self._connection.set_option("timeout", CONNECT_SECONDS)

        def ask(confirm):
            try:
                if not ssh:
                    self._connection.reset()
                said = self._call(args, "confirm" if confirm else "status", task_vars)
            except AnsibleError:
                return None
            # A connection that breaks while the module runs looks like a module that failed.
            return None if said.get("failed") else said

        try:
            return watch(ask, seconds, time.monotonic, time.sleep)
        finally:
            for name, value in kept.items():
                self._connection.set_option(name, value)
            # The shared connection of the tasks that follow may have died with the old network.
            self._connection.reset()

    def _call(self, args, step, task_vars):
        files = args.get("files") if step == "begin" else []
        module_args = {**args, "files": files, "step": step}
        return self._execute_module(module_name=MODULE, module_args=module_args, task_vars=task_vars)
