#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: verdict
short_description: Judge whether what runs is what was planned
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Joins what C(playbooks/validate.yml) has read from the hosts, compares it with the plan, and fails with one sentence
    per difference, the gravest first.
  - Runs on the controller and changes nothing.
options:
  clusters:
    description: The clusters of the plan by name.
    type: dict
    required: true
  guests:
    description: The slices of all guests of the plan by name.
    type: dict
    required: true
  gateways:
    description: The pairs of gateways of the plan by site.
    type: dict
    default: {}
  segments:
    description: The segments of the plan by name; needed with O(gateways).
    type: dict
    default: {}
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Judge the hospital
  medvirt.hospital.verdict:
    clusters: "{{ hospital_plan.clusters }}"
    guests: "{{ guest_slices }}"
"""

RETURN = r"""
findings:
  description: What differs from the plan, the gravest first.
  returned: always
  type: list
  elements: str
msg:
  description: The gravest finding, or a list with a sentence per sound cluster and per waiver.
  returned: always
  type: raw
"""
