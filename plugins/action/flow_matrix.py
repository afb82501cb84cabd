# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.flow_matrix: makes probes from the plan, lets the probe send them, judges."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix import Matrix, judge, make_matrix
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_unplanned import Amount

MODULE = "medvirt.hospital.network_probe"
ARGUMENTS = {
    "plan": {"type": "dict", "required": True},
    "probe": {"type": "dict", "required": True},
    "machines": {"type": "dict", "required": True},
    "guests": {"type": "dict", "required": True},
    "evidence": {"type": "path"},
    "seed": {"type": "int"},
    "ports": {"type": "int", "default": 20},
    "rate_per_second": {"type": "int", "default": 2500},
}


class ActionModule(ActionBase):
    """Thinks on the controller; the host only sends and hears packets."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry point; fails when something is not as planned."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(ARGUMENTS)
        matrix = self._matrix(args)
        orders = {**matrix.orders(), "rate_per_second": args["rate_per_second"]}
        observed = self._execute_module(module_name=MODULE, module_args=orders, task_vars=task_vars)
        if observed.get("failed") or "seen" not in observed:
            return observed
        verdict = judge(matrix, observed)
        if args["evidence"] and not self._task.check_mode:
            name = "probe_matrix" if len(args["plan"]["sites"]) == 1 else f"probe_matrix_{matrix.site.name}"
            self._write(os.path.join(args["evidence"], f"{name}.json"), verdict.evidence)
        said = verdict.findings
        report = [*verdict.table, "", *verdict.remarks, *said]
        message = f"{said[0]} ({len(said)} in all, see the report.)" if said else verdict.remarks[0]
        return {
            "changed": False,
            "failed": bool(said),
            "msg": message,
            "findings": said,
            "remarks": verdict.remarks,
            "report": report,
            "counts": verdict.evidence["counts"],
            "seed": matrix.seed,
        }

    def _matrix(self, args: dict[str, Any]) -> Matrix:
        seed = args["seed"] if args["seed"] is not None else secrets.randbelow(1 << 31)
        try:
            return make_matrix(
                args["plan"],
                args["probe"],
                args["machines"],
                args["guests"],
                seed,
                datetime.date.today(),
                Amount(ports=args["ports"]),
            )
        except (KeyError, TypeError) as exc:
            raise AnsibleActionFail(f"flow_matrix: this is not the part of a plan that it takes ({exc!r}).") from exc

    def _write(self, path: str, evidence: dict[str, Any]) -> None:
        """Write the evidence whole or not at all; it is a record of this moment, no wanted state."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        temporary = f"{path}.new"
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as stream:
                json.dump({**evidence, "made": now}, stream, indent=1)
                stream.write("\n")
            os.replace(temporary, path)
        except OSError as exc:
            raise AnsibleActionFail(f"The evidence {path} could not be written: {exc.strerror}.") from exc
