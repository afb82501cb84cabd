# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.report: reads the plan, renders it for people. All I/O is here."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

ARGUMENTS = {
    "plan": {"type": "path", "required": True},
    "file": {"type": "path"},
    "format": {"type": "str", "choices": ["html", "text"], "default": "html"},
    "previous": {"type": "path"},
}


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Render, and write where a file is wanted."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        from ..plugin_utils.report.source import NotReadable

        plan = os.path.abspath(args["plan"])
        inventory = read_inventory(plan)
        try:
            return self._text(args, inventory) if args["format"] == "text" else self._html(args, inventory, plan)
        except NotReadable as exc:
            raise AnsibleActionFail(f"{plan} can't be reported: {exc}.") from None

    def _html(self, args: dict[str, Any], inventory: Any, plan: str) -> dict[str, Any]:
        from ..plugin_utils.report import html
        from ..plugin_utils.report.view import view

        shown = view(inventory, _intent_beside(plan, inventory))
        path = os.path.abspath(args["file"] or os.path.join("build", shown.name, "report.html"))
        folder = os.path.join(os.path.dirname(os.path.abspath(html.__file__)), "templates")
        text = html.render(shown, {name: read_text(os.path.join(folder, name)) for name in html.FILES})
        return self._written(path, text)

    def _text(self, args: dict[str, Any], inventory: Any) -> dict[str, Any]:
        from ..plugin_utils.report.text import summary

        previous = read_inventory(os.path.abspath(args["previous"])) if args["previous"] else None
        text = summary(inventory, previous, compared=bool(args["previous"]))
        written = self._written(os.path.abspath(args["file"]), text) if args["file"] else {"changed": False}
        return {**written, "text": text.splitlines()}

    def _written(self, path: str, text: str) -> dict[str, Any]:
        changed = write_if_changed(path, text, self._task.check_mode)
        result: dict[str, Any] = {"changed": changed, "file": path}
        if changed:
            result["diff"] = [{"prepared": f"{path}: {len(text.encode())} bytes\n"}]
        return result


def read_inventory(path: str) -> Any:
    """A parsed inventory. A plan is generated and large, hence the fast loader."""
    try:
        return yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as exc:
        problem = " ".join(str(exc).split())
        raise AnsibleActionFail(f"{path} is no valid YAML ({problem}): make the plan anew with plan.yml.") from None


def read_text(path: str) -> str:
    """A file as text; fails with a sentence."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise AnsibleActionFail(f"{path} can't be read ({reason}): make it a readable file.") from None


def write_if_changed(path: str, text: str, check_mode: bool) -> bool:
    """Whether the file differs; written whole or not at all, and not in check mode."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            if file.read() == text:
                return False
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    except OSError as exc:
        raise AnsibleActionFail(f"{path} can't be written ({exc.strerror}): choose another path.") from None
    if not check_mode:
        _write(path, text)
    return True


def _write(path: str, text: str) -> None:
    folder, temporary = os.path.dirname(path), None
    try:
        os.makedirs(folder, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as exc:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise AnsibleActionFail(f"{path} can't be written ({exc.strerror}): choose another path.") from None


def _intent_beside(plan: str, inventory: Any) -> str | None:
    """The intent that the plan names, when it lies beside it; operating a plan does not need it."""
    from ..plugin_utils.plan.previous import plan_of

    name = (plan_of(inventory) or {}).get("intent_file") or "hospital.yml"
    path = os.path.join(os.path.dirname(plan), os.path.basename(str(name)))
    return read_text(path) if os.path.isfile(path) else None
