# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup role_packages."""

from __future__ import annotations

DOCUMENTATION = r"""
name: role_packages
short_description: The Debian packages that roles of this collection install
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Reads the variables that end in C(_packages) from C(defaults/main.yml) and C(vars/main.yml) of the roles, so that an
    image can be prepared with what the roles will ask for, and the lists stand in one place.
options:
  _terms:
    description: Names of roles of this collection.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Say what a hypervisor needs
  ansible.builtin.debug:
    msg: "{{ query('medvirt.hospital.role_packages', 'host_base', 'kvm_host') }}"
"""

RETURN = r"""
_list:
  description: Names of packages, sorted, each once.
  type: list
  elements: str
"""

from pathlib import Path

import yaml
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

ROLES = Path(__file__).resolve().parents[2] / "roles"


def packages_of(role: str) -> set[str]:
    """Return the packages of one role."""
    if not (ROLES / role).is_dir():
        raise AnsibleLookupError(f"role_packages: there is no role {role!r} in {ROLES}.")
    found: set[str] = set()
    for part in ("defaults", "vars"):
        file = ROLES / role / part / "main.yml"
        variables = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
        for name, value in (variables or {}).items():
            if name.endswith("_packages") and isinstance(value, list):
                found.update(value)
    return found


class LookupModule(LookupBase):
    """Lookup of the collection."""

    def run(self, terms, variables=None, **kwargs):
        return sorted(set().union(*(packages_of(role) for role in terms)))
