# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.scaffold: writes the files of a hospital's own repository. All I/O is here."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.scaffold.repository import File, ScaffoldError, Values, check, repository

COLLECTION = Path(__file__).resolve().parents[2]
TEMPLATES = COLLECTION / "plugins/plugin_utils/scaffold/files"
ARGUMENTS = {
    "directory": {"type": "path", "required": True},
    "hospital": {"type": "str", "required": True},
    "domain": {"type": "str"},
    "collection": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write what is missing; refuse when anything that exists is not what would be written."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        domain = args["domain"] or f"{args['hospital']}.internal"
        values = Values(args["hospital"], domain, args["collection"], _version())
        top = Path(args["directory"]).absolute()
        try:
            check(values)
            missing = _missing(top, _files(values))
            if not self._task.check_mode:
                for file in missing:
                    _write(top, file)
        except ScaffoldError as error:
            raise AnsibleActionFail(str(error)) from None
        except OSError as error:
            raise AnsibleActionFail(
                f"{error.filename} can't be written ({error.strerror}); choose another directory."
            ) from None
        return {
            "changed": bool(missing),
            "directory": str(top),
            "files": [file.path for file in missing],
            "diff": [_diff(file) for file in missing],
        }


def _files(values: Values) -> tuple[File, ...]:
    templates = {str(path.relative_to(TEMPLATES)): _text(path) for path in TEMPLATES.rglob("*") if path.is_file()}
    schema = _text(COLLECTION / "schema/hospital.schema.json")
    return repository(templates, schema, _text(COLLECTION / "requirements.txt"), values)


def _missing(top: Path, files: tuple[File, ...]) -> list[File]:
    """The files that are not there yet; ScaffoldError while one is there with another content."""
    missing, foreign = [], []
    for file in files:
        path = top / file.path
        if not path.exists() and not path.is_symlink():
            missing.append(file)
        elif not path.is_file() or path.read_bytes() != file.text.encode():
            foreign.append(file.path)
        elif stat.S_IMODE(path.stat().st_mode) & 0o111 != file.mode & 0o111:
            missing.append(file)
    if foreign:
        raise ScaffoldError(
            f"nothing was written, because {top} has files that are not what would be written: {', '.join(foreign)};"
            " choose another directory, or move them away."
        )
    return missing


def _write(top: Path, file: File) -> None:
    path = top / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.text, encoding="utf-8")
    path.chmod(file.mode)


def _diff(file: File) -> dict[str, str]:
    return {"before": "", "after": file.text, "before_header": file.path, "after_header": file.path}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _version() -> str:
    """Version of this collection: MANIFEST.json where it is installed, galaxy.yml in a clone."""
    manifest = COLLECTION / "MANIFEST.json"
    if manifest.exists():
        return json.loads(_text(manifest))["collection_info"]["version"]
    return yaml.safe_load(_text(COLLECTION / "galaxy.yml"))["version"]
