#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: flow_matrix
short_description: Show by packets that the flows of the plan pass, and nothing else
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Makes probes from the plan, has the probe send them by M(medvirt.hospital.network_probe), and compares.
  - Every flow has to pass, from each of its sources to each of its destinations. Between every ordered pair of segments
    random TCP and UDP ports, ping, IPv6 and false sources must not; neither must random ports of planned guests, of
    neighbours in one segment, or of expired flows.
  - The internet is played with addresses that nobody has. Packets to it end at the router behind the gateways.
  - Runs on a host with C(use) V(probe), after the role C(network_probe).
options:
  plan:
    description: C(hospital_plan).
    type: dict
    required: true
  probe:
    description: C(hospital), the slice of the probe.
    type: dict
    required: true
  machines:
    description: The slices of all machines of the plan by name.
    type: dict
    required: true
  guests:
    description: The slices of all guests of the plan by name.
    type: dict
    required: true
  evidence:
    description:
      - Folder on the controller for the evidence, C(probe_matrix.json), or C(probe_matrix_<site>.json) when the
        hospital has several sites. It holds no secrets. None is written without it, nor in check mode.
    type: path
  seed:
    description: Decides what is random; the same seed sends the same packets. Random itself without.
    type: int
  ports:
    description: Random ports of TCP, and as many of UDP, for each ordered pair of segments.
    type: int
    default: 20
  rate_per_second:
    description: At most so many packets each second.
    type: int
    default: 2500
attributes:
  check_mode: {support: full, description: Sends packets and changes nothing.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Compare the flows of the plan with what passes
  medvirt.hospital.flow_matrix:
    plan: "{{ hospital_plan }}"
    probe: "{{ hospital }}"
    machines: "{{ machine_slices }}"
    guests: "{{ guest_slices }}"
    evidence: "{{ inventory_dir }}/evidence"
"""

RETURN = r"""
findings:
  description: What is not as planned, a sentence each, the gravest first.
  returned: when packets were sent
  type: list
  elements: str
remarks:
  description: What was shown, and what could not be proved.
  returned: when packets were sent
  type: list
  elements: str
report:
  description: The table of segments, then remarks and findings, as lines.
  returned: when packets were sent
  type: list
  elements: str
counts:
  description: Numbers of packets, planned and others, and how many of them passed.
  returned: when packets were sent
  type: dict
seed:
  description: The seed.
  returned: when packets were sent
  type: int
"""
