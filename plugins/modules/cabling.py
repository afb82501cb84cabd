#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin C(cabling); the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cabling
short_description: Plan the network check, and judge what the machines heard
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Works for C(playbooks/network_check.yml), around M(medvirt.hospital.network_check). Reads the plan from the
    inventory, and what the machines registered as C(__network_check_sent) and C(__network_check_heard).
  - Runs on the controller. A finding is no failure of the task.
options:
  state:
    description: V(planned) returns what each machine should send, V(judged) compares what was heard with the plan.
    type: str
    choices: [planned, judged]
    required: true
  machines:
    description: The machines that take part.
    type: list
    elements: str
    required: true
  run:
    description: The word that V(planned) returned; needed with O(state=judged).
    type: str
  evidence:
    description: File for the result as JSON, with O(state=judged); not written in check mode.
    type: path
attributes:
  check_mode: {support: full, description: Writes nothing.}
  diff_mode: {support: none, description: Changes nothing but its evidence.}
"""

EXAMPLES = r"""
- name: Plan the check
  medvirt.hospital.cabling:
    state: planned
    machines: "{{ ansible_play_hosts_all }}"
  register: __example_check
"""

RETURN = r"""
run:
  description: A word that is new each time.
  returned: O(state=planned)
  type: str
ports:
  description: By machine, the option C(ports) of M(medvirt.hospital.network_check).
  returned: O(state=planned)
  type: dict
findings:
  description: What differs from the plan.
  returned: O(state=judged)
  type: list
  elements: str
notes:
  description: What could not be compared.
  returned: O(state=judged)
  type: list
  elements: str
msg:
  description: The judgement in one line.
  returned: O(state=judged)
  type: str
table:
  description: One line per segment.
  returned: O(state=judged)
  type: list
  elements: str
"""
