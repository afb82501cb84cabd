#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module pacemaker_node."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pacemaker_node
short_description: Secrets and services of one member of a Corosync and Pacemaker cluster
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Writes Corosync's authkey and the scripts from which fence agents read passwords, enables and starts the units.
  - Replaces the one-node cluster that Debian's packages start. A member of another cluster is refused.
  - Never restarts a running Pacemaker. When Corosync's files are newer than what it runs with, O(reload) is needed on
    one member after all have their files; the return value says so, also after an interrupted run.
options:
  cluster_name: {description: Name in corosync.conf., type: str, required: true}
  authkey: {description: "Corosync's key, base64, at least 128 bytes.", type: str}
  bmc_passwords: {description: Password of the baseboard controller by node name., type: dict, default: {}}
  password_directory:
    description: Directory of the scripts, one per node; other files in it are removed.
    type: path
    default: /etc/medvirt/fencing
  units: {description: "Units to enable and start, in order.", type: list, elements: str, default: []}
  reload: {description: Only make all members read their files again., type: bool, default: false}
attributes:
  check_mode: {support: full, description: Names the same actions.}
  diff_mode: {support: full, description: "Lists the actions; never a secret."}
"""

EXAMPLES = r"""
- name: Secrets and services
  medvirt.hospital.pacemaker_node:
    cluster_name: main
    authkey: "{{ vault_authkey }}"
    bmc_passwords: "{{ vault_bmc_passwords }}"
    units: [corosync.service, pacemaker.service]
"""

RETURN = r"""
actions:
  description: What was (or would be) done.
  returned: always
  type: list
  elements: str
reload_needed:
  description: Whether Corosync still has to take up changed files.
  returned: always
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_node import (
    Member,
    NodeError,
    decode_key,
    password_script,
)

ARGUMENTS = {
    "cluster_name": {"type": "str", "required": True},
    "authkey": {"type": "str", "no_log": True},
    "bmc_passwords": {"type": "dict", "default": {}, "no_log": True},
    "password_directory": {"type": "path", "default": "/etc/medvirt/fencing", "no_log": False},
    "units": {"type": "list", "elements": "str", "default": []},
    "reload": {"type": "bool", "default": False},
}


def bring_about(member, params):
    """Run all steps; return whether a reload is needed."""
    if params["reload"]:
        member.reload()
        return False
    if params["authkey"]:
        member.secret("/etc/corosync/authkey", decode_key(params["authkey"]), 0o400)
    directory = params["password_directory"]
    for name, password in sorted(params["bmc_passwords"].items()):
        member.secret("%s/%s" % (directory, name), password_script(str(password)).encode(), 0o700)
    member.remove_others(directory, params["bmc_passwords"])
    return member.activate(params["units"], params["cluster_name"]) if params["units"] else False


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    member = Member(module.check_mode)
    try:
        reload_needed = bring_about(member, module.params)
    except (NodeError, OSError) as exc:
        module.fail_json(msg=str(exc))
    result = {
        "changed": bool(member.actions) or reload_needed,
        "actions": member.actions,
        "reload_needed": reload_needed,
    }
    if module._diff:
        result["diff"] = {"prepared": "".join(action + "\n" for action in member.actions)}
    module.exit_json(**result)


if __name__ == "__main__":
    main()
