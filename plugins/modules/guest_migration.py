#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module guest_migration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: guest_migration
short_description: Move running guests at the same time by live migration, through Pacemaker
version_added: "0.2.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Pacemaker's own scheduler is asked first; when it would do anything but these moves, nothing is done.
  - Each move is asked for by a constraint that is taken away at the end, and that ends by itself if nobody takes it
    away. The guests stay where they went, for their stickiness is above every preference.
  - The guest of a move that failed still runs where it was; Pacemaker is told to forget the failure.
  - Run it on one member of the cluster; M(medvirt.hospital.guest_migrations) goes through several waves of moves.
options:
  moves:
    description: The moves; a guest that is at its target already is left alone.
    type: list
    elements: dict
    required: true
    suboptions:
      guest: {description: The guest., type: str, required: true}
      source: {description: The host that runs it., type: str, required: true}
      target: {description: The host to run it., type: str, required: true}
  hosts:
    description: Members of the cluster that must be online.
    type: list
    elements: str
    default: []
attributes:
  check_mode: {support: full, description: Asks the scheduler and moves nothing.}
  diff_mode: {support: none, description: The moves are the difference.}
"""

EXAMPLES = r"""
- name: Move two guests at the same time
  medvirt.hospital.guest_migration:
    moves:
      - {guest: pacs1, source: kvm1, target: kvm2}
      - {guest: emr1, source: kvm3, target: kvm1}
    hosts: [kvm1, kvm2, kvm3]
"""

RETURN = r"""
moved:
  description: The moves that were made, each with its C(seconds).
  returned: success
  type: list
  elements: dict
failed_moves:
  description: The moves that failed, each with its C(reason) and C(now), the host where the guest is at rest.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.guest_migration_run import Refused, run
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import Cluster, ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_status import StatusError

NAME = {"type": "str", "required": True}


def main():
    module = AnsibleModule(
        argument_spec={
            "moves": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"guest": NAME, "source": NAME, "target": NAME},
            },
            "hosts": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        result = run(Cluster(), module.params["moves"], module.params["hosts"], module.check_mode)
    except (Refused, ClusterError, StatusError) as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=result["changed"], moved=result["moved"], failed_moves=result["failed"])


if __name__ == "__main__":
    main()
