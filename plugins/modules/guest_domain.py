#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

DOCUMENTATION = r"""
module: guest_domain
short_description: libvirt definitions of guests as files
description:
  - Writes one libvirt domain XML file per guest. The cluster manager starts guests from these files; nothing is defined
    in libvirt, started or stopped here. A running guest takes a change at its next start.
  - Files of guests that are not listed are reported and left alone, because a cluster resource may still need them.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  guests:
    description: The guests; the shape is that of C(guest_domains) of the role C(guest).
    type: list
    elements: dict
    required: true
  common:
    description: What all guests share; see C(plugins/module_utils/guest_domain.py).
    type: dict
    required: true
  directory:
    description: Directory of the files.
    type: path
    default: /etc/medvirt/guests
attributes:
  check_mode: {support: full, description: Says which files would change.}
  diff_mode: {support: full, description: Shows the changed files; they hold no secret.}
"""

EXAMPLES = r"""
- name: Have the guests' definitions
  medvirt.hospital.guest_domain:
    guests: "{{ guest_domains }}"
    common: "{{ __guest_common }}"
"""

RETURN = r"""
written:
  description: Names of guests whose file changed, or would change.
  returned: always
  type: list
unlisted:
  description: Files in the directory that belong to no listed guest.
  returned: always
  type: list
"""

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.guest_domain import domain_xml

ARGUMENTS = {
    "guests": {"type": "list", "elements": "dict", "required": True},
    "common": {"type": "dict", "required": True},
    "directory": {"type": "path", "default": "/etc/medvirt/guests"},
}


def read_text(path):
    """Content of a file, empty when it is missing."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as handle:
        return handle.read()


def write_text(path, text):
    """Replace a file at once (mode 0644)."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".new.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        os.fchmod(handle.fileno(), 0o644)
        os.fsync(handle.fileno())
    os.replace(temporary, path)


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    directory = module.params["directory"]
    wanted = {guest["name"]: domain_xml(guest, module.params["common"]) for guest in module.params["guests"]}
    diff, written = [], []
    if not module.check_mode:
        os.makedirs(directory, mode=0o755, exist_ok=True)
    for name, text in sorted(wanted.items()):
        path = os.path.join(directory, f"{name}.xml")
        before = read_text(path)
        if before == text:
            continue
        written.append(name)
        diff.append({"before": before, "after": text, "before_header": path, "after_header": path})
        if not module.check_mode:
            write_text(path, text)
    present = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    unlisted = [entry for entry in present if entry.endswith(".xml") and entry[:-4] not in wanted]
    module.exit_json(changed=bool(written), written=written, unlisted=unlisted, diff=diff)


if __name__ == "__main__":
    main()
