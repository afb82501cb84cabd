#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module gateway_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_info
short_description: Look whether a gateway routes or stands by, and is ready to
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Tells which of the pair's addresses the machine has now, whether what moves addresses and connections runs, whether
    the rules in effect are those that were loaded, and how many connections it knows.
options:
  virtual_addresses:
    description: The addresses that the pair shares, one per segment.
    type: list
    elements: str
    required: true
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Look at the gateway
  medvirt.hospital.gateway_info:
    virtual_addresses: [10.77.10.1, 10.77.130.1]
"""

RETURN = r"""
held:
  description: Those of the addresses that are on this machine; all of the one that routes, none of the other.
  returned: always
  type: list
  elements: str
stopped:
  description: Services of the pair that do not run here.
  returned: always
  type: list
  elements: str
rules_loaded:
  description: Whether the rules in effect are those on the machine's disk.
  returned: always
  type: bool
connections:
  description: Connections that it tracks itself (C(internal)) and knows of its peer (C(external)); empty when unknown.
  returned: always
  type: dict
  sample: {internal: 14, external: 0}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.gateway_status import look


def main():
    module = AnsibleModule(
        argument_spec={"virtual_addresses": {"type": "list", "elements": "str", "required": True}},
        supports_check_mode=True,
    )
    module.exit_json(changed=False, **look(module.params["virtual_addresses"]))


if __name__ == "__main__":
    main()
