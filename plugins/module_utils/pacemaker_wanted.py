# SPDX-License-Identifier: GPL-3.0-or-later
"""Wanted Pacemaker configuration as XML elements; pure functions, no I/O.

The input is the argument dictionary of the module ``pacemaker_cib``; times are
seconds, scores are Pacemaker scores, utilization values are plain integers.
Every element that is built carries an id with PREFIX, or (primitives) holds a
``meta_attributes`` element with such an id: that is the mark of ownership.
"""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

PREFIX = "medvirt-"
BLOCKLIST_DEVICE = "fence-ceph-blocklist"
# Above every preference, below INFINITY (1000000) so that `crm_resource --move` and standby still win.
STICKINESS = 100000
# After a migration that failed, Pacemaker would stop the guest on both hosts and start it anew; but it still runs.
ON_FAIL = {"migrate_to": "block"}
UNFENCED_REASON = (
    "cluster without fencing refused: node %s has no baseboard controller; give 'bmc' for the node, "
    "or a written waiver (reason, owner, until) in ha_cluster_fencing_waiver"
)


class WantedError(ValueError):
    """The wanted state contradicts itself; ``findings`` holds one sentence each."""

    def __init__(self, findings):
        super().__init__("; ".join(findings))
        self.findings = list(findings)


@dataclass
class Wanted:
    """What the CIB has to hold.

    properties: name -> value; defaults: the rsc and op default sets;
    utilization: node -> {name: int}; the rest are lists of elements.
    """

    properties: dict = field(default_factory=dict)
    rsc_defaults: object = None
    op_defaults: object = None
    utilization: dict = field(default_factory=dict)
    primitives: list = field(default_factory=list)
    levels: list = field(default_factory=list)
    constraints: list = field(default_factory=list)


def build(params):
    """Return the Wanted of a module argument dictionary, or raise WantedError."""
    findings = check(params)
    if findings:
        raise WantedError(findings)
    nodes, guests = params["nodes"], params.get("resources") or []
    fenced = not params.get("fencing_waiver")
    devices = stonith_devices(params) if fenced else []
    return Wanted(
        properties=cluster_properties(params, fenced),
        rsc_defaults=attribute_set(
            "meta_attributes",
            PREFIX + "rsc-defaults",
            {"resource-stickiness": STICKINESS, "migration-threshold": 3, "failure-timeout": "600s"},
        ),
        op_defaults=attribute_set("meta_attributes", PREFIX + "op-defaults", {"timeout": "60s"}),
        utilization={node["name"]: node.get("utilization") or {} for node in nodes},
        primitives=devices + [virtual_domain(guest, params) for guest in guests],
        levels=fencing_levels(params) if fenced else [],
        constraints=(device_locations(nodes) if fenced else []) + guest_constraints(guests),
    )


def check(params):
    """Return findings (sentences) about contradictions in the arguments."""
    nodes = [node["name"] for node in params["nodes"]]
    guests = [guest["name"] for guest in params.get("resources") or []]
    findings = ["%s is given twice" % name for name in sorted(set(nodes + guests)) if (nodes + guests).count(name) > 1]
    if not params.get("fencing_waiver"):
        findings += [UNFENCED_REASON % node["name"] for node in params["nodes"] if not node.get("bmc")]
        if params.get("blocklist_client"):
            findings += [
                "node %s has no storage address for the blocklist device (ha_cluster_storage_addresses)" % name
                for name in nodes
                if name not in (params.get("storage_addresses") or {})
            ]
    for guest in params.get("resources") or []:
        findings += check_guest(guest, nodes, guests)
    return findings


def check_guest(guest, nodes, guests):
    """Return findings about one guest."""
    findings = []
    for preference in guest.get("preferences") or []:
        if preference["host"] not in nodes:
            findings.append("guest %s prefers unknown host %s" % (guest["name"], preference["host"]))
        if abs(int(preference["score"])) >= STICKINESS:
            findings.append(
                "guest %s: preference %s for %s must stay below the stickiness %d, else guests would move"
                % (guest["name"], preference["score"], preference["host"], STICKINESS)
            )
    for other in guest.get("order_after") or []:
        if other not in guests or other == guest["name"]:
            findings.append("guest %s is ordered after unknown guest %s" % (guest["name"], other))
    return findings


