#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: guest_migrations
short_description: Move running guests wave by wave, by live migration through Pacemaker
version_added: "0.2.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Runs M(medvirt.hospital.guest_migration) for one wave after the other.
  - When a move fails, no further wave begins, and one sentence says which move failed, which were made, and where the
    guest runs.
  - Run it on one member of the cluster.
options:
  waves:
    description: "Waves in order; each is a list of moves with C(guest), C(source) and C(target)."
    type: list
    elements: list
    required: true
  hosts:
    description: Members of the cluster that must be online.
    type: list
    elements: str
    default: []
  max_minutes:
    description: No wave begins after so many minutes; 0 sets no limit.
    type: int
    default: 0
attributes:
  check_mode: {support: partial, description: Asks the scheduler about the first wave and moves nothing.}
  diff_mode: {support: none, description: The moves are the difference.}
"""

EXAMPLES = r"""
- name: Move two guests, then a third
  medvirt.hospital.guest_migrations:
    waves:
      - - {guest: pacs1, source: kvm1, target: kvm2}
        - {guest: emr1, source: kvm3, target: kvm1}
      - - {guest: emr2, source: kvm1, target: kvm3}
    hosts: [kvm1, kvm2, kvm3]
"""

RETURN = r"""
moved:
  description: The moves that were made, each with its C(seconds).
  returned: always
  type: list
  elements: dict
failed_moves:
  description: The moves that failed, each with its C(reason) and C(now), the host where the guest is at rest.
  returned: always
  type: list
  elements: dict
left:
  description: The moves that were not begun.
  returned: always
  type: list
  elements: dict
"""
