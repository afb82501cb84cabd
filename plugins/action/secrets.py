# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller side of medvirt.hospital.secrets; documented in plugins/modules/secrets.py.

Secret values never travel through the task's arguments or its result: they are read from the variables and from the
encrypted file, and the result names them only.
"""

from __future__ import annotations

import json
import os
import secrets as random_source
import tempfile
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.vault import VaultLib, VaultSecret, VaultSecretsContext, match_encrypt_secret
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.medvirt.hospital.plugins.plugin_utils.secrets import (
    Secret,
    SecretsError,
    make_values,
    missing_secrets,
    overruled,
    required_secrets,
    with_values,
)

# What scripts/vault_password prints while there is no password.
PLACEHOLDER = b"no-vault-password-yet"
HEADER = "# Made by playbooks/secrets.yml, which adds what is missing and changes nothing that is here.\n---\n"

display = Display()


class _Dumper(yaml.SafeDumper):
    """Safe YAML with texts of several lines (PEM) as blocks."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


class ActionModule(ActionBase):
    """Make or verify the secrets that the plan in the inventory needs."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            {
                "state": {"type": "str", "choices": ["present", "verified"], "default": "present"},
                "password_file": {"type": "path"},
            }
        )
        plan_view = _PlanView(task_vars or {})
        try:
            if args["state"] == "verified":
                return self._verified(plan_view)
            return self._present(plan_view, args["password_file"])
        except SecretsError as error:
            text = str(error)
            raise AnsibleActionFail(text[0].upper() + text[1:]) from None

    def _verified(self, view: _PlanView) -> dict[str, Any]:
        have = view.variable("hospital_secrets", {})
        missing = missing_secrets(required_secrets(view.plan), have)
        if missing:
            raise SecretsError(
                f"{len(missing)} of the secrets that the plan needs are missing in {view.secrets_file}"
                f" ({', '.join(secret.name for secret in missing)});"
                f" run ansible-playbook playbooks/secrets.yml -i {view.source}."
            )
        return {"changed": False, "missing": []}

    def _present(self, view: _PlanView, password_file: str | None) -> dict[str, Any]:
        path = view.secrets_file
        document = _read(path)
        have = document.get("hospital_secrets") or {}
        given = view.variable("hospital_bmc_passwords", {})
        for host in overruled(have, given):
            display.warning(
                f"The stored password of the baseboard controller of {host} is kept although"
                f" hospital_bmc_passwords gives another; to change it, run ansible-vault edit {path}."
            )
        required = required_secrets(view.plan)
        missing = missing_secrets(required, have)
        values = make_values(
            missing, view.hospital, given, bool(view.variable("hospital_bmc_passwords_generated", False))
        )
        if values and not self._task.check_mode:
            secret = _encryption_secret(password_file)
            _write(path, {**document, "hospital_secrets": with_values(have, values)}, secret)
        return _report(path, required, missing)


class _PlanView:
    """What the inventory says about this hospital, seen through the variables of its first KVM host.

    (The play runs on the implicit localhost, which has no inventory_dir.)
    """

    def __init__(self, task_vars: dict[str, Any]) -> None:
        groups, self._hostvars = task_vars.get("groups", {}), task_vars.get("hostvars", {})
        hosts = groups.get("kvm_hosts", [])
        if not hosts:
            raise AnsibleActionFail(
                "The inventory has no group kvm_hosts; pass a plan made by playbooks/plan.yml with -i."
            )
        self._first = self._hostvars[hosts[0]]
        shared = self.variable("hospital_plan", None)
        if not shared:
            raise AnsibleActionFail(
                "The inventory has no hospital_plan; pass a plan made by playbooks/plan.yml with -i."
            )
        self.hospital = shared["name"]
        self.source = _short(Path(self.variable("inventory_file", "hosts.yml")))
        self.secrets_file = _short(Path(self.variable("inventory_dir", "."))) / "group_vars" / "all" / "secrets.yml"
        self.plan = _plain(
            {
                "hosts": {host: self._hostvars[host]["hospital"] for host in hosts},
                "guests": {guest: self._hostvars[guest]["hospital"] for guest in groups.get("guests", [])},
                "storage": shared.get("storage") or {},
            }
        )

    def variable(self, name: str, default: Any) -> Any:
        """Return the templated variable, or the default where it is not set."""
        value = self._first.get(name)
        return default if value is None else _plain(value)


def _plain(value: Any) -> Any:
    """Return the value in Python's own types: YAML cannot write Ansible's texts, which carry their origin."""
    return json.loads(json.dumps(value, default=str))


def _short(path: Path) -> Path:
    """Return the path as seen from the working folder where it lies below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _read(path: Path) -> dict[str, Any]:
    """Return the decrypted content of the file, {} where there is none; SecretsError where it is in plain text."""
    if not path.exists():
        return {}
    content = path.read_bytes()
    if not VaultLib.is_encrypted(content):
        raise SecretsError(f"{path} is not encrypted; run ansible-vault encrypt {path}.")
    return yaml.safe_load(VaultLib(VaultSecretsContext.current().secrets).decrypt(content)) or {}


def _encryption_secret(password_file: str | None) -> VaultSecret:
    """Return the vault secret of this run; where there is none yet, make the password file and use that."""
    known = VaultSecretsContext.current().secrets
    secret: VaultSecret | None = match_encrypt_secret(known)[1] if known else None
    if secret is not None and secret.bytes != PLACEHOLDER:
        return secret
    if not password_file:
        raise SecretsError("there is no vault password; set vault_password_file in ansible.cfg or password_file here.")
    password = random_source.token_urlsafe(48)
    try:
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SecretsError(
            f"{password_file} exists but Ansible was not given its password; set vault_password_file ="
            " scripts/vault_password in ansible.cfg, or remove the file if it is empty."
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(password + "\n")
    display.display(f"The vault password is new and lies in {password_file}. Keep a copy of it in a safe place.")
    return VaultSecret(password.encode())


def _write(path: Path, document: dict[str, Any], secret: VaultSecret) -> None:
    """Encrypt the document and put it at the path in one step, readable by its owner only."""
    text = HEADER + yaml.dump(document, Dumper=_Dumper, sort_keys=True, width=160)
    content = VaultLib([("default", secret)]).encrypt(text, secret)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _report(path: Path, required: list[Secret], missing: list[Secret]) -> dict[str, Any]:
    """Return the task's result: names only."""
    before = [secret.name for secret in required if secret not in missing]
    after = [secret.name for secret in required]
    return {
        "changed": bool(missing),
        "file": str(path),
        "added": [secret.name for secret in missing],
        "diff": {
            "before_header": f"{path} (names only)",
            "after_header": f"{path} (names only)",
            "before": "".join(f"{name}\n" for name in before),
            "after": "".join(f"{name}\n" for name in after),
        },
    }
