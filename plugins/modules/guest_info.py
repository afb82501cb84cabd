#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module guest_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: guest_info
short_description: Which guests run on this host, and whether their agents answer
version_added: "0.1.0"
author: The medvirt.hospital developers (@medvirt)
description:
  - Asks the host's libvirt, whatever the cluster believes.
options:
  guests:
    description: Names of guests whose agents are asked when they run here.
    type: list
    elements: str
    default: []
  timeout_seconds:
    description: How long an agent may take to answer.
    type: int
    default: 5
attributes:
  check_mode: {support: full, description: Reads only.}
  diff_mode: {support: none, description: Changes nothing.}
"""

EXAMPLES = r"""
- name: Ask for one guest
  medvirt.hospital.guest_info:
    guests: [pacs1]
"""

RETURN = r"""
running:
  description: Names of all domains that run here, sorted.
  returned: always
  type: list
  elements: str
answers:
  description: By guest that runs here, whether its agent answered.
  returned: always
  type: dict
  sample: {pacs1: true}
"""

from ansible.module_utils.basic import AnsibleModule

try:
    import libvirt
    import libvirt_qemu
except ImportError:
    libvirt = libvirt_qemu = None

PING = '{"execute": "guest-ping"}'


def answers(domain, timeout):
    """Whether the domain's agent answers a ping within the time-out."""
    try:
        libvirt_qemu.qemuAgentCommand(domain, PING, timeout, 0)
    except libvirt.libvirtError:
        return False
    return True


def look(guests, timeout):
    """Return the module's result."""
    connection = libvirt.openReadOnly("qemu:///system") if not guests else libvirt.open("qemu:///system")
    try:
        running = {
            domain.name(): domain for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        }
        asked = {name: answers(running[name], timeout) for name in guests if name in running}
        return {"changed": False, "running": sorted(running), "answers": asked}
    finally:
        connection.close()


def main():
    module = AnsibleModule(
        argument_spec={
            "guests": {"type": "list", "elements": "str", "default": []},
            "timeout_seconds": {"type": "int", "default": 5},
        },
        supports_check_mode=True,
    )
    if libvirt is None:
        module.fail_json(msg="python3-libvirt is missing on this host; the role kvm_host installs it: run site.yml.")
    # Errors are returned; libvirt would print them too.
    libvirt.registerErrorHandler(lambda *__: None, None)
    try:
        module.exit_json(**look(module.params["guests"], module.params["timeout_seconds"]))
    except libvirt.libvirtError as exc:
        module.fail_json(msg="libvirt does not answer on this host: %s." % exc)


if __name__ == "__main__":
    main()
