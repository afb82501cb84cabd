# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller's side of host_certificate: asks the host for a signing request, signs it, installs the result."""

from __future__ import annotations

import datetime

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.medvirt.hospital.plugins.plugin_utils import certificates

MODULE = "medvirt.hospital.host_certificate"
_FILES = ("path", "key_path", "ca_path", "ca_certificate", "owner", "group", "key_mode")
_ARGUMENTS = {
    "path": {"type": "str", "required": True},
    "key_path": {"type": "str", "required": True},
    "ca_path": {"type": "str"},
    "ca_certificate": {"type": "str", "required": True},
    "ca_key_variable": {"type": "str", "required": True},
    "chain": {"type": "str", "default": ""},
    "names": {"type": "list", "elements": "str", "required": True},
    "addresses": {"type": "list", "elements": "str", "default": []},
    "valid_days": {"type": "int", "default": 365},
    "renew_days": {"type": "int", "default": 30},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "key_mode": {"type": "str", "default": "0600"},
}


class ActionModule(ActionBase):
    """Decides on the controller; touches the host once when nothing is to be done, twice when a certificate is
    issued."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        """Ansible's entry point."""
        super().run(tmp, task_vars)
        if certificates.IMPORT_ERROR:
            raise AnsibleActionFail(certificates.IMPORT_ERROR)
        _result, args = self.validate_argument_spec(_ARGUMENTS)
        files = {key: args[key] for key in _FILES}
        files["ca_certificate"] = args["ca_certificate"].strip() + "\n"
        first = self._execute_module(module_name=MODULE, module_args=files, task_vars=task_vars)
        if first.get("failed"):
            return first
        try:
            reasons, new = self._decide(args, first, task_vars)
        except certificates.CertificateError as error:
            raise AnsibleActionFail(
                f"Certificate {args['path']} of {task_vars['inventory_hostname']}: {error}"
            ) from None
        result = _public(first)
        if new is not None and not self._task.check_mode:
            content = new + (args["chain"].strip() + "\n" if args["chain"].strip() else "")
            second = self._execute_module(
                module_name=MODULE, module_args={**files, "certificate": content}, task_vars=task_vars
            )
            if second.get("failed"):
                return second
        result["reasons"] = reasons
        if reasons:
            result["changed"] = True
            result["changed_paths"] = [*dict.fromkeys([*result["changed_paths"], args["path"]])]
            after = certificates.summary(new) or f"a certificate for {', '.join(args['names'])} (no key yet)\n"
            result["diff"].append({
                "before_header": args["path"],
                "after_header": f"{args['path']} ({'; '.join(reasons)})",
                "before": _summary(first["certificate"]),
                "after": after,
            })  # fmt: skip
        return result

    def _decide(self, args, first, task_vars):
        """Reasons for a new certificate and the certificate; None for one when there is no key to certify yet."""
        wanted = certificates.Wanted(
            tuple(args["names"]), tuple(args["addresses"]), args["valid_days"], args["renew_days"]
        )
        authority = self._authority(args, task_vars)
        if first["csr"] is None:
            return ["there is no key yet"], None
        reasons = certificates.reasons_to_issue(first["certificate"], first["csr"], wanted, authority)
        return reasons, certificates.issue(first["csr"], wanted, authority) if reasons else None

    def _authority(self, args, task_vars):
        name = args["ca_key_variable"]
        key = self._templar.template(task_vars.get(name))
        if not key:
            raise certificates.CertificateError(
                f"the variable {name} with the authority's key is missing; make the secrets first."
            )
        now = datetime.datetime.now(datetime.UTC)
        return certificates.Authority(args["ca_certificate"], key, now)


def _public(first):
    return {"changed": first["changed"], "changed_paths": list(first["changed_paths"]), "diff": list(first["diff"])}


def _summary(pem):
    try:
        return certificates.summary(pem)
    except ValueError:
        return "not a certificate\n"
