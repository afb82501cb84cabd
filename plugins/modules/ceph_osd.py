#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_osd
short_description: Have OSDs on disks of this host
description:
  - Takes a disk only when it is blank (no signature, first 4 and last 1 MiB zero) or carries an OSD of this cluster
    already.
  - Every other disk is refused with a sentence, before any disk is touched. A disk is erased only when
    O(wipe_devices) names exactly this host and device; a disk with a live OSD of this cluster is never erased.
  - In mode V(raw) a unit hands the device to Ceph at each boot; it finds the disk by path, else by the OSD's uuid.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
extends_documentation_fragment: [medvirt.hospital.ceph_cluster]
options:
  devices:
    description: Paths of whole disks, best stable ones below C(/dev/disk/by-id).
    type: list
    elements: str
    required: true
  host:
    description: This host's name in O(wipe_devices).
    type: str
    required: true
  wipe_devices:
    description: Consent to destroy what is on a disk, each C(host:device).
    type: list
    elements: str
    default: []
  mode:
    description: V(lvm) puts a logical volume on the disk; V(raw) uses the disk itself and needs no device mapper.
    type: str
    choices: [lvm, raw]
    default: lvm
  device_class:
    description: CRUSH device class; Ceph decides when left out.
    type: str
  activation_unit:
    description: Text of the systemd unit template that activates raw OSDs at boot.
    type: str
    default: ""
attributes:
  check_mode: {support: full, description: Judges the disks and says which OSDs would be made.}
  diff_mode: {support: none, description: Nothing to compare.}
"""

EXAMPLES = r"""
- name: Have one OSD
  medvirt.hospital.ceph_osd:
    fsid: 5f3ad7d4-7c1c-4f3b-9f39-6c6f3a3f1c11
    admin_key: "{{ storage_ceph_admin_key }}"
    devices: [/dev/disk/by-id/nvme-EXAMPLE_0001]
    host: "{{ inventory_hostname }}"
"""

RETURN = r"""
osds:
  description: Id of the OSD by device; null where one would be made.
  type: dict
  returned: when the cluster answers
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_device, ceph_osds
from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import (
    CephError,
    connection_arguments,
    run_on_cluster,
)


def judge_all(module, known_osds):
    """{device: Verdict}; raises one error that lists every refusal."""
    verdicts, refusals = ceph_device.judge_disks(module, known_osds)
    if refusals:
        raise CephError(" ".join(refusals))
    return verdicts


def make(module, device, verdict):
    if verdict.kind == "wipe":
        trouble = ceph_device.wipe(module, device)
        if trouble:
            raise CephError(trouble)
    verdict.osd_id, verdict.osd_uuid = ceph_osds.create(
        module, device, module.params["mode"], module.params["device_class"]
    )


def install_unit(module):
    path = "/etc/systemd/system/" + ceph_osds.ACTIVATION_UNIT
    changed = module.params["mode"] == "raw" and local.differs(path, module.params["activation_unit"], mode=0o644)
    if changed and not module.check_mode:
        local.write(path, module.params["activation_unit"], mode=0o644)
        local.run(module, ["systemctl", "daemon-reload"])
    return changed


def ensure(module, cluster):
    allowed = not module.check_mode
    verdicts = judge_all(module, ceph_osds.known_osds(cluster))
    changed = install_unit(module)
    touched = []
    if allowed:
        ceph_osds.install_bootstrap_key(cluster)
    for device, verdict in verdicts.items():
        fresh = verdict.kind != "ours"
        if fresh and allowed:
            make(module, device, verdict)
        if (fresh and not allowed) or ceph_osds.started(
            module, device, module.params["mode"], verdict.osd_id, verdict.osd_uuid, allowed
        ):
            touched.append(verdict.osd_id)
    if allowed and touched:
        ceph_osds.wait_until_up(cluster, touched, module.params["timeout"])
    return {
        "changed": bool(changed or touched),
        "osds": {device: verdict.osd_id for device, verdict in verdicts.items()},
    }


def main():
    module = AnsibleModule(
        argument_spec=dict(
            connection_arguments(),
            devices={"type": "list", "elements": "str", "required": True},
            host={"type": "str", "required": True},
            wipe_devices={"type": "list", "elements": "str", "default": []},
            mode={"type": "str", "choices": ["lvm", "raw"], "default": "lvm"},
            device_class={"type": "str"},
            activation_unit={"type": "str", "default": ""},
        ),
        supports_check_mode=True,
    )
    try:
        judge_all(module, None)
    except CephError as exc:
        module.fail_json(msg=str(exc))
    run_on_cluster(
        module,
        "would make or start OSDs on %s" % ", ".join(module.params["devices"]),
        lambda cluster: ensure(module, cluster),
    )


if __name__ == "__main__":
    main()
