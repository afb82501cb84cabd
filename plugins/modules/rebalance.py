#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rebalance
short_description: Plan live migrations that spread the guests of each cluster more evenly
version_added: "0.2.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Joins what C(playbooks/look.yml) has read from the hosts with the plan, and asks the placement engine for few and
    cheap moves in waves, between which N+k is kept.
  - Fails, with the gravest finding as its message, where no guest may be moved now.
  - Runs on the controller and changes nothing; M(medvirt.hospital.guest_migrations) carries the waves out.
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
  max_moves:
    description: The most moves in each cluster.
    type: int
  max_gib:
    description: The most memory in GiB that is copied in each cluster.
    type: int
  max_minutes:
    description: The longest time in minutes that copying may take in each cluster, over one link of 10 Gbit/s.
    type: int
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Find the moves that are worth their cost
  medvirt.hospital.rebalance:
    plan: "{{ hospital_plan }}"
    plan_file: "{{ inventory_file }}"
    hosts: "{{ host_slices }}"
    guests: "{{ guest_slices }}"
    max_moves: 10
"""

RETURN = r"""
waves:
  description: By cluster, the waves; each is a list of moves with C(guest), C(source) and C(target).
  returned: success
  type: dict
report:
  description: Utilisation, moves, N+k and bounds, as lines.
  returned: success
  type: list
  elements: str
findings:
  description: Why no guest may be moved now.
  returned: failure
  type: list
  elements: str
"""
