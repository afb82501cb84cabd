#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_auth
short_description: Have CephX users and their keyrings on this host
description:
  - Creates users with a key that the monitors draw, sets their capabilities, and writes
    C(/etc/ceph/ceph.<name>.keyring) (root, 0600) on the hosts that a user names. No key is returned.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  host:
    description: This host's name in the lists of hosts.
    type: str
    required: true
  create_all:
    description: Create also the users that no host installs; true on one host of the cluster.
    type: bool
    default: false
  keys:
    description: The wanted users.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: Name such as C(client.images)., type: str, required: true}
      caps: {description: 'Capabilities by service: mon, osd, mgr, mds.', type: dict, default: {}}
      hosts:
        description: Hosts that get the keyring; C(all) stands for every host.
        type: list
        elements: str
        default: []
      state:
        description: Absent removes the user and its keyring.
        type: str
        choices: [present, absent]
        default: present
attributes:
  check_mode: {support: full, description: Says which users or keyrings would change.}
  diff_mode: {support: full, description: "Shows capabilities, never a key."}
"""

EXAMPLES = r"""
- name: Have the key for images
  medvirt.hospital.ceph_auth:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    host: kvm1
    keys:
      - name: client.images
        caps: {mon: profile rbd, osd: profile rbd pool=images}
        hosts: [kvm1]
"""

RETURN = r"""
changes:
  description: What changed, as sentences.
  type: list
  elements: str
  returned: when the cluster answers
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import connection_arguments, run_on_cluster
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import caps_list, render_keyring

KEY = {
    "name": {"type": "str", "required": True},
    "caps": {"type": "dict", "default": {}},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def keyring_path(name):
    return "/etc/ceph/ceph.%s.keyring" % name


def ensure_user(cluster, wanted, allowed):
    """Returns (the user's entry or None, [sentence about a change])."""
    name = wanted["name"]
    ret, out, message = cluster.call("auth get", entity=name)
    if ret != 0:
        if not allowed:
            return None, ["would create %s with %s" % (name, wanted["caps"])]
        entity = cluster.read("auth get-or-create", entity=name, caps=caps_list(wanted["caps"]))[0]
        return entity, ["%s created with %s" % (name, wanted["caps"])]
    entity = cluster.read("auth get", entity=name)[0]
    if entity["caps"] == wanted["caps"]:
        return entity, []
    if allowed:
        cluster.run("auth caps", entity=name, caps=caps_list(wanted["caps"]))
    return entity, ["%s: %s -> %s" % (name, entity["caps"], wanted["caps"])]


def ensure_keyring(entity, allowed):
    path, content = keyring_path(entity["entity"]), render_keyring(entity["entity"], entity["key"])
    if not local.differs(path, content):
        return []
    if allowed:
        local.write(path, content)
    return ["%s written" % path]


def remove(cluster, name, allowed):
    changes = []
    if cluster.call("auth get", entity=name)[0] == 0:
        changes.append("%s removed" % name)
        if allowed:
            cluster.run("auth rm", entity=name)
    if os.path.exists(keyring_path(name)):
        changes.append("%s removed" % keyring_path(name))
        if allowed:
            os.unlink(keyring_path(name))
    return changes


def ensure(module, cluster):
    params, allowed = module.params, not module.check_mode
    changes = []
    for wanted in params["keys"]:
        here = params["host"] in wanted["hosts"] or "all" in wanted["hosts"]
        if wanted["state"] == "absent":
            changes += remove(cluster, wanted["name"], allowed)
        elif here or params["create_all"]:
            entity, found = ensure_user(cluster, wanted, allowed)
            changes += found
            if here and entity is not None:
                changes += ensure_keyring(entity, allowed)
    return {
        "changed": bool(changes),
        "changes": changes,
        "diff": {"before": "", "after": "".join(c + "\n" for c in changes)},
    }


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(),
            host={"type": "str", "required": True},
            create_all={"type": "bool", "default": False},
            keys={"type": "list", "elements": "dict", "required": True, "options": KEY, "no_log": False},
        ),
        supports_check_mode=True,
    )
    names = ", ".join(key["name"] for key in module.params["keys"])
    run_on_cluster(module, "would have the users %s" % names, lambda cluster: ensure(module, cluster))


if __name__ == "__main__":
    main()
