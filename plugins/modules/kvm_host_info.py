#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the hypervisor can be reached and what accelerates its guests."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kvm_host_info
short_description: How a hypervisor can be reached and what accelerates its guests
version_added: 0.1.0
description:
  - Reads the kernel's socket table for libvirt's two well-known ports, systemd's view of libvirtd, and the recorded
    answer of M(medvirt.hospital.kvm_probe). Changes nothing.
options: {}
attributes:
  check_mode:
    description: Reads only.
    support: full
  diff_mode:
    description: Has no diff.
    support: none
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: The hypervisor as it is
  medvirt.hospital.kvm_host_info:
  register: __example_info
"""

RETURN = r"""
accelerator:
  description: V(kvm), V(tcg), or V(unknown) when it was never probed.
  returned: always
  type: str
libvirtd_active:
  description: Whether libvirtd runs.
  returned: always
  type: bool
listening:
  description: Addresses with port on which libvirt's ports 16509 (plain) and 16514 (TLS) are open.
  returned: always
  type: list
  elements: str
"""

import subprocess

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.kvm_host import LIBVIRT_PORTS, listening
from ansible_collections.medvirt.hospital.plugins.module_utils.kvm_probe import recall


def main():
    """Entry point."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    tables = []
    for name in ("tcp", "tcp6"):
        with open(f"/proc/net/{name}", encoding="ascii") as stream:
            tables.append(stream.read())
    active = subprocess.run(["systemctl", "is-active", "--quiet", "libvirtd.service"], check=False).returncode == 0
    known = recall()
    module.exit_json(
        changed=False,
        accelerator=known.accelerator if known else "unknown",
        libvirtd_active=active,
        listening=listening(tables, LIBVIRT_PORTS),
    )


if __name__ == "__main__":
    main()
