#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_health
short_description: Wait until a Ceph cluster is sound, or say why it is not
description:
  - Sound means all monitors in the quorum, a manager active, all OSDs up, in and answering, all placement groups
    active and clean, and no health warning but the expected ones. Changes nothing.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  mons:
    description: Names of the monitors.
    type: list
    elements: str
    required: true
  osds:
    description: Least number of OSDs.
    type: int
    required: true
  expected_warnings:
    description: Names of health checks that are known and accepted.
    type: list
    elements: str
    default: []
  wait:
    description: Seconds until the cluster must be sound; 0 looks once.
    type: int
    default: 0
attributes:
  check_mode: {support: full, description: Looks once; says "would wait" where no cluster answers.}
  diff_mode: {support: none, description: Nothing to compare.}
"""

EXAMPLES = r"""
- name: Wait for the cluster
  medvirt.hospital.ceph_health:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    mons: [kvm1, kvm2, kvm3]
    osds: 3
    wait: 120
"""

RETURN = r"""
health:
  description: Ceph's own word, HEALTH_OK and so on.
  type: str
  returned: when the cluster answers
shortfalls:
  description: What is missing, as sentences.
  type: list
  elements: str
  returned: when the cluster answers
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import (
    CephError,
    connection_arguments,
    run_on_cluster,
)
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_status import shortfalls


def judge(params, cluster):
    found = shortfalls(cluster.read("status"), params["mons"], params["osds"], params["expected_warnings"])
    if found:
        return found
    return ["OSD %d is called up but does not answer." % osd_id for osd_id in cluster.silent_osds()]


def look(module, cluster):
    params = module.params
    deadline = time.monotonic() + (0 if module.check_mode else params["wait"])
    while True:
        found = judge(params, cluster)
        if not found or time.monotonic() >= deadline:
            break
        time.sleep(1)
    if found and not module.check_mode:
        raise CephError(
            "The Ceph cluster is not sound%s: %s"
            % (" after %d s" % params["wait"] if params["wait"] else "", " ".join(found))
        )
    return {"changed": False, "health": cluster.read("health")["status"], "shortfalls": found}


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(),
            mons={"type": "list", "elements": "str", "required": True},
            osds={"type": "int", "required": True},
            expected_warnings={"type": "list", "elements": "str", "default": []},
            wait={"type": "int", "default": 0},
        ),
        supports_check_mode=True,
    )
    run_on_cluster(module, "would wait until the cluster is sound", lambda cluster: look(module, cluster))


if __name__ == "__main__":
    main()
