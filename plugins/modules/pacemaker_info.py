#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module pacemaker_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pacemaker_info
short_description: Read the state of the Pacemaker cluster that this host belongs to
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Returns what C(crm_mon) sees, as plain data. Optionally waits until the given members form one quorate cluster.
options:
  members:
    description: Node names that must be online, with quorum; empty to read once.
    type: list
    elements: str
    default: []
  timeout_seconds:
    description: How long to wait for O(members).
    type: int
    default: 90
attributes:
  check_mode: {support: full, description: Reads only; a host without Pacemaker is no error then.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Wait for all members
  medvirt.hospital.pacemaker_info:
    members: [kvm1, kvm2, kvm3]
"""

RETURN = r"""
cluster:
  description: >-
    available, quorate, dc, stonith_enabled, maintenance_mode, nodes, resources, failures, fencing
    (newest first), held (constraints of C(crm_resource --move) and C(--ban) by resource).
  returned: always
  type: dict
  sample:
    available: true
    quorate: true
    dc: kvm1
    stonith_enabled: true
    maintenance_mode: false
    nodes:
      kvm1:
        {online: true, standby: false, maintenance: false, pending: false, unclean: false, shutdown: false, is_dc: true}
    resources:
      pacs1:
        agent: ocf:heartbeat:VirtualDomain
        role: Started
        nodes: [kvm1]
        managed: true
        failed: false
        blocked: false
        orphaned: false
    failures: [{node: kvm1, task: monitor, resource: pacs1, reason: "", exit: error, when: "2026-01-01 00:00:00Z"}]
    fencing: [{target: kvm2, action: reboot, status: success, origin: kvm1, delegate: kvm3, completed: "", reason: ""}]
    held: {pacs1: [cli-prefer-pacs1]}
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.guest_migration import held
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import Cluster, ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_status import StatusError, settled


def read(cluster):
    """Return (state, findings); an unreachable cluster is a finding, not an error."""
    try:
        return {"available": True, **cluster.status(), "held": held(cluster.cib())}, None
    except (ClusterError, StatusError) as exc:
        return {"available": False}, str(exc)


def wait(cluster, members, timeout):
    """Return (state, findings) as soon as the members are settled or the time is over."""
    deadline = time.monotonic() + timeout
    while True:
        state, problem = read(cluster)
        findings = [problem] if problem else settled(state, members) if members else []
        if not findings or time.monotonic() > deadline:
            return state, findings
        time.sleep(2)


def main():
    module = AnsibleModule(
        argument_spec={
            "members": {"type": "list", "elements": "str", "default": []},
            "timeout_seconds": {"type": "int", "default": 90},
        },
        supports_check_mode=True,
    )
    patience = 0 if module.check_mode or not module.params["members"] else module.params["timeout_seconds"]
    state, findings = wait(Cluster(), module.params["members"], patience)
    if findings and module.params["members"] and not module.check_mode:
        module.fail_json(
            msg="the cluster is not complete after %d s: %s; see journalctl -u corosync -u pacemaker"
            % (patience, "; ".join(findings)),
            cluster=state,
        )
    module.exit_json(changed=False, cluster=state, findings=findings)


if __name__ == "__main__":
    main()
