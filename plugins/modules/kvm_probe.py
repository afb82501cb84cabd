#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether KVM works, found out by running a guest."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kvm_probe
short_description: Finds out by running a guest whether KVM works
version_added: 0.1.0
description:
  - Runs a boot sector with five instructions under KVM for at most five seconds. That C(/dev/kvm) exists is no proof.
  - The answer is recorded in C(/var/lib/medvirt/accelerator) and believed until QEMU, the kernel or the boot changes.
options: {}
attributes:
  check_mode:
    description: The guest is run where QEMU is installed; nothing is recorded.
    support: full
  diff_mode:
    description: Shows a changed answer.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Which accelerator guests get
  medvirt.hospital.kvm_probe:
  register: __example_probe
"""

RETURN = r"""
accelerator:
  description: V(kvm), V(tcg), or V(unknown) in check mode on a host without QEMU.
  returned: always
  type: str
reason:
  description: How that was found out, or why KVM does not work.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import kvm_probe


def answer(module):
    """The recorded or fresh result and whether it differs from what was recorded."""
    now = kvm_probe.circumstances()
    if now is None:
        if module.check_mode:
            module.exit_json(changed=True, accelerator="unknown", reason="QEMU is not installed yet")
        module.fail_json(msg=f"{kvm_probe.QEMU} is not installed on this host; install the package 'qemu-system-x86'.")
    known = kvm_probe.recall()
    if kvm_probe.still_valid(known, now):
        return known, known
    result = kvm_probe.probe(now)
    if not module.check_mode:
        kvm_probe.remember(result)
    return known, result


def main():
    """Entry point."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        known, result = answer(module)
    except kvm_probe.ProbeError as error:
        module.fail_json(msg=str(error))
    before = known.accelerator if known else ""
    module.exit_json(
        changed=before != result.accelerator,
        accelerator=result.accelerator,
        reason=result.reason,
        diff={
            "before": f"{before}\n" if before else "",
            "after": f"{result.accelerator}\n",
            "after_header": "accelerator",
        },
    )


if __name__ == "__main__":
    main()
