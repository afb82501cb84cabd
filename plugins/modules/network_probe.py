#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module network_probe."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network_probe
short_description: Send packets from many segments and say which of them arrive
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Runs on a machine that has a port in every segment, each in a network namespace of its own, as the role
    C(network_probe) makes them. Needs root.
  - Every packet carries a token. One that leaves one port and comes in at another has passed, whatever is answered; of
    packets to other machines the answers tell.
  - Planned probes that stay silent are sent once more, and planned TCP ports are also tried by a real connection, to a
    listener that is open for the time of the run.
  - Is the packets' half of M(medvirt.hospital.flow_matrix), which makes the probes from a plan and judges the outcomes.
options:
  endpoints:
    description:
      - The ports. Each has C(segment), C(namespace) (null for the machine's own), C(interface), C(address), and
        C(neighbours), the addresses in the segment whose MAC addresses are asked for.
    type: list
    elements: dict
    required: true
  probes:
    description:
      - Each has C(origin) and C(goal), the segments where it starts and where it may arrive, C(source) and C(target)
        addresses, C(protocol) (V(tcp), V(udp), V(icmp) or V(ipv6)), C(ports) (empty without ports), and C(planned).
      - C(hops) are the next hops that packets are handed to in turn; with C(via) they go to that neighbour instead.
        Without a next hop that answers, they go to the MAC address of the goal's port.
      - C(ttl) is the time to live, 64 without.
    type: list
    elements: dict
    required: true
  seed:
    description: Decides the order of packets, their source ports and tokens.
    type: int
    required: true
  rate_per_second:
    description: At most so many packets each second.
    type: int
    default: 2500
  wait_seconds:
    description: How long to wait for what is still on its way.
    type: float
    default: 1.0
attributes:
  check_mode: {support: full, description: Sends packets and changes nothing.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: See whether a modality's segment reaches the archive's by TCP 22
  medvirt.hospital.network_probe:
    seed: 1
    endpoints:
      - {segment: modality-a, namespace: modality-a, interface: moda0, address: 10.77.140.16, neighbours: [10.77.140.1]}
      - {segment: pacs, namespace: pacs, interface: pacs0, address: 10.77.130.16, neighbours: [10.77.130.1]}
    probes:
      - origin: modality-a
        goal: pacs
        source: 10.77.140.16
        target: 10.77.130.16
        protocol: tcp
        ports: [22]
        planned: false
        hops: [10.77.140.1]
"""

RETURN = r"""
seen:
  description:
    - Index of the probe, port, outcome, and the address that it is known from, of each packet that was not silent.
    - V(arrived) came in at the goal's port; V(accepted) and V(refused) were answered by the target; V(beyond) ended its
      time to live at a router; V(absent) found nobody at the target's address; V(rejected) was refused on its way.
  returned: always
  type: list
  elements: list
  sample: [[0, 22, arrived, 10.77.140.16]]
connections:
  description: Index of the probe, port, and V(connected), V(reset), V(unreachable) or V(timeout), of real connections.
  returned: always
  type: list
  elements: list
strays:
  description: Index, port and segment of packets that came in at a port where they do not belong.
  returned: always
  type: list
  elements: list
joined:
  description: Pairs of segments where a broadcast of the first was heard in the second.
  returned: always
  type: list
  elements: list
sought:
  description: By segment, the addresses that somebody asked for by ARP during the run.
  returned: always
  type: dict
neighbours:
  description: By segment and address, the MAC address, or null for one that did not answer.
  returned: always
  type: dict
sent:
  description: How many packets were sent.
  returned: always
  type: int
lost:
  description: How many frames came in faster than they were read; anything but 0 makes silence worthless.
  returned: always
  type: int
seconds:
  description: How long it took.
  returned: always
  type: float
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe import run
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe_ports import ProbeError


def main():
    module = AnsibleModule(
        argument_spec={
            "endpoints": {"type": "list", "elements": "dict", "required": True},
            "probes": {"type": "list", "elements": "dict", "required": True},
            "seed": {"type": "int", "required": True},
            "rate_per_second": {"type": "int", "default": 2500},
            "wait_seconds": {"type": "float", "default": 1.0},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(changed=False, **run(**module.params))
    except KeyError as exc:
        module.fail_json(msg="An endpoint or probe has no %s; see the documentation of network_probe." % exc)
    except ProbeError as exc:
        module.fail_json(msg=str(exc))


if __name__ == "__main__":
    main()
