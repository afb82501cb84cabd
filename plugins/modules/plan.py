#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin C(plan); the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Turn a hospital's intent into its plan, an Ansible inventory
version_added: 0.1.0
description:
  - Reads the intent (C(hospital.yml)) and writes the plan (C(hosts.yml)) with hosts, guests, addresses, VLAN ids,
    volumes, placement that keeps N+1, timeouts and hashes.
  - The same intent, last plan and catalogue always give the same plan, byte for byte. Addresses, VLAN ids, node ids and
    guests stay where the last plan had them.
  - Runs on the controller and changes no machine. O(state=present) needs the Python package C(pydantic) there.
author: The medvirt.hospital developers (@medvirt)
options:
  intent:
    description:
      - Path of the intent; a relative one starts at the current directory.
      - Required with O(state=present). With O(state=verified) it defaults to the file that
        the plan names, beside the plan.
    type: path
  plan:
    description: Path of the plan. It defaults to C(hosts.yml) beside the intent.
    type: path
  state:
    description:
      - V(present) makes the plan. It fails with all findings at once, and writes nothing, when the intent is wrong or
        no plan is feasible.
      - V(verified) changes nothing and fails when the plan is stale (intent or catalogue changed) or was
        edited by hand.
    type: str
    choices: [present, verified]
    default: present
attributes:
  check_mode:
    description: Says what would change and writes nothing.
    support: full
  diff_mode:
    description: Shows guests, hosts, segments and flows that change, not the text.
    support: full
"""

EXAMPLES = r"""
- name: Make the plan
  medvirt.hospital.plan:
    intent: inventories/lab/hospital.yml

# Runs on the controller and opens no connection; inventory_file is not defined for an implicit localhost.
- name: Refuse a stale or hand-edited plan
  hosts: kvm_hosts
  gather_facts: false
  tasks:
    - name: Verify the plan
      medvirt.hospital.plan:
        plan: "{{ inventory_file }}"
        state: verified
      run_once: true
"""

RETURN = r"""
plan_file:
  description: Absolute path of the plan.
  type: str
  returned: success
summary:
  description: What changes, one line for each guest, host, segment or flow; C(+) new, C(-) gone, C(~) changed.
  type: list
  elements: str
  returned: success and O(state=present)
report:
  description: The longest time of a failover by parts, the N+1 table, remarks on flows and the waivers, as lines.
  type: list
  elements: str
  returned: success and O(state=present)
findings:
  description: What is wrong with the intent; empty on success.
  type: list
  elements: dict
  returned: O(state=present)
  contains:
    path:
      description: Key in the intent, such as C(hosts[1].rack).
      type: str
    line:
      description: Line in the intent, where known.
      type: int
    problem:
      description: The value and its limit.
      type: str
    remedy:
      description: What to change.
      type: str
    sentence:
      description: All of it in one sentence.
      type: str
name:
  description: Name of the hospital.
  type: str
  returned: success and O(state=verified)
content_sha256:
  description: Hash of the plan's content.
  type: str
  returned: success and O(state=verified)
"""
