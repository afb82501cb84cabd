#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module bmc_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bmc_info
short_description: Ask whether hosts could be fenced now
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Asks each baseboard controller for its power state with C(fence_redfish), the same agent, user, password and trust
    that the cluster would use to power the host off.
  - Run it on any host of the cluster; C(ha_cluster) has put the passwords there.
options:
  nodes:
    description: The hosts, each with C(name) and C(bmc) (C(address), C(port), C(system), C(user), C(verify_tls)).
    type: list
    elements: dict
    required: true
  password_directory:
    description: Folder on the host with one password script per host name.
    type: path
    default: /etc/medvirt/fencing
  ca_file:
    description: Authority of the controllers' certificates, used when the file exists.
    type: path
    default: /etc/medvirt/bmc-ca.crt
  must_answer:
    description: Fail with the findings when a controller cannot be used.
    type: bool
    default: false
  timeout_seconds:
    description: How long to wait for an answer.
    type: int
    default: 20
attributes:
  check_mode: {support: full, description: Reads only; a host without the agent yet is said to be asked later.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Ask all controllers
  medvirt.hospital.bmc_info:
    nodes: "{{ ha_cluster_nodes }}"
"""

RETURN = r"""
bmcs:
  description: By host name, whether its controller can be used (C(ok)) and what the agent said (C(complaint)).
  returned: always
  type: dict
  sample: {kvm1: {ok: true, complaint: ""}}
findings:
  description: One sentence per controller that cannot be used.
  returned: always
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.bmc_status import AGENT, ask_all, findings


def main():
    module = AnsibleModule(
        argument_spec={
            "nodes": {"type": "list", "elements": "dict", "required": True},
            "password_directory": {"type": "path", "default": "/etc/medvirt/fencing", "no_log": False},
            "ca_file": {"type": "path", "default": "/etc/medvirt/bmc-ca.crt"},
            "must_answer": {"type": "bool", "default": False},
            "timeout_seconds": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    params = module.params
    if not os.path.exists(AGENT):
        if module.check_mode:
            module.exit_json(changed=False, bmcs={}, findings=[], msg="would ask once the fence agent is installed")
        module.fail_json(msg="%s is missing; the role ha_cluster installs it: run site.yml." % AGENT)
    bmcs = ask_all(params["nodes"], params["password_directory"], params["ca_file"], params["timeout_seconds"])
    said = findings(bmcs)
    if said and params["must_answer"]:
        module.fail_json(msg=" ".join(said), bmcs=bmcs, findings=said)
    module.exit_json(changed=False, bmcs=bmcs, findings=said)


if __name__ == "__main__":
    main()
