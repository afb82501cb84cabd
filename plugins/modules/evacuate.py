#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: evacuate
short_description: Plan live migrations that empty a host or a rack
version_added: "0.2.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Joins what C(playbooks/look.yml) has read from the hosts with the plan, and asks the placement engine where the
    guests of the hosts can go, so that the others keep N+k where they can.
  - Fails, with the gravest finding as its message, where no guest may be moved now or where guests would not fit.
  - Runs on the controller and changes nothing; M(medvirt.hospital.guest_migrations) and
    M(medvirt.hospital.pacemaker_standby) carry it out.
options:
  plan:
    description: The variable C(hospital_plan).
    type: dict
    required: true
  plan_file:
    description: The file of the plan; it must hold what the planner wrote. Intent and catalogue are not looked at.
    type: path
    required: true
  hosts:
    description: The slices of all hypervisors by name.
    type: dict
    required: true
  guests:
    description: The slices of all guests by name.
    type: dict
    required: true
  host:
    description: The host to empty; either this or O(rack).
    type: str
  rack:
    description: The rack to empty, as C(r1), or as C(main/r1) where sites have racks of the same name.
    type: str
  state:
    description: V(returned) plans no moves; it says what taking the hosts back means.
    type: str
    choices: [evacuated, returned]
    default: evacuated
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Find where the guests can go
  medvirt.hospital.evacuate:
    plan: "{{ hospital_plan }}"
    plan_file: "{{ inventory_file }}"
    hosts: "{{ host_slices }}"
    guests: "{{ guest_slices }}"
    host: kvm1
"""

RETURN = r"""
cluster:
  description: The cluster of the hosts.
  returned: success
  type: str
nodes:
  description: The hosts.
  returned: success
  type: list
  elements: str
waves:
  description: The waves; each is a list of moves with C(guest), C(source) and C(target).
  returned: success
  type: list
  elements: list
report:
  description: Utilisation, moves, and the failures that are no longer absorbed meanwhile, as lines.
  returned: success
  type: list
  elements: str
findings:
  description: Why it can't be done now.
  returned: failure
  type: list
  elements: str
"""
