#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_pools
short_description: Have replicated pools in a Ceph cluster
description:
  - Creates missing pools and corrects the settings of those that are there. Never removes a pool; pools not named are
    left alone.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  pools:
    description: The wanted pools.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name.
        type: str
        required: true
      size:
        description: Number of copies.
        type: int
        default: 3
      min_size:
        description: Copies that must be there for a write to be accepted.
        type: int
        default: 2
      pg_num:
        description: Number of placement groups; with the autoscaler on only the first number.
        type: int
        default: 32
      autoscale_mode:
        description: What the autoscaler may do.
        type: str
        choices: ["on", "off", warn]
        default: "on"
      application:
        description: What the pool is for.
        type: str
        default: rbd
attributes:
  check_mode: {support: full, description: Says which pools or settings would change.}
  diff_mode: {support: full, description: Shows the settings that change.}
"""

EXAMPLES = r"""
- name: Have a pool for guests
  medvirt.hospital.ceph_pools:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    pools:
      - {name: guests, size: 3, min_size: 2, pg_num: 32}
"""

RETURN = r"""
changes:
  description: What changed, as sentences.
  type: list
  elements: str
  returned: when the cluster answers
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import connection_arguments, run_on_cluster
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import pool_changes, pool_refusals

POOL = {
    "name": {"type": "str", "required": True},
    "size": {"type": "int", "default": 3},
    "min_size": {"type": "int", "default": 2},
    "pg_num": {"type": "int", "default": 32},
    "autoscale_mode": {"type": "str", "choices": ["on", "off", "warn"], "default": "on"},
    "application": {"type": "str", "default": "rbd"},
}


def create(cluster, pool):
    cluster.run(
        "osd pool create",
        pool=pool["name"],
        pg_num=pool["pg_num"],
        pool_type="replicated",
        autoscale_mode=pool["autoscale_mode"],
        size=pool["size"],
    )


def correct(cluster, name, setting, value):
    if setting == "application":
        cluster.run("osd pool application enable", pool=name, app=value)
        if value == "rbd":
            cluster.init_rbd_pool(name)
    else:
        cluster.run("osd pool set", pool=name, var=setting, val=str(value))


def present(cluster):
    return {row["pool_name"]: row for row in cluster.read("osd pool ls", detail="detail")}


def ensure(module, cluster):
    have = present(cluster)
    before, after = [], []
    for pool in module.params["pools"]:
        name = pool["name"]
        if name not in have:
            after.append(
                "pool %s: %d copies, least %d, %d placement groups"
                % (name, pool["size"], pool["min_size"], pool["pg_num"])
            )
            if module.check_mode:
                continue
            create(cluster, pool)
            have = present(cluster)
            steps = pool_changes(pool, have[name])
        else:
            steps = pool_changes(pool, have[name])
            before += ["pool %s: %s %s" % (name, setting, old) for setting, old, new in steps]
            after += ["pool %s: %s %s" % (name, setting, new) for setting, old, new in steps]
        if not module.check_mode:
            for setting, _old, new in steps:
                correct(cluster, name, setting, new)
    return {
        "changed": bool(after),
        "changes": after,
        "diff": {"before": "".join(line + "\n" for line in before), "after": "".join(line + "\n" for line in after)},
    }


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(), pools={"type": "list", "elements": "dict", "required": True, "options": POOL}
        ),
        supports_check_mode=True,
    )
    refusals = pool_refusals(module.params["pools"])
    if refusals:
        module.fail_json(msg=" ".join(refusals))
    names = ", ".join(pool["name"] for pool in module.params["pools"])
    run_on_cluster(module, "would have the pools %s" % names, lambda cluster: ensure(module, cluster))


if __name__ == "__main__":
    main()
