#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_mgr
short_description: Have a Ceph manager run on this host
description:
  - Fetches or makes the manager's key, installs it and enables C(ceph-mgr@<id>). Waits for a quorum of the monitors.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  id:
    description: This manager's name.
    type: str
    required: true
  shadowed_python:
    description:
      - Python libraries that the manager must not import. Its modules run in subinterpreters, where libraries made
        with PyO3 (Debian 13's bcrypt) refuse to load and take every module down (Ceph tracker issue 64213). Nothing
        but the dashboard's passwords needs bcrypt.
      - A shadow of the same name in C(/usr/local/lib/ceph-mgr-python) comes first in the path of C(ceph-mgr@) services.
    type: list
    elements: str
    default: []
attributes:
  check_mode: {support: full, description: "Says whether the key, the shadows or the unit would change."}
  diff_mode: {support: none, description: Nothing to compare.}
"""

EXAMPLES = r"""
- name: Run the manager
  medvirt.hospital.ceph_mgr:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    id: kvm1
"""

RETURN = r"""# Nothing but changed."""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import connection_arguments, run_on_cluster
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import caps_list, render_keyring

CAPS = {"mon": "allow profile mgr", "osd": "allow *", "mds": "allow *"}


SHADOWS = "/usr/local/lib/ceph-mgr-python"
SHADOW = """# Written by Ansible (role storage_ceph); changes made here are lost.
def __getattr__(name):
    raise ImportError("shadowed: ceph-mgr's subinterpreters cannot load the real library")
"""
DROP_IN = "[Service]\nEnvironment=PYTHONPATH=%s\n" % SHADOWS


def shadow(module, unit):
    """Put the shadows before the real libraries; a running manager is restarted when they change."""
    files = {"/etc/systemd/system/ceph-mgr@.service.d/python-shadows.conf": DROP_IN}
    files.update(("%s/%s.py" % (SHADOWS, name), SHADOW) for name in module.params["shadowed_python"])
    if not module.params["shadowed_python"]:
        return False
    stale = [path for path in sorted(files) if local.differs(path, files[path], mode=0o644)]
    if stale and not module.check_mode:
        for path in stale:
            local.write(path, files[path], mode=0o644)
        local.run(module, ["systemctl", "daemon-reload"])
        local.forget_starts(module, unit)
        local.run(module, ["systemctl", "try-restart", unit])
    return bool(stale)


def ensure(module, cluster):
    name, allowed = module.params["id"], not module.check_mode
    entity = "mgr.%s" % name
    if module.check_mode and cluster.call("auth get", entity=entity)[0] != 0:
        return {"changed": True, "msg": "would make the key of %s and start it" % entity}
    key = cluster.read("auth get-or-create", entity=entity, caps=caps_list(CAPS))[0]["key"]
    path, content = "/var/lib/ceph/mgr/ceph-%s/keyring" % name, render_keyring(entity, key)
    changed = local.differs(path, content, owner="ceph")
    if changed and allowed:
        local.write(path, content, owner="ceph")
    unit = "ceph-mgr@%s.service" % name
    changed = shadow(module, unit) or changed
    return {"changed": local.ensure_unit(module, unit, allowed) or changed}


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(),
            id={"type": "str", "required": True},
            shadowed_python={"type": "list", "elements": "str", "default": []},
        ),
        supports_check_mode=True,
    )
    run_on_cluster(module, "would start manager %s" % module.params["id"], lambda cluster: ensure(module, cluster))


if __name__ == "__main__":
    main()
