#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Several files in one task."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_files
short_description: Several files, directories and absences in one task
version_added: 0.1.0
description:
  - Writes every listed file atomically (temporary neighbour, then rename; a bind-mounted file is written in place),
    makes directories, removes what is to be absent. One task instead of a loop that costs a connection per file.
  - Contents are rendered by the caller, for instance with the C(template) lookup.
  - The content of files marked O(files[].sensitive) is kept out of the diff, the result and the target's journal.
    Set C(no_log) on the task too, so that the controller's own callbacks do not print the arguments.
options:
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
        description: Whether the content is secret.
        type: bool
        default: false
      validate:
        description: Command that must accept the new content, C(%s) being the path of a temporary copy.
        type: str
      purge:
        description:
          - Shell pattern, for directories. What matches it, lies directly in the directory and is not listed is
            removed, so that a file whose entry has gone does not stay behind.
        type: str
attributes:
  check_mode:
    description: Nothing is written; the same changes are reported.
    support: full
  diff_mode:
    description: Returns one diff per changed path.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Two files and a directory
  medvirt.hospital.host_files:
    files:
      - {path: /etc/example.d, state: directory}
      - path: /etc/example.d/main.conf
        content: "{{ lookup('ansible.builtin.template', 'main.conf.j2') }}"
      - {path: /etc/example.d/old.conf, state: absent}
  register: __example_files
"""

RETURN = r"""
changed_paths:
  description: The paths that were (or in check mode would be) changed, in the order given.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError, apply_all, parse

ARGUMENTS = {
    "files": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "path": {"type": "str", "required": True},
            "content": {"type": "str"},
            "source": {"type": "str"},
            "mode": {"type": "raw"},
            "owner": {"type": "str", "default": "root"},
            "group": {"type": "str", "default": "root"},
            "state": {"type": "str", "choices": ["file", "directory", "absent"], "default": "file"},
            "sensitive": {"type": "bool", "default": False},
            "validate": {"type": "str"},
            "purge": {"type": "str"},
        },
    }
}


class QuietModule(AnsibleModule):
    """AnsibleModule whose journal line names paths only: the stock one would print multi-line secrets escaped."""

    def _log_invocation(self):
        self.log("files: " + " ".join(str(item.get("path")) for item in self.params["files"]))


def main():
    """Entry point."""
    module = QuietModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    module.no_log_values.update(
        item["content"] for item in module.params["files"] if item["sensitive"] and item["content"]
    )
    try:
        changed, diffs = apply_all(parse(module.params["files"]), check=module.check_mode)
    except FilesError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(changed), changed_paths=changed, diff=diffs)


if __name__ == "__main__":
    main()
