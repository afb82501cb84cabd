#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Personal administrator accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_accounts
short_description: Personal administrator accounts of a host
version_added: 0.1.0
description:
  - Makes O(group) and exactly the listed accounts its members, each with its own id and its own SSH keys, without
    password.
  - The keys lie in C(/etc/ssh/authorized_keys.d), one file per account, which sshd must be configured to read.
  - An account that is a member and no longer listed leaves the group, is locked and loses its keys. It is not deleted,
    because its files and the log's entries still name it.
options:
  group:
    description: The group that C(sudo) trusts.
    type: str
    required: true
  accounts:
    description: The people.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Login name.
        type: str
        required: true
      uid:
        description: Numeric id, the same on every host.
        type: int
        required: true
      ssh_keys:
        description: Public keys, one line each.
        type: list
        elements: str
        required: true
      comment:
        description: Full name.
        type: str
        default: ''
attributes:
  check_mode:
    description: Reports the same commands without running them.
    support: full
  diff_mode:
    description: Lists commands and key files.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Two administrators
  medvirt.hospital.host_accounts:
    group: hospital-admins
    accounts:
      - {name: anna, uid: 2001, ssh_keys: ["ssh-ed25519 AAAA... anna"]}
      - {name: bruno, uid: 2002, ssh_keys: ["ssh-ed25519 AAAA... bruno"]}
"""

RETURN = r"""
actions:
  description: Commands run and key files written, or in check mode those that would be.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.host_accounts import (
    Account,
    AccountsError,
    Machine,
    apply,
)
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError

_ACCOUNT = {
    "name": {"type": "str", "required": True},
    "uid": {"type": "int", "required": True},
    "ssh_keys": {"type": "list", "elements": "str", "required": True, "no_log": False},
    "comment": {"type": "str", "default": ""},
}


def main():
    """Entry point."""
    module = AnsibleModule(
        argument_spec={
            "group": {"type": "str", "required": True},
            "accounts": {"type": "list", "elements": "dict", "required": True, "options": _ACCOUNT},
        },
        supports_check_mode=True,
    )
    accounts = [Account(a["name"], a["uid"], tuple(a["ssh_keys"]), a["comment"]) for a in module.params["accounts"]]
    try:
        lines, diffs = apply(module.params["group"], accounts, Machine(), check=module.check_mode)
    except (AccountsError, FilesError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(lines), actions=lines, diff=diffs)


if __name__ == "__main__":
    main()
