# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, activate and start the OSDs of the local host."""

from __future__ import annotations

import json
import os
import time

try:
    from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_local as local
    from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import CephError
except ImportError:  # run without Ansible's loader
    import ceph_local as local
    from ceph_client import CephError

BOOTSTRAP_KEYRING = "/var/lib/ceph/bootstrap-osd/ceph.keyring"
ACTIVATION_FOLDER = "/etc/ceph/osd-activate"
ACTIVATION_UNIT = "medvirt-ceph-osd-activate@.service"


def known_osds(cluster):
    """{osd id: osd uuid} as the cluster knows them."""
    return {row["osd"]: row["uuid"] for row in cluster.read("osd dump")["osds"]}


def install_bootstrap_key(cluster):
    """The least key that ``ceph-volume`` needs to register an OSD; the monitors made it when they first started."""
    entity = cluster.read("auth get", entity="client.bootstrap-osd")[0]
    content = "[%s]\n\tkey = %s\n" % (entity["entity"], entity["key"])
    if local.differs(BOOTSTRAP_KEYRING, content, owner="ceph"):
        local.write(BOOTSTRAP_KEYRING, content, owner="ceph")


def create(module, device, mode, device_class=None):
    """Make an OSD on a blank device and return (id, uuid)."""
    command = ["ceph-volume", mode, "prepare", "--bluestore", "--data", device]
    if device_class:
        command += ["--crush-device-class", device_class]
    local.run(module, command)
    report = json.loads(local.run(module, ["ceph-volume", mode, "list", "--format", "json", device]))
    if mode == "raw":
        osd_uuid, entry = next(iter(report.items()))
        return int(entry["osd_id"]), osd_uuid
    osd_id, volumes = next(iter(report.items()))
    return int(osd_id), volumes[0]["tags"]["ceph.osd_fsid"]


def activation_text(device, osd_uuid):
    """What the boot unit must know about one OSD."""
    return "DEVICE=%s\nOSD_UUID=%s\n" % (device, osd_uuid)


def started(module, device, mode, osd_id, osd_uuid, allowed):
    """See that the OSD runs now and comes back at boot; returns True when something changes or would."""
    if mode == "lvm":
        return _started_lvm(module, osd_id, osd_uuid, allowed)
    path = os.path.join(ACTIVATION_FOLDER, "%d.env" % osd_id)
    content = activation_text(device, osd_uuid)
    changed = local.differs(path, content, mode=0o644)
    if changed and allowed:
        local.write(path, content, mode=0o644)
    # The activation first: it hands the device to the user ceph before the daemon opens it.
    for unit in (ACTIVATION_UNIT.replace("@", "@%d" % osd_id), "ceph-osd@%d.service" % osd_id):
        changed = local.ensure_unit(module, unit, allowed) or changed
    return changed


def _started_lvm(module, osd_id, osd_uuid, allowed):
    unit = "ceph-osd@%d.service" % osd_id
    if local.unit_states(module, unit)[1]:
        return False
    if allowed:
        local.run(module, ["ceph-volume", "lvm", "activate", str(osd_id), osd_uuid])
    return True


def wait_until_up(cluster, osd_ids, seconds):
    """Wait until the cluster sees these OSDs up."""
    deadline = time.monotonic() + seconds
    while True:
        states = {row["osd"]: row["up"] for row in cluster.read("osd dump")["osds"]}
        down = [osd_id for osd_id in osd_ids if not states.get(osd_id)]
        if not down:
            return
        if time.monotonic() > deadline:
            raise CephError(
                "OSD %s is not up after %d s; look at 'journalctl -u ceph-osd@%s' on this host."
                % (", ".join(map(str, down)), seconds, down[0])
            )
        time.sleep(1)
