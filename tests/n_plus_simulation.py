#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask Pacemaker's own scheduler where guests go when each host in turn is lost.

Reads one JSON object on stdin: {"arguments": the arguments of the module pacemaker_cib, "running": {guest: host}}.
Prints {host: {"placement": {guest: host or null}, "fenced": [host], "moved": [guest]}}; ``moved`` names guests that
left a living host.  Needs crm_simulate, so it runs where Pacemaker is installed; ``--module-utils`` is the directory of
the collection's module_utils there.  Nothing live is touched.
"""

import argparse
import importlib
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import xml.etree.ElementTree as ET

PACKAGE = "medvirt_module_utils"


def load(directory, name):
    """Import a module of module_utils without Ansible (they only import one another)."""
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(directory)]
        sys.modules[PACKAGE] = package
    return importlib.import_module("%s.%s" % (PACKAGE, name))


def status_of(nodes, running):
    """Return <status> in which every node is up and every guest and its host agree."""
    status = ET.Element("status")
    for node in nodes:
        attributes = {"id": node.get("id"), "uname": node.get("uname"), "in_ccm": "true", "crmd": "online"}
        state = ET.SubElement(status, "node_state", {**attributes, "join": "member", "expected": "member"})
        resources = ET.SubElement(ET.SubElement(state, "lrm", {"id": node.get("id")}), "lrm_resources")
        for number, (guest, host) in enumerate(sorted(running.items()), 1):
            add_history(resources, guest, host == node.get("uname"), number)
    return status


def add_history(resources, guest, active, number):
    """A start that succeeded where the guest runs, a probe that found nothing elsewhere."""
    identity = {"id": guest, "class": "ocf", "provider": "heartbeat", "type": "VirtualDomain"}
    name = "start" if active else "monitor"
    code = "0" if active else "7"
    ET.SubElement(
        ET.SubElement(resources, "lrm_resource", identity),
        "lrm_rsc_op",
        {
            "id": "%s_last_0" % guest,
            "operation": name,
            "operation_key": "%s_%s_0" % (guest, name),
            "crm-debug-origin": "simulation",
            "transition-key": "%d:1:%s:00000000-0000-0000-0000-000000000000" % (number, "0" if active else "7"),
            "transition-magic": "0:%s;%d:1:%s:00000000-0000-0000-0000-000000000000" % (code, number, code),
            "call-id": str(number),
            "rc-code": code,
            "op-status": "0",
            "interval": "0",
        },
    )


def build_cib(directory, arguments, running):
    """Return a complete <cib> of a quorate cluster in which ``running`` holds."""
    wanted = load(directory, "pacemaker_wanted").build(arguments)
    bare = ET.fromstring(
        '<cib validate-with="pacemaker-4.0" have-quorum="1" admin_epoch="0" epoch="1" num_updates="0">'
        "<configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>"
    )
    nodes = bare.find("configuration/nodes")
    for number, name in enumerate(wanted.utilization, 1):
        ET.SubElement(nodes, "node", {"id": str(number), "uname": name})
    cib, _changes = load(directory, "pacemaker_merge").merge(bare, wanted)
    cib.append(status_of(cib.find("configuration/nodes"), running))
    return cib


def simulate(directory, cib, host):
    """Return what becomes of the guests when ``host`` is lost."""
    simulation = load(directory, "pacemaker_simulate")
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as stream:
        stream.write(ET.tostring(simulation.without_node(cib, host), encoding="unicode"))
        stream.flush()
        done = subprocess.run(simulation.command(stream.name), capture_output=True, text=True, timeout=60, check=True)
    return simulation.parse(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--module-utils", default=pathlib.Path(__file__).parents[1] / "plugins/module_utils", type=pathlib.Path
    )
    directory = parser.parse_args().module_utils
    given = json.load(sys.stdin)
    running = given["running"]
    cib = build_cib(directory, given["arguments"], running)
    answer = {}
    for host in [node["name"] for node in given["arguments"]["nodes"]]:
        result = simulate(directory, cib, host)
        placement = {guest: (result["placement"].get(guest) or [None])[0] for guest in running}
        answer[host] = {
            "placement": placement,
            "fenced": result["fenced"],
            "moved": sorted(guest for guest, old in running.items() if old != host and placement[guest] != old),
        }
    print(json.dumps(answer, indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
