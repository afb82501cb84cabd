# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask Pacemaker's own scheduler where guests go when hosts are lost; nothing live is touched."""

import subprocess
import xml.etree.ElementTree as ET

from ansible_collections.medvirt.hospital.plugins.module_utils import (
    pacemaker_merge,
    pacemaker_simulate,
    pacemaker_wanted,
)

from proof.lab import Host

# A quorate cluster without anything; the role's own code fills it.
BARE = (
    '<cib validate-with="pacemaker-4.0" have-quorum="1" admin_epoch="0" epoch="1" num_updates="0">'
    "<configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>"
)


def build_cib(arguments: dict, running: dict[str, str]) -> ET.Element:
    """The CIB that the module pacemaker_cib would make of its arguments, with all hosts up and guests where they run.

    running: {guest: host}.
    """
    bare = ET.fromstring(BARE)
    nodes = bare.find("configuration/nodes")
    for number, node in enumerate(arguments["nodes"], 1):
        ET.SubElement(nodes, "node", {"id": str(number), "uname": node["name"]})
    cib, _changes = pacemaker_merge.merge(bare, pacemaker_wanted.build(arguments))
    cib.append(_status(cib.findall("configuration/nodes/node"), running))
    return cib


def placement_without(cib: ET.Element, lost: list[str], asked: Host) -> dict[str, str]:
    """{guest: host} after these hosts are lost at once, as crm_simulate on a living host says; no key: stays down."""
    for name in lost:
        cib = pacemaker_simulate.without_node(cib, name)
    command = ["podman", "exec", "--interactive", asked.container, *pacemaker_simulate.command("/dev/stdin")]
    done = subprocess.run(command, input=ET.tostring(cib), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"crm_simulate ended with {done.returncode}: {done.stderr.decode()}"
    found = pacemaker_simulate.parse(done.stdout.decode())
    assert sorted(found["fenced"]) == sorted(lost), f"the scheduler fences {found['fenced']}, not {lost}"
    guests = {item.get("id") for item in cib.iter("primitive") if item.get("class") == "ocf"}
    return {guest: hosts[0] for guest, hosts in found["placement"].items() if guest in guests and hosts}


def _status(nodes: list[ET.Element], running: dict[str, str]) -> ET.Element:
    status = ET.Element("status")
    for node in nodes:
        attributes = {"id": node.get("id"), "uname": node.get("uname"), "in_ccm": "true", "crmd": "online"}
        state = ET.SubElement(status, "node_state", {**attributes, "join": "member", "expected": "member"})
        resources = ET.SubElement(ET.SubElement(state, "lrm", {"id": node.get("id")}), "lrm_resources")
        for number, (guest, host) in enumerate(sorted(running.items()), 1):
            _add_history(resources, guest, host == node.get("uname"), number)
    return status


def _add_history(resources: ET.Element, guest: str, active: bool, number: int) -> None:
    """A start that succeeded where the guest runs, a probe that found nothing elsewhere."""
    name, code = ("start", "0") if active else ("monitor", "7")
    resource = {"id": guest, "class": "ocf", "provider": "heartbeat", "type": "VirtualDomain"}
    transition = f"{number}:1:{code}:00000000-0000-0000-0000-000000000000"
    ET.SubElement(
        ET.SubElement(resources, "lrm_resource", resource),
        "lrm_rsc_op",
        {
            "id": f"{guest}_last_0",
            "operation": name,
            "operation_key": f"{guest}_{name}_0",
            "crm-debug-origin": "simulation",
            "transition-key": transition,
            "transition-magic": f"0:{code};{transition}",
            "call-id": str(number),
            "rc-code": code,
            "op-status": "0",
            "interval": "0",
        },
    )
