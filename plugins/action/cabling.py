# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.cabling: plans the network check and judges what was heard. All I/O is here."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils.validation.cabling import Judgement, judge
from ..plugin_utils.validation.cabling_plan import address_owners, ports
from .report import write_if_changed

ARGUMENTS = {
    "state": {"type": "str", "choices": ["planned", "judged"], "required": True},
    "machines": {"type": "list", "elements": "str", "required": True},
    "run": {"type": "str"},
    "evidence": {"type": "path"},
}
SENT, HEARD = "__network_check_sent", "__network_check_heard"


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what each machine sends, or what was found; never fails for a finding."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=ARGUMENTS, required_if=[("state", "judged", ["run"])])
        hostvars = task_vars["hostvars"]
        plan = hostvars[args["machines"][0]]["hospital_plan"]
        everything = {name: hostvars[name]["hospital"] for name in hostvars if "hospital" in hostvars[name]}
        guests = {name: content for name, content in everything.items() if content["kind"] == "guest"}
        machines = {name: content for name, content in everything.items() if name not in guests}
        asked = {name: machines[name] for name in args["machines"]}
        owners = address_owners(machines, guests, plan)
        if args["state"] == "planned":
            return {"changed": False, "run": secrets.token_hex(8), "ports": ports(asked, plan, owners)}
        found = judge(asked, plan, owners, answers(hostvars, asked))
        if args["evidence"]:
            text = evidence(found, plan, args["run"], sorted(asked))
            write_if_changed(os.path.abspath(args["evidence"]), text, self._task.check_mode)
        said = {"findings": found.findings, "notes": found.notes, "msg": found.summary()}
        return {"changed": False, **said, "table": found.table()}


def answers(hostvars: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {machine: what it heard}, with the problems of sending at its ports; without those that failed."""
    found = {}
    for name in asked:
        heard, sent = (hostvars[name].get(variable) or {} for variable in (HEARD, SENT))
        if "heard" not in heard or "problems" not in sent:
            continue
        reports = {
            port: {**report, "problem": report["problem"] or sent["problems"].get(port, "")}
            for port, report in heard["ports"].items()
        }
        found[name] = {**heard, "ports": reports}
    return found


def evidence(found: Judgement, plan: Mapping[str, Any], run: str, machines: list[str]) -> str:
    """Return what was found as JSON."""
    record = {
        "check": "network_check",
        "hospital": plan["name"],
        "plan_content_sha256": plan["hashes"]["content_sha256"],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "passed": not found.findings,
        "machines": machines,
        "findings": found.findings,
        "notes": found.notes,
        "segments": [vars(row) for row in found.rows],
        "paths": found.paths,
    }
    return json.dumps(record, indent=1, default=str) + "\n"
