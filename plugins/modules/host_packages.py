#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Debian packages, installed without starting their services."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_packages
short_description: Installs missing Debian packages without starting what they bring
version_added: 0.1.0
description:
  - Asks dpkg what is installed and installs the rest in one run of apt-get. Installed packages are never upgraded.
  - While it installs, services are kept from starting with their default configuration (a cluster manager, for example,
    would form a cluster of its own). They are started by whoever configures them.
  - Works in check mode on a bare host, without C(python3-apt), which C(ansible.builtin.apt) needs there.
  - The package lists are refreshed only when the installation fails without it.
options:
  names:
    description: Names of the wanted packages.
    type: list
    elements: str
    required: true
  recommends:
    description: Whether recommended packages are installed too.
    type: bool
    default: false
attributes:
  check_mode:
    description: Names the packages that would be installed.
    support: full
  diff_mode:
    description: Lists the packages added.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Time and logs
  medvirt.hospital.host_packages:
    names: [chrony, rsyslog]
"""

RETURN = r"""
missing:
  description: Packages that were, or in check mode would be, installed.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.host_packages import PackagesError, install, missing


def main():
    """Entry point."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "recommends": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        names = missing(module.params["names"])
        if names and not module.check_mode:
            install(names, recommends=module.params["recommends"])
    except PackagesError as error:
        module.fail_json(msg=str(error))
    diff = {"before": "", "after": "".join(f"{name}\n" for name in names), "after_header": "packages"}
    module.exit_json(changed=bool(names), missing=names, diff=diff)


if __name__ == "__main__":
    main()
