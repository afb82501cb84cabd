#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_config
short_description: Set options in Ceph's central configuration and its manager modules
description:
  - Options that are not named are left alone. Daemons take over most options at once.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  config:
    description:
      - Options by section (C(global), C(mon), C(osd), C(osd.3), C(osd/host:kvm1) ...). An empty value (null) removes
        the option.
    type: dict
    default: {}
  disabled_mgr_modules:
    description: >-
      Manager modules that shall be off. Those that Ceph keeps always on need the option C(mgr_disabled_modules)
      instead.
    type: list
    elements: str
    default: []
attributes:
  check_mode: {support: full, description: Says which options would change.}
  diff_mode: {support: full, description: Shows the options that change.}
"""

EXAMPLES = r"""
- name: Tune the cluster
  medvirt.hospital.ceph_config:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    config:
      osd: {osd_heartbeat_grace: 12, osd_memory_target: 4G}
    disabled_mgr_modules: [nfs, restful]
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
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_values import config_changes, config_text


def ensure(module, cluster):
    changes = config_changes(module.params["config"], cluster.read("config dump"))
    enabled = set(cluster.read("mgr module ls").get("enabled_modules", []))
    modules = sorted(enabled & set(module.params["disabled_mgr_modules"]))
    if not module.check_mode:
        for change in changes:
            apply(cluster, change)
        for name in modules:
            cluster.run("mgr module disable", module=name)
    before = config_text(changes, "old") + "".join("manager module %s enabled\n" % name for name in modules)
    return {
        "changed": bool(changes or modules),
        "changes": ["%(action)s %(name)s of %(who)s: %(old)s -> %(value)s" % change for change in changes]
        + ["disable manager module %s" % name for name in modules],
        "diff": {"before": before, "after": config_text(changes, "value")},
    }


def apply(cluster, change):
    if change["action"] == "rm":
        cluster.run("config rm", who=change["who"], name=change["name"])
    else:
        cluster.run("config set", who=change["who"], name=change["name"], value=change["value"])


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(),
            config={"type": "dict", "default": {}},
            disabled_mgr_modules={"type": "list", "elements": "str", "default": []},
        ),
        supports_check_mode=True,
    )
    run_on_cluster(module, "would set the central configuration", lambda cluster: ensure(module, cluster))


if __name__ == "__main__":
    main()
