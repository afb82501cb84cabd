#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_mon
short_description: Have a Ceph monitor run on this host
description:
  - Makes the monitor's store from the cluster's members and first keys, and enables C(ceph-mon@<id>).
  - An existing store is left as it is. Does not wait for the quorum; the next module that talks to the cluster does.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  fsid:
    description: Identity of the cluster.
    type: str
    required: true
  id:
    description: This monitor's name.
    type: str
    required: true
  members:
    description: Address of every first monitor by its name.
    type: dict
    required: true
  mon_key:
    description: Secret key that the monitors share.
    type: str
    required: true
  admin_key:
    description: Secret key that C(client.admin) gets in a new cluster.
    type: str
    required: true
attributes:
  check_mode: {support: full, description: Says whether a store would be made or the unit started.}
  diff_mode: {support: none, description: Nothing to compare.}
"""

EXAMPLES = r"""
- name: Run the monitor
  medvirt.hospital.ceph_mon:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    id: kvm1
    members: {kvm1: 192.0.2.11, kvm2: 192.0.2.12, kvm3: 192.0.2.13}
    mon_key: "{{ storage_ceph_mon_key }}"
    admin_key: "{{ storage_ceph_admin_key }}"
"""

RETURN = r"""
created:
  description: Whether a new store was made.
  type: bool
  returned: always
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import CephError
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import render_keyring

ADMIN_CAPS = {"mon": "allow *", "osd": "allow *", "mds": "allow *", "mgr": "allow *"}


def make_store(module, store):
    """Make the store under another name first, so that an interrupted attempt leaves no half monitor behind."""
    params = module.params
    unfinished = store + ".unfinished"
    with local.private_folder() as folder:
        keyring, monmap = os.path.join(folder, "keyring"), os.path.join(folder, "monmap")
        content = render_keyring("mon.", params["mon_key"], {"mon": "allow *"})
        content += render_keyring("client.admin", params["admin_key"], ADMIN_CAPS)
        local.write(keyring, content, owner="ceph")
        members = []
        for name in sorted(params["members"]):
            members += ["--addv", name, "[v2:%s:3300]" % params["members"][name]]
        local.run(
            module,
            ["monmaptool", "--create", "--clobber", "--set-min-mon-release", "reef", "--fsid", params["fsid"]]
            + members
            + [monmap],
        )
        os.chmod(monmap, 0o644)
        local.run(module, ["rm", "-rf", "--one-file-system", unfinished])
        local.run(module, ["install", "-d", "-o", "ceph", "-g", "ceph", "-m", "0750", unfinished])
        local.run(
            module,
            [
                "ceph-mon",
                "--mkfs",
                "-i",
                params["id"],
                "--fsid",
                params["fsid"],
                "--monmap",
                monmap,
                "--keyring",
                keyring,
                "--mon-data",
                unfinished,
                "--setuser",
                "ceph",
                "--setgroup",
                "ceph",
            ],
        )
    os.rename(unfinished, store)


def main():
    module = AnsibleModule(
        argument_spec={
            "fsid": {"type": "str", "required": True},
            "id": {"type": "str", "required": True},
            "members": {"type": "dict", "required": True},
            "mon_key": {"type": "str", "required": True, "no_log": True},
            "admin_key": {"type": "str", "required": True, "no_log": True},
        },
        supports_check_mode=True,
    )
    store = "/var/lib/ceph/mon/ceph-%s" % module.params["id"]
    missing = not os.path.exists(os.path.join(store, "store.db"))
    try:
        if missing and not module.check_mode:
            make_store(module, store)
        changed = local.ensure_unit(module, "ceph-mon@%s.service" % module.params["id"], allowed=not module.check_mode)
    except CephError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=missing or changed, created=missing)


if __name__ == "__main__":
    main()
