#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_disk_info
short_description: Look whether disks of this host may become OSDs
description:
  - Judges disks as M(medvirt.hospital.ceph_osd) does, and changes nothing. A disk may be taken when it is blank, or
    carries an OSD of this cluster already.
  - Reads the disk itself, so it works on a host that has no Ceph and before there is a cluster. Whether a running
    cluster still knows an OSD is therefore not asked.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  fsid:
    description: Identity of the cluster.
    type: str
    required: true
  devices:
    description: Paths of whole disks.
    type: list
    elements: str
    required: true
  host:
    description: This host's name in O(wipe_devices) and in the findings.
    type: str
    required: true
  wipe_devices:
    description: Consent to destroy what is on a disk, each C(host:device).
    type: list
    elements: str
    default: []
  must_be_usable:
    description: Fail with the findings when a disk may not be taken.
    type: bool
    default: false
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Refuse disks that carry data
  medvirt.hospital.ceph_disk_info:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    devices: [/dev/disk/by-id/nvme-EXAMPLE_0001]
    host: "{{ inventory_hostname }}"
    must_be_usable: true
"""

RETURN = r"""
disks:
  description: >-
    By device, C(kind) is V(blank), V(ours), V(wipe) (carries data and consent to destroy it was given) or V(refused);
    C(osd_id) is that of an OSD of this cluster.
  returned: when no disk is refused, or must_be_usable is false
  type: dict
  sample: {/dev/disk/by-id/nvme-EXAMPLE_0001: {kind: blank, osd_id: null}}
findings:
  description: One sentence per disk that may not be taken.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_device import judge_disks


def main():
    module = AnsibleModule(
        argument_spec={
            "fsid": {"type": "str", "required": True},
            "devices": {"type": "list", "elements": "str", "required": True},
            "host": {"type": "str", "required": True},
            "wipe_devices": {"type": "list", "elements": "str", "default": []},
            "must_be_usable": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    verdicts, findings = judge_disks(module)
    if findings and module.params["must_be_usable"]:
        module.fail_json(msg=" ".join(findings), findings=findings)
    disks = {device: {"kind": verdict.kind, "osd_id": verdict.osd_id} for device, verdict in verdicts.items()}
    module.exit_json(changed=False, disks=disks, findings=findings)


if __name__ == "__main__":
    main()
