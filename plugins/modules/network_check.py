#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module network_check."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network_check
short_description: Send and hear test frames on a machine's network ports
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Sends broadcast frames of EtherType 0x88B5 on every physical port for every segment that the port should carry,
    short ones and full-size ones, and ARP probes for planned addresses; hears what arrives. Needs no address, bond or
    VLAN device on the machine, and disturbs none.
  - Run it in three tasks on all machines, one for each O(state), with the C(linear) strategy. No machine sends before
    the last one listens, so neither the number of forks nor the clocks matter.
  - A port that is down is brought up, one with a smaller MTU gets the wanted one; both are put back when the listener
    ends, at the latest after O(limit_seconds).
  - Needs root. Finds ports in named network namespaces as well.
options:
  state:
    description:
      - V(listening) leaves a listener behind, V(sent) sends, V(stopped) ends the listener and returns what it heard.
    type: str
    choices: [listening, sent, stopped]
    required: true
  run:
    description: A word that is new for each check; frames of other runs are not heard.
    type: str
    required: true
  host:
    description: Name of this machine, as its frames carry it.
    type: str
    required: true
  ports:
    description: The physical ports with what they should carry, as P(medvirt.hospital.cabling#module) plans them.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the port.
        type: str
        required: true
      segments:
        description: The segments of the port.
        type: list
        elements: dict
        required: true
        suboptions:
          segment:
            description: Key of the segment.
            type: str
            required: true
          vlan:
            description: VLAN id to tag frames with; without it they are sent untagged.
            type: int
          mtu:
            description: Full size, in bytes after the Ethernet header.
            type: int
            required: true
          addresses:
            description: IPv4 addresses to ask for.
            type: list
            elements: str
            default: []
  link_seconds:
    description: How long to wait for the link of a port that was changed.
    type: int
    default: 10
  settle_seconds:
    description: How long to wait after that, until switches forward. Ports without edge mode (spanning tree) need 35.
    type: int
    default: 2
  limit_seconds:
    description: The listener ends by itself after this time.
    type: int
    default: 600
attributes:
  check_mode: {support: full, description: Nothing is sent and no port is touched.}
  diff_mode: {support: none, description: Everything is put back.}
"""

EXAMPLES = r"""
- name: Listen
  medvirt.hospital.network_check:
    state: listening
    run: example1
    host: "{{ inventory_hostname }}"
    ports:
      - {name: eno1, segments: [{segment: pacs, vlan: 130, mtu: 1500, addresses: [10.20.130.11]}]}
"""

RETURN = r"""
ports:
  description: By port, if it was C(found), its C(link), C(mac), how it was before (C(up), C(mtu)), and a C(problem).
  returned: O(state=stopped)
  type: dict
heard:
  description: Each list is port, VLAN id of the tag or null, sender, its port, segment, V(short) or V(full).
  returned: O(state=stopped)
  type: list
  elements: list
claims:
  description: Each list is port, VLAN id of the tag or null, IPv4 address, and the MAC address that claims it.
  returned: O(state=stopped)
  type: list
  elements: list
macs:
  description: All MAC addresses of this machine.
  returned: O(state=stopped)
  type: list
  elements: str
problems:
  description: By port, why it could not send.
  returned: O(state=sent)
  type: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import network_check

SEGMENT = {
    "segment": {"type": "str", "required": True},
    "vlan": {"type": "int"},
    "mtu": {"type": "int", "required": True},
    "addresses": {"type": "list", "elements": "str", "default": []},
}
PORT = {
    "name": {"type": "str", "required": True},
    "segments": {"type": "list", "elements": "dict", "required": True, "options": SEGMENT},
}
ARGUMENTS = {
    "state": {"type": "str", "choices": ["listening", "sent", "stopped"], "required": True},
    "run": {"type": "str", "required": True},
    "host": {"type": "str", "required": True},
    "ports": {"type": "list", "elements": "dict", "required": True, "options": PORT},
    "link_seconds": {"type": "int", "default": 10},
    "settle_seconds": {"type": "int", "default": 2},
    "limit_seconds": {"type": "int", "default": 600},
}


def act(params):
    """Take the wanted step; returns the module's result."""
    run, host, ports = params["run"], params["host"], params["ports"]
    if params["state"] == "sent":
        return {"problems": network_check.send(run, host, ports)}
    if params["state"] == "stopped":
        return network_check.stop(run)
    seconds = (params[f"{what}_seconds"] for what in ("link", "settle", "limit"))
    network_check.start(run, host, ports, *seconds)
    return {}


def main():
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if os.geteuid() != 0:
        module.fail_json(msg="The network check sends raw frames, so it needs root: set ansible_become for this host.")
    if module.check_mode:
        module.exit_json(changed=False, msg="would send and hear frames")
    try:
        module.exit_json(changed=False, **act(module.params))
    except (network_check.CheckError, OSError) as error:
        module.fail_json(msg=f"The network check can't go on: {error}")


if __name__ == "__main__":
    main()
