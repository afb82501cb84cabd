# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt domain XML of a guest on RBD: pure functions.

`guest` has the shape of the role guest's `guest_domains`, `common` what all guests of a cluster share:
{accelerator: kvm|tcg, machine, cpu_model, cpu_features_off, tcg_cache_mib, cgroup_limits, ceph_user,
ceph_secret_uuid, ceph_monitors, seed_pool}. Source of the elements: libvirt 11.3, "Domain XML format".
"""

from __future__ import annotations

import uuid
from xml.etree import ElementTree

NAMESPACE = uuid.UUID("0d3a9c2e-51f3-5f37-8f0e-6d6564766972")
AGENT_CHANNEL = "org.qemu.guest_agent.0"
MONITOR_PORT = "3300"


def domain_uuid(scope, name):
    """The guest's UUID: the same on every host; `scope` is the identity of the cluster (its Ceph fsid)."""
    return str(uuid.uuid5(NAMESPACE, f"{scope}/{name}"))


def element(parent, tag, text=None, **attributes):
    """Append an element; attribute names with a trailing underscore lose it (`type_`)."""
    child = ElementTree.SubElement(parent, tag, {key.rstrip("_"): str(value) for key, value in attributes.items()})
    if text is not None:
        child.text = str(text)
    return child


def domain_xml(guest, common):
    """The whole XML document as text, indented, with a final newline."""
    root = ElementTree.Element("domain", {"type": "kvm" if common["accelerator"] == "kvm" else "qemu"})
    element(root, "name", guest["name"])
    element(root, "uuid", domain_uuid(common["scope"], guest["name"]))
    element(root, "memory", guest["memory_mib"], unit="MiB")
    element(root, "vcpu", guest["vcpus"], placement="static")
    element(root, "iothreads", 1)
    limits = guest.get("limits") or {}
    if common["cgroup_limits"] and limits.get("cpu_shares"):
        element(element(root, "cputune"), "shares", limits["cpu_shares"])
    add_platform(root, common)
    for event, action in (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy")):
        element(root, event, action)
    devices = element(root, "devices")
    add_disks(devices, guest, common)
    for nic in guest["nics"]:
        add_interface(devices, nic)
    add_channels(devices, guest)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def add_platform(root, common):
    """Firmware, machine, CPU, clock.

    `check=none` with TCG: it emulates what the model names, there is nothing to compare.
    """
    system = element(root, "os")
    element(system, "type", "hvm", arch="x86_64", machine=common["machine"])
    element(system, "boot", dev="hd")
    features = element(root, "features")
    element(features, "acpi")
    element(features, "apic")
    if common["accelerator"] == "tcg":
        element(element(features, "tcg"), "tb-cache", common["tcg_cache_mib"], unit="MiB")
    check = "none" if common["accelerator"] == "tcg" else "partial"
    cpu = element(root, "cpu", mode="custom", match="exact", check=check)
    element(cpu, "model", common["cpu_model"], fallback="forbid")
    for name in common["cpu_features_off"]:
        element(cpu, "feature", policy="disable", name=name)
    clock = element(root, "clock", offset="utc")
    element(clock, "timer", name="rtc", tickpolicy="catchup")
    element(clock, "timer", name="pit", tickpolicy="delay")
    element(clock, "timer", name="hpet", present="no")


def add_disks(devices, guest, common):
    """Root and data volumes (vda, vdb ...), the seed read-only as the last disk."""
    iops = (guest.get("limits") or {}).get("iops")
    for index, volume in enumerate(guest["volumes"]):
        add_rbd_disk(devices, f"{volume['pool']}/{volume['name']}", index, common, iops)
    seed = f"{common['seed_pool']}/{guest['name']}-seed"
    add_rbd_disk(devices, seed, len(guest["volumes"]), common, None, read_only=True)


def add_rbd_disk(devices, source_name, index, common, iops, read_only=False):
    """One RBD disk. Write-back is safe here: the guest's flushes reach librbd, which waits for the OSDs."""
    disk = element(devices, "disk", type_="network", device="disk")
    driver = element(disk, "driver", name="qemu", type_="raw", cache="writeback", discard="unmap")
    if not read_only:
        driver.set("iothread", "1")
    auth = element(disk, "auth", username=common["ceph_user"])
    element(auth, "secret", type_="ceph", uuid=common["ceph_secret_uuid"])
    source = element(disk, "source", protocol="rbd", name=source_name)
    for monitor in common["ceph_monitors"]:
        element(source, "host", name=monitor, port=MONITOR_PORT)
    element(disk, "target", dev=f"vd{chr(ord('a') + index)}", bus="virtio")
    if read_only:
        element(disk, "readonly")
    elif iops:
        element(element(disk, "iotune"), "total_iops_sec", iops)


def add_interface(devices, nic):
    """One virtio NIC on a bridge."""
    interface = element(devices, "interface", type_="bridge")
    element(interface, "mac", address=nic["mac"])
    element(interface, "source", bridge=nic["bridge"])
    element(interface, "model", type_="virtio")
    if nic.get("mtu"):
        element(interface, "mtu", size=nic["mtu"])


def add_channels(devices, guest):
    """Guest agent, serial console with log, entropy, panic notification; no graphics, USB or balloon."""
    serial = element(devices, "serial", type_="pty")
    element(serial, "log", file=f"/var/log/libvirt/qemu/{guest['name']}-console.log", append="on")
    element(serial, "target", port="0")
    channel = element(devices, "channel", type_="unix")
    element(channel, "target", type_="virtio", name=AGENT_CHANNEL)
    element(element(devices, "rng", model="virtio"), "backend", "/dev/urandom", model="random")
    element(devices, "controller", type_="usb", model="none")
    element(devices, "memballoon", model="none")
    element(devices, "panic", model="isa")
    if guest.get("watchdog"):
        element(devices, "watchdog", model="i6300esb", action="reset")