def cluster_properties(params, fenced):
    """Return crm_config name -> value (strings)."""
    fence = int(params["fence_timeout_seconds"])
    wanted = {
        "stonith-enabled": "true" if fenced else "false",
        # The host returns by itself; with two devices in a level Pacemaker does off+off, then on+on.
        "stonith-action": "reboot",
        "stonith-timeout": "%ds" % (2 * fence),
        # 'stop': a guest never runs in a partition without quorum ('freeze' would keep it running there).
        "no-quorum-policy": "stop",
        # 'balanced' respects capacity like 'utilization'; scores decide first, free capacity breaks ties.
        "placement-strategy": "balanced",
        "start-failure-is-fatal": "false",
        # Retries failed fencing and expires failures without waiting for an event.
        "cluster-recheck-interval": "60s",
        "dc-deadtime": "%ds" % int(params.get("dc_deadtime_seconds") or 20),
        # After a split heals, a message of the join protocol can be lost; the defaults then keep hosts out for up to
        # 3 and 30 minutes. A join takes a second or two; one that does not end in a minute begins anew.
        "join-integration-timeout": "60s",
        "join-finalization-timeout": "60s",
    }
    wanted.update({name: str(value) for name, value in (params.get("properties") or {}).items()})
    return wanted


def attribute_set(tag, identity, pairs):
    """Return e.g. <meta_attributes id=…><nvpair …/></meta_attributes>; None values are left out."""
    element = ET.Element(tag, {"id": identity})
    for name, value in pairs.items():
        if value is not None:
            ET.SubElement(element, "nvpair", {"id": "%s-%s" % (identity, name), "name": name, "value": str(value)})
    return element


def primitive(name, agent, params, meta, operations, utilization=None):
    """Return a primitive; ``agent`` is class[:provider]:type, operations are (name, interval_s, timeout_s)."""
    parts = agent.split(":")
    attributes = {"id": name, "class": parts[0], "type": parts[-1]}
    if len(parts) == 3:
        attributes["provider"] = parts[1]
    element = ET.Element("primitive", attributes)
    identity = PREFIX + name
    element.append(attribute_set("instance_attributes", identity + "-params", params))
    element.append(attribute_set("meta_attributes", identity + "-meta", meta))
    if utilization:
        element.append(attribute_set("utilization", identity + "-utilization", utilization))
    block = ET.SubElement(element, "operations")
    for operation, interval, timeout in operations:
        attributes = {
            "id": "%s-%s" % (identity, operation),
            "name": operation,
            "interval": "%ds" % interval,
            "timeout": "%ds" % timeout,
        }
        if operation in ON_FAIL:
            attributes["on-fail"] = ON_FAIL[operation]
        ET.SubElement(block, "op", attributes)
    return element


def device_name(node):
    return "fence-bmc-" + node


def stonith_devices(params):
    """Return one Redfish device per node and, with Ceph, the blocklist device."""
    fence = int(params["fence_timeout_seconds"])
    devices = [redfish_device(node, params["password_directory"], fence) for node in params["nodes"]]
    if params.get("blocklist_client"):
        devices.append(blocklist_device(params, fence))
    return devices


def fence_timeouts(fence):
    """Return pcmk_* limits: ``fence`` seconds for one step, twice that for off and on in one go."""
    return {
        "pcmk_off_timeout": "%ds" % fence,
        "pcmk_on_timeout": "%ds" % fence,
        "pcmk_reboot_timeout": "%ds" % (2 * fence),
        "pcmk_monitor_timeout": "%ds" % fence,
        "pcmk_status_timeout": "%ds" % fence,
    }


def redfish_device(node, password_directory, fence):
    """Return the fence_redfish primitive; the password is only named by the path of its script."""
    bmc = node["bmc"]
    verify = bmc.get("verify_tls", True)
    arguments = {
        "ip": bmc["address"],
        "ipport": bmc.get("port") or 443,
        "username": bmc["user"],
        "passwd_script": "%s/%s" % (password_directory, node["name"]),
        "systems_uri": "/redfish/v1/Systems/" + bmc["system"],
        "ssl_secure": "1" if verify else None,
        "ssl_insecure": None if verify else "1",
        "power_timeout": max(5, fence - 5),
        "pcmk_host_list": node["name"],
        "pcmk_host_check": "static-list",
        **fence_timeouts(fence),
    }
    return primitive(
        device_name(node["name"]),
        "stonith:fence_redfish",
        arguments,
        {"failure-timeout": "60s"},
        [("monitor", 60, fence)],
    )


