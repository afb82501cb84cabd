#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files whose change takes itself back unless the controller can still reach the host."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: guarded_files
short_description: Change files in such a way that the host takes the change back when it can't be reached any more
version_added: 0.1.0
description:
  - Writes files as M(medvirt.hospital.host_files) does and puts them into effect, for changes that can cut the host
    off, such as those of its network and its firewall.
  - The old state is kept and its return armed in systemd before anything is written. The change is put into effect
    outside of the SSH session. Then the controller opens a new connection and confirms. Without confirmation within
    O(confirm_seconds) the host puts everything back by itself, and the task fails and says so. A host that loses power
    before the confirmation puts everything back when it starts, before its network does.
  - When O(apply) itself fails, everything is put back at once.
  - Nothing changed means nothing armed and no new connection.
options:
  name:
    description: Name of the guard. State is kept in C(/var/lib/medvirt/guard/) and this name.
    type: str
    required: true
  files:
    description: The wanted files, applied in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Absolute path. Missing parent directories are made with mode 0755.
        type: str
        required: true
      content:
        description: Whole content. Files need this or O(files[].source).
        type: str
      source:
        description: Text file on the managed host whose content is copied. In check mode it may be missing yet.
        type: str
      mode:
        description: Quoted octal string. The default is C('0644') for files and C('0755') for directories.
        type: raw
      owner:
        description: Name of the owning account.
        type: str
        default: root
      group:
        description: Name of the owning group.
        type: str
        default: root
      state:
        description: What the path has to be. V(absent) removes directories with their content.
        type: str
        choices: [file, directory, absent]
        default: file
      sensitive:
        description: Whether the content is secret. Set C(no_log) on the task too.
        type: bool
        default: false
      shown:
        description: Whether the diff shows the content. For generated files that another, readable file stands for.
        type: bool
        default: true
      validate:
        description: Command that must accept the new content, C(%s) being the path of a temporary copy.
        type: str
      purge:
        description:
          - Shell pattern, for directories. What matches it, lies directly in the directory and is not listed is
            removed, so that a file whose entry has gone does not stay behind.
        type: str
  apply:
    description:
      - Commands, each a list of words, that put the files into effect. They run after the files are written, and again
        after they were put back, so they must derive what they do from the files.
    type: list
    elements: list
    default: []
  loaded:
    description:
      - Command that changes nothing and ends well when what is in effect matches the files. When it does not, O(apply)
        runs though no file changed.
    type: list
    elements: str
    default: []
  confirm_seconds:
    description: The host takes the change back when it is not confirmed by then.
    type: int
    default: 60
  apply_seconds:
    description: Limit for each command of O(apply). One that takes longer has failed.
    type: int
    default: 30
attributes:
  check_mode:
    description: Reports the same changes; writes and arms nothing.
    support: full
  diff_mode:
    description: Returns one diff per changed path.
    support: full
notes:
  - Needs systemd on the managed host.
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Addresses
  medvirt.hospital.guarded_files:
    name: network
    files:
      - {path: /etc/systemd/network, state: directory, purge: 10-example-*}
      - path: /etc/systemd/network/10-example-eth0.network
        content: "{{ lookup('ansible.builtin.template', 'eth0.network.j2') }}"
    apply:
      - [networkctl, reload]
"""

RETURN = r"""
changed_paths:
  description: The paths that were (or in check mode would be) changed, in the order given.
  returned: always
  type: list
  elements: str
seconds:
  description: From the change until it was confirmed or found taken back.
  returned: when something was changed
  type: float
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.guard import Change, System, answer, begin, checked_name
from ansible_collections.medvirt.hospital.plugins.module_utils.guard_rollback import Guard
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError, parse

_FILE = {
    "path": {"type": "str", "required": True},
    "content": {"type": "str"},
    "source": {"type": "str"},
    "mode": {"type": "raw"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "state": {"type": "str", "choices": ["file", "directory", "absent"], "default": "file"},
    "sensitive": {"type": "bool", "default": False},
    "shown": {"type": "bool", "default": True},
    "validate": {"type": "str"},
    "purge": {"type": "str"},
}
# id and step (begin, status, confirm) come from the action plugin.
ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "dict", "required": True, "options": _FILE},
    "apply": {"type": "list", "elements": "list", "default": []},
    "loaded": {"type": "list", "elements": "str", "default": []},
    "confirm_seconds": {"type": "int", "default": 60},
    "apply_seconds": {"type": "int", "default": 30},
    "id": {"type": "str"},
    "step": {"type": "str"},
}


class QuietModule(AnsibleModule):
    """AnsibleModule whose journal line names paths only: contents are long and may be secret."""

    def _log_invocation(self):
        paths = " ".join(str(item.get("path")) for item in self.params["files"])
        self.log(f"{self.params['step']} {self.params['name']}: {paths}")


def change_of(params):
    """The wanted change."""
    return Change(
        id=params["id"],
        entries=tuple(parse(params["files"])),
        apply=tuple(tuple(str(word) for word in argv) for argv in params["apply"]),
        loaded=tuple(params["loaded"]),
        hidden=frozenset(item["path"] for item in params["files"] if not item["shown"]),
        confirm_seconds=params["confirm_seconds"],
        apply_seconds=params["apply_seconds"],
    )


def main():
    """Entry point of the host's side."""
    module = QuietModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    module.no_log_values.update(item["content"] for item in params["files"] if item["sensitive"] and item["content"])
    try:
        guard = Guard(checked_name(params["name"]))
        if params["step"] == "begin":
            result = begin(change_of(params), guard, System(), check=module.check_mode)
        else:
            result = {"changed": False, **answer(params["id"], guard, confirm=params["step"] == "confirm")}
    except FilesError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
