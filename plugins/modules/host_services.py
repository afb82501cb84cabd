#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""systemd units that always run with their current configuration."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_services
short_description: Keeps systemd units running with their current configuration
version_added: 0.1.0
description:
  - Enables, starts, stops and masks units, in one task for several.
  - Restarts (or reloads) a unit when the files named in O(units[].config) are not those that it was last started with.
    This is remembered on the host, so that a run interrupted before the restart is made good by the next one.
  - Runs O(commands) by the same rule, before the units.
options:
  commands:
    description: Commands that put configuration files into effect.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name under which the last run is remembered.
        type: str
        required: true
      argv:
        description: The command and its arguments. No secret belongs here.
        type: list
        elements: str
        required: true
      config:
        description: Files or folders; their content decides whether the command is due.
        type: list
        elements: path
        required: true
  units:
    description: The wanted units, handled in this order.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Full unit name, with its suffix.
        type: str
        required: true
      state:
        description: V(unmanaged) leaves the running state alone.
        type: str
        choices: [started, stopped, unmanaged]
        default: started
      enabled:
        description: Whether the unit starts at boot.
        type: bool
        default: true
      masked:
        description: Whether the unit is barred from starting. Masking stops it, unless its state is V(unmanaged).
        type: bool
        default: false
      config:
        description: Files or folders whose content the running unit must have been started with.
        type: list
        elements: path
        default: []
      apply:
        description: How a running unit takes up changed files.
        type: str
        choices: [restart, reload]
        default: restart
      along:
        description:
          - Units that are stopped and started together with this one, such as the service behind a socket, which must
            not run when its socket is opened. With these, O(units[].apply) is of no consequence.
        type: list
        elements: str
        default: []
  pending:
    description: Paths that an earlier task changed, or in check mode would have changed.
    type: list
    elements: path
    default: []
attributes:
  check_mode:
    description: Reports the same actions without doing them.
    support: full
  diff_mode:
    description: Lists the actions.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Time service
  medvirt.hospital.host_services:
    units:
      - {name: chrony.service, config: [/etc/chrony/chrony.conf]}
    pending: "{{ __example_files.changed_paths }}"
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.host_services import (
    Command,
    Host,
    ServicesError,
    Unit,
    apply_commands,
    apply_units,
)

_PATHS = {"type": "list", "elements": "path", "default": []}
_COMMAND = {
    "name": {"type": "str", "required": True},
    "argv": {"type": "list", "elements": "str", "required": True},
    "config": {"type": "list", "elements": "path", "required": True},
}
_UNIT = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["started", "stopped", "unmanaged"], "default": "started"},
    "enabled": {"type": "bool", "default": True},
    "masked": {"type": "bool", "default": False},
    "config": _PATHS,
    "apply": {"type": "str", "choices": ["restart", "reload"], "default": "restart"},
    "along": {"type": "list", "elements": "str", "default": []},
}
ARGUMENTS = {
    "commands": {"type": "list", "elements": "dict", "default": [], "options": _COMMAND},
    "units": {"type": "list", "elements": "dict", "default": [], "options": _UNIT},
    "pending": _PATHS,
}


def main():
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    commands = [Command(c["name"], tuple(c["argv"]), tuple(c["config"])) for c in module.params["commands"]]
    units = [
        Unit(
            name=u["name"],
            state=None if u["state"] == "unmanaged" else u["state"],
            enabled=u["enabled"],
            masked=u["masked"],
            config=tuple(u["config"]),
            apply=u["apply"],
            along=tuple(u["along"]),
        )
        for u in module.params["units"]
    ]
    host, pending, check = Host(), module.params["pending"], module.check_mode
    try:
        lines = apply_commands(commands, host, pending, check) + apply_units(units, host, pending, check)
    except ServicesError as error:
        module.fail_json(msg=str(error))
    diff = {"before": "", "after": "".join(f"{line}\n" for line in lines), "after_header": "services"}
    module.exit_json(changed=bool(lines), actions=lines, diff=diff)


if __name__ == "__main__":
    main()