def blocklist_device(params, fence):
    """Return the one blocklist device that serves all nodes; its plug is the storage address."""
    pairs = ("%s:%s" % (node["name"], params["storage_addresses"][node["name"]]) for node in params["nodes"])
    arguments = {
        "client": params["blocklist_client"],
        "expire": int(params["blocklist_seconds"]),
        "power_timeout": max(5, fence - 5),
        "pcmk_host_map": ";".join(pairs),
        "pcmk_host_check": "static-list",
        **fence_timeouts(fence),
    }
    return primitive(
        BLOCKLIST_DEVICE,
        "stonith:fence_ceph_blocklist",
        arguments,
        {"failure-timeout": "60s"},
        [("monitor", 60, fence)],
    )


def fencing_levels(params):
    """Return one level per node; all devices of a level must succeed."""
    extra = [BLOCKLIST_DEVICE] if params.get("blocklist_client") else []
    return [
        ET.Element(
            "fencing-level",
            {
                "id": PREFIX + "level-" + node["name"],
                "target": node["name"],
                "index": "1",
                "devices": ",".join([device_name(node["name"]), *extra]),
            },
        )
        for node in params["nodes"]
    ]


def device_locations(nodes):
    """A node never watches its own controller: keep its device elsewhere."""
    return [
        location("away-%s" % device_name(node["name"]), device_name(node["name"]), node["name"], "-INFINITY")
        for node in nodes
    ]


def location(identity, resource, node, score):
    return ET.Element("rsc_location", {"id": PREFIX + identity, "rsc": resource, "node": node, "score": str(score)})


def virtual_domain(guest, params):
    """Return the VirtualDomain primitive of one guest."""
    arguments = {
        "config": guest["config"],
        "hypervisor": "qemu:///system",
        "migration_transport": params.get("migration_transport") or None,
        "migration_network_suffix": params.get("migration_network_suffix") or None,
        "migrate_options": params.get("migrate_options") or None,
        # Without it the agent takes a random port outside of libvirt's range; %n is the target with the suffix.
        "migrateuri": "tcp://%n" if params.get("migration_network_suffix") else None,
        # The plan gives the utilization; the agent would overwrite it on every monitor.
        "autoset_utilization_cpu": "false",
        "autoset_utilization_host_memory": "false",
        "autoset_utilization_hv_memory": "false",
    }
    operations = [
        ("start", 0, int(guest["start_timeout_seconds"])),
        ("stop", 0, int(guest["stop_timeout_seconds"])),
        ("monitor", 10, 30),
        ("migrate_to", 0, int(guest["migrate_timeout_seconds"])),
        ("migrate_from", 0, int(guest["migrate_timeout_seconds"])),
    ]
    meta = {"allow-migrate": "true", "priority": int(guest.get("priority") or 0)}
    return primitive(
        guest["name"],
        guest.get("agent") or "ocf:heartbeat:VirtualDomain",
        arguments if not guest.get("agent") else {},
        meta,
        operations if not guest.get("agent") else operations[:3],
        guest.get("utilization"),
    )


def guest_constraints(guests):
    """Return preferences, anti-affinity (hard) and start order (advisory: never restarts anything)."""
    elements = []
    for guest in guests:
        for preference in guest.get("preferences") or []:
            identity = "prefer-%s-%s" % (guest["name"], preference["host"])
            elements.append(location(identity, guest["name"], preference["host"], preference["score"]))
        for other in guest.get("order_after") or []:
            elements.append(start_order(other, guest["name"]))
    groups = {}
    for guest in guests:
        if guest.get("anti_affinity_group"):
            groups.setdefault(guest["anti_affinity_group"], []).append(guest["name"])
    for members in groups.values():
        elements += [apart(first, second) for first, second in itertools.combinations(sorted(members), 2)]
    return elements


def start_order(first, then):
    return ET.Element(
        "rsc_order",
        {
            "id": "%sorder-%s-%s" % (PREFIX, first, then),
            "first": first,
            "then": then,
            "kind": "Optional",
            "symmetrical": "false",
        },
    )


def apart(first, second):
    return ET.Element(
        "rsc_colocation",
        {"id": "%sapart-%s-%s" % (PREFIX, first, second), "rsc": second, "with-rsc": first, "score": "-INFINITY"},
    )
