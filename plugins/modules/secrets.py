#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

DOCUMENTATION = r"""
module: secrets
short_description: Make or verify the secrets that a hospital's plan needs
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
description:
  - Computes which secrets are needed from the plan in the inventory (C(hospital_plan), the groups C(kvm_hosts) and
    C(guests)).
  - Keeps them as one variable C(hospital_secrets) in C(group_vars/all/secrets.yml) beside the plan, encrypted with the
    vault password of the run. Only what is missing is added; a value that is there never changes, and when none is
    missing the file is not written at all.
  - No value ever stands in the arguments, the result, the diff or a process list; they name the secrets only.
  - Passwords of baseboard controllers that already have one are read from the variable C(hospital_bmc_passwords) (a
    mapping of host to password). Others are made only where C(hospital_bmc_passwords_generated) is true.
  - This is an action plugin and always runs on the controller.
options:
  state:
    description:
      - V(present) adds what is missing.
      - V(verified) fails in one sentence that names what is missing, and writes nothing.
    type: str
    choices: [present, verified]
    default: present
  password_file:
    description:
      - Where to write a new random vault password (mode 0600) when the run has none.
      - Never overwritten. Without it, a run without a vault password fails.
    type: path
attributes:
  check_mode:
    support: full
    description: Says what would be added.
  diff_mode:
    support: full
    description: Shows the names of the secrets, never a value.
"""

EXAMPLES = r"""
- name: Make what is missing
  medvirt.hospital.secrets:
    password_file: "{{ ansible_config_file | dirname }}/.vault-password"

- name: Refuse to build while a secret is missing
  medvirt.hospital.secrets:
    state: verified
"""

RETURN = r"""
file:
  description: The encrypted file, relative to the working folder.
  returned: state is present
  type: str
added:
  description: The names of the secrets that were (in check mode would be) added.
  returned: state is present
  type: list
  elements: str
missing:
  description: Always empty; a missing secret fails the task.
  returned: state is verified
  type: list
  elements: str
"""
