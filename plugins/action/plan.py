# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.plan: reads files, calls the planner, writes the plan. All I/O is here."""

from __future__ import annotations

import datetime
import os
import tempfile
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.model.require import missing_package

ARGUMENTS = {
    "intent": {"type": "path"},
    "plan": {"type": "path"},
    "state": {"type": "str", "choices": ["present", "verified"], "default": "present"},
}


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Dispatch on `state`."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec=ARGUMENTS,
            required_one_of=[["intent", "plan"]],
            required_if=[["state", "present", ["intent"]]],
        )
        try:
            return self._verified(args) if args["state"] == "verified" else self._present(args)
        except ImportError as exc:
            missing = missing_package(exc)
            if missing:
                raise AnsibleActionFail(f"{missing}.") from None
            raise

    def _present(self, args: dict[str, Any]) -> dict[str, Any]:
        from ..plugin_utils.plan.planner import NotAPlan, make_plan

        intent = os.path.abspath(args["intent"])
        plan = os.path.abspath(args["plan"] or os.path.join(os.path.dirname(intent), "hosts.yml"))
        before = _read(plan) if os.path.lexists(plan) else None
        text = _read_intent(intent)
        try:
            made = make_plan(text, before, _catalogue(), os.path.basename(intent), os.path.basename(plan))
        except NotAPlan as exc:
            raise AnsibleActionFail(str(exc)) from None
        if made.findings:
            return _refusal(made.findings, intent, made.warnings)
        changed = made.text != before
        if changed and not self._task.check_mode:
            _write(plan, made.text)
        lines = made.changes or ["no change" if not changed else "~ text only (comments or layout of the file)"]
        result: dict[str, Any] = {
            "changed": changed,
            "plan_file": plan,
            "summary": lines,
            "report": made.report,
            "findings": [],
            "warnings": [*made.warnings, *_expired(made.plan)],
        }
        if changed:
            result["diff"] = [{"prepared": f"{os.path.basename(plan)}\n" + "\n".join(lines) + "\n"}]
        return result

    def _verified(self, args: dict[str, Any]) -> dict[str, Any]:
        from ..plugin_utils.model.source import read_yaml
        from ..plugin_utils.plan.freshness import staleness
        from ..plugin_utils.plan.previous import dig, plan_of

        intent, plan = args["intent"], args["plan"]
        plan = os.path.abspath(plan or os.path.join(os.path.dirname(os.path.abspath(intent)), "hosts.yml"))
        if not os.path.exists(plan):
            raise AnsibleActionFail(
                f"there is no plan {plan}: run ansible-playbook playbooks/plan.yml -e hospital=<your hospital.yml>."
            )
        text = _read(plan)
        content = plan_of(read_yaml(text).data) or {}
        if not intent:
            intent = os.path.join(os.path.dirname(plan), str(content.get("intent_file") or "hospital.yml"))
        shown = os.path.relpath(os.path.abspath(intent))
        problem = staleness(text, _read_intent(intent), _catalogue().sha256, os.path.relpath(plan), shown)
        if problem:
            raise AnsibleActionFail(f"{problem}.")
        return {
            "changed": False,
            "plan_file": plan,
            "name": content["name"],
            "content_sha256": dig(content, "hashes", "content_sha256"),
            "warnings": _expired(content),
        }


def _refusal(findings: list[Any], intent: str, warnings: list[str]) -> dict[str, Any]:
    name = os.path.basename(intent)
    sentences = [finding.sentence(name) for finding in findings]
    count = "1 finding" if len(sentences) == 1 else f"{len(sentences)} findings"
    return {
        "failed": True,
        "changed": False,
        "msg": f"No plan was made ({count}).\n" + "\n".join(sentences),
        "findings": [
            {"path": f.path, "line": f.line, "problem": f.problem, "remedy": f.remedy, "sentence": s}
            for f, s in zip(findings, sentences, strict=True)
        ],
        "warnings": warnings,
    }


def _catalogue() -> Any:
    from ..plugin_utils.catalogue import loader

    folder = os.path.join(os.path.dirname(os.path.abspath(loader.__file__)), "data")
    services = sorted(name for name in os.listdir(os.path.join(folder, "services")) if name.endswith(".yml"))
    names = [*loader.FILES, *(f"services/{name}" for name in services)]
    return loader.load_catalogue({name: _read(os.path.join(folder, name)) for name in names})


def _read_intent(path: str) -> str:
    if not os.path.exists(path):
        raise AnsibleActionFail(
            f"the intent {path} does not exist: give its path, for example "
            "ansible-playbook playbooks/plan.yml -e hospital=inventories/lab/hospital.yml."
        )
    return _read(path)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise AnsibleActionFail(f"{path} can't be read ({reason}): make it a readable file.") from None


def _write(path: str, text: str) -> None:
    """All or nothing: a temporary file beside it, renamed; mode 0644."""
    folder = os.path.dirname(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as exc:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise AnsibleActionFail(f"{path} can't be written ({exc.strerror}): nothing was changed.") from None


def _expired(plan: dict[str, Any]) -> list[str]:
    """What ran out does not change the plan, it is said at every run."""
    today = datetime.date.today().isoformat()
    waivers = [
        f"the waiver of {w['owner']} for the rule {w['rule']}{' ' + w['flow'] if 'flow' in w else ''} ran out on "
        f"{w['until']}: renew or remove it"
        for w in plan.get("waivers", [])
        if str(w.get("until", "")) < today
    ]
    flows = [
        f"the flow {f['name']} of {f['owner']} ran out on {f['expires']}: renew or remove it"
        for f in plan.get("flows", [])
        if f.get("expires") and str(f["expires"]) < today
    ]
    return waivers + flows
