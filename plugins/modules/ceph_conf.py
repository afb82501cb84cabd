#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_conf
short_description: Set the local ceph.conf and the administrator's keyring
description:
  - Writes C(/etc/ceph/ceph.conf) from data, and the keyring of C(client.admin) where a key is given.
  - Refuses a host whose C(ceph.conf) names another cluster.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  sections:
    description: Sections with their options; C(global) must carry C(fsid).
    type: dict
    required: true
  admin_key:
    description: Secret key of C(client.admin); without it no keyring is written.
    type: str
  path:
    description: The configuration file; the keyring is written beside it.
    type: path
    default: /etc/ceph/ceph.conf
attributes:
  check_mode: {support: full, description: Says what would be written.}
  diff_mode: {support: full, description: "Shows ceph.conf, never a key."}
"""

EXAMPLES = r"""
- name: Name the cluster
  medvirt.hospital.ceph_conf:
    sections:
      global: {fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11, mon_host: "[v2:192.0.2.11:3300]"}
"""

RETURN = r"""
files:
  description: The files that changed.
  type: list
  elements: str
  returned: always
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import conf_value, render_ini, render_keyring


def main():
    module = AnsibleModule(
        argument_spec={
            "sections": {"type": "dict", "required": True},
            "admin_key": {"type": "str", "no_log": True},
            "path": {"type": "path", "default": "/etc/ceph/ceph.conf"},
        },
        supports_check_mode=True,
    )
    path, sections = module.params["path"], module.params["sections"]
    wanted, before = render_ini(sections), local.read(path) or ""
    fsid, present = sections.get("global", {}).get("fsid"), conf_value(before, "fsid")
    if present not in (None, fsid):
        module.fail_json(
            msg="%s names Ceph cluster %s, wanted is %s (storage_ceph_fsid): this host belongs to another cluster."
            % (path, present, fsid)
        )

    files = []
    diff = [{"before": before, "after": wanted, "before_header": path, "after_header": path}]
    if local.differs(path, wanted, mode=0o644):
        files.append((path, wanted, 0o644))
    if module.params["admin_key"]:
        keyring = os.path.join(os.path.dirname(path), "ceph.client.admin.keyring")
        content = render_keyring("client.admin", module.params["admin_key"])
        if local.differs(keyring, content):
            files.append((keyring, content, 0o600))
            diff.append({"before": "", "after": "(key not shown)\n", "before_header": keyring, "after_header": keyring})
    if not module.check_mode:
        for name, content, mode in files:
            local.write(name, content, mode)
    module.exit_json(changed=bool(files), files=[name for name, content, mode in files], diff=diff)


if __name__ == "__main__":
    main()
