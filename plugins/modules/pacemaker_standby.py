#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module pacemaker_standby."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pacemaker_standby
short_description: Keep guests off hosts, or take the hosts back
version_added: "0.2.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - A host in standby stays a member of the cluster, with its vote and its storage, and takes no guest.
  - Pacemaker's scheduler is asked first; what would stop or move a running guest is refused.
options:
  nodes: {description: Names of the hosts., type: list, elements: str, required: true}
  standby: {description: "Whether they are in standby.", type: bool, required: true}
attributes:
  check_mode: {support: full, description: Says which hosts would change.}
  diff_mode: {support: none, description: The names are the difference.}
"""

EXAMPLES = r"""
- name: Keep guests off a host
  medvirt.hospital.pacemaker_standby:
    nodes: [kvm1]
    standby: true
"""

RETURN = r"""
nodes:
  description: The hosts that changed, or would.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import Cluster, ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_standby import StandbyError, run
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_status import StatusError


def main():
    module = AnsibleModule(
        argument_spec={
            "nodes": {"type": "list", "elements": "str", "required": True},
            "standby": {"type": "bool", "required": True},
        },
        supports_check_mode=True,
    )
    try:
        changed = run(Cluster(), module.params["nodes"], module.params["standby"], module.check_mode)
    except (StandbyError, ClusterError, StatusError) as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=bool(changed), nodes=changed)


if __name__ == "__main__":
    main()
