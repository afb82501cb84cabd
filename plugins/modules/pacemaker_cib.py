#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module pacemaker_cib."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pacemaker_cib
short_description: Bring the configuration of a Pacemaker cluster to a wanted state
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Builds the whole wanted configuration (options, defaults, node utilization, fencing devices and levels, virtual
    machines, constraints), compares it with the live one and patches what differs. Run it on one host of a cluster.
  - Touches only what it owns. Constraints of C(crm_resource), node attributes such as standby, properties that it
    was not told about, foreign resources survive; so do C(target-role), C(is-managed), C(maintenance) of its resources.
  - Asks the scheduler first. A change that would stop, restart or move a running resource is refused unless the
    resource is listed in O(allowed_disruptions); one that removes a running resource, unless in O(removed_resources).
options:
  nodes:
    description: Members of the cluster.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: Node name., type: str, required: true}
      utilization: {description: "Capacity, integers by name (cpu, hv_memory in MiB).", type: dict, default: {}}
      bmc:
        description: Redfish baseboard controller.
        type: dict
        suboptions:
          address: {description: Address of the controller., type: str, required: true}
          port: {description: TCP port., type: int, default: 443}
          system: {description: Identifier below /redfish/v1/Systems., type: str, required: true}
          user: {description: Account., type: str, required: true}
          verify_tls: {description: Verify the certificate., type: bool, default: true}
  resources:
    description: Virtual machines.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: Name of resource and domain., type: str, required: true}
      config: {description: Path of the domain XML on every host., type: str, required: true}
      agent: {description: "Other agent for trials, e.g. V(ocf:pacemaker:Dummy).", type: str}
      utilization: {description: "Need, integers by name.", type: dict, default: {}}
      preferences:
        description: Weak preferences; scores stay below the stickiness (100000).
        type: list
        elements: dict
        default: []
        suboptions:
          host: {description: Node name., type: str, required: true}
          score: {description: Score., type: int, required: true}
      start_timeout_seconds: {description: Limit for start., type: int, default: 120}
      stop_timeout_seconds: {description: Limit for stop., type: int, default: 60}
      migrate_timeout_seconds: {description: Limit for a live migration., type: int, default: 300}
      priority: {description: "Higher is placed first when capacity is short.", type: int, default: 0}
      anti_affinity_group: {description: "Members never share a host.", type: str}
      order_after: {description: "Started after these, when started together.", type: list, elements: str, default: []}
  fencing_waiver:
    description: Written waiver; switches fencing off.
    type: dict
    suboptions:
      reason: {description: Why., type: str, required: true}
      owner: {description: Who answers for it., type: str, required: true}
      until: {description: Last day., type: str, required: true}
  fence_timeout_seconds: {description: Limit for one fencing step., type: int, default: 20}
  password_directory:
    description: Directory of the scripts (one per node name) that print the controller's password.
    type: path
    default: /etc/medvirt/fencing
  blocklist_client:
    description: Ceph client (without C(client.)) of the second device; empty for none.
    type: str
    default: ""
  blocklist_seconds: {description: Life of a blocklist entry., type: int, default: 3600}
  storage_addresses: {description: Node name to storage address., type: dict, default: {}}
  migration_transport: {description: Transport of libvirt's control connection., type: str, default: tls}
  migration_network_suffix: {description: Appended to the host name of the migration target., type: str, default: ""}
  migrate_options: {description: Further options of C(virsh migrate)., type: str, default: ""}
  dc_deadtime_seconds: {description: Wait for a coordinator at start., type: int, default: 20}
  properties: {description: Further cluster properties., type: dict, default: {}}
  removed_resources:
    description: Resources that may be removed although they run.
    type: list
    elements: str
    default: []
  allowed_disruptions:
    description: Resources that may be interrupted by this change.
    type: list
    elements: str
    default: []
attributes:
  check_mode: {support: full, description: Reports the change.}
  diff_mode: {support: full, description: Objects that differ; secrets are never part of the CIB.}
"""

EXAMPLES = r"""
- name: Set the cluster's configuration
  medvirt.hospital.pacemaker_cib:
    nodes:
      - name: kvm1
        utilization: {cpu: 8, hv_memory: 65536}
        bmc: {address: 192.0.2.11, system: "1", user: fence}
    resources:
      - name: pacs1
        config: /etc/medvirt/guests/pacs1.xml
        utilization: {cpu: 2, hv_memory: 4096}
        preferences: [{host: kvm1, score: 200}]
"""

RETURN = r"""
objects:
  description: Labels of the objects that were (or would be) added, changed or removed.
  returned: always
  type: list
  elements: str
waiver:
  description: The waiver under which fencing is off, else null.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_apply
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_arguments import ARGUMENTS
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import Cluster, ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_wanted import WantedError


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = pacemaker_apply.run(Cluster(), module.params, module.check_mode)
    except (WantedError, ClusterError) as exc:
        module.fail_json(msg=str(exc))
    if not module._diff:
        result.pop("diff")
    module.exit_json(waiver=module.params["fencing_waiver"], **result)


if __name__ == "__main__":
    main()
