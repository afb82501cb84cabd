#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""libvirt secrets for Ceph clients."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: libvirt_secret
short_description: Secrets with which libvirt opens Ceph images
version_added: 0.1.0
description:
  - Defines secrets of usage C(ceph) in the system's libvirt and sets their values, through libvirt's API.
  - A value comes from a variable or from a keyring on the host. It is in no command line, diff or log.
requirements:
  - python3-libvirt on the managed host
options:
  secrets:
    description: The wanted secrets. Others are left alone.
    type: list
    elements: dict
    required: true
    suboptions:
      uuid:
        description: The secret's UUID, by which domains refer to it.
        type: str
        required: true
      usage_name:
        description: Name for people, unique on the host, such as C(client.guests).
        type: str
        required: true
      key:
        description: The CephX key in base64.
        type: str
      keyring:
        description: Keyring file on the host with exactly one key. In check mode it may be missing yet.
        type: path
attributes:
  check_mode:
    description: Reports what would be defined and set.
    support: full
  diff_mode:
    description: Lists the actions, without values.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Key with which guests' images are opened
  medvirt.hospital.libvirt_secret:
    secrets:
      - uuid: 6b1f6c64-2f0e-4d1d-9f1c-7d7a9a0f6c55
        usage_name: client.guests
        keyring: /etc/ceph/ceph.client.guests.keyring
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils.libvirt_secret import (
    SecretError,
    decode,
    ensure,
    key_from_keyring,
)

try:
    import libvirt
except ImportError:
    libvirt = None

_SECRET = {
    "uuid": {"type": "str", "required": True},
    "usage_name": {"type": "str", "required": True},
    "key": {"type": "str", "no_log": True},
    "keyring": {"type": "path", "no_log": False},
}


def resolve(item):
    """A secret with its value as bytes; None where its keyring does not exist."""
    key = item["key"]
    if key is None:
        try:
            with open(item["keyring"], encoding="utf-8") as stream:
                key = key_from_keyring(stream.read(), item["keyring"])
        except FileNotFoundError:
            return None
    return {"uuid": item["uuid"], "usage_name": item["usage_name"], "value": decode(key, item["uuid"])}


def connect(module, lines):
    """libvirt's connection; in check mode the missing library or daemon ends the module with what would be done."""
    if libvirt is None and module.check_mode:
        module.exit_json(changed=True, actions=lines)
    if libvirt is None:
        module.fail_json(
            msg="The Python binding of libvirt is missing on this host; install the package 'python3-libvirt'."
        )
    libvirt.registerErrorHandler(lambda *ignored: None, None)
    try:
        return libvirt.open("qemu:///system")
    except libvirt.libvirtError as error:
        if module.check_mode:
            module.exit_json(changed=True, actions=lines)
        module.fail_json(msg=f"libvirt does not answer on this host ({error}); see 'systemctl status libvirtd'.")


def main():
    """Entry point."""
    module = AnsibleModule(
        argument_spec={
            "secrets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "no_log": False,
                "options": _SECRET,
                "required_one_of": [["key", "keyring"]],
                "mutually_exclusive": [["key", "keyring"]],
            }
        },
        supports_check_mode=True,
    )
    secrets = module.params["secrets"]
    connection = connect(module, [f"define secret {item['uuid']} ({item['usage_name']})" for item in secrets])
    lines = []
    try:
        for item in secrets:
            secret = resolve(item)
            if secret is None and not module.check_mode:
                raise SecretError(
                    f"The keyring {item['keyring']} for secret {item['uuid']} does not exist on this host."
                )
            if secret is None:
                lines.append(f"define secret {item['uuid']} ({item['usage_name']})")
            else:
                lines += ensure(connection, secret, check=module.check_mode)
    except SecretError as error:
        module.fail_json(msg=str(error))
    except libvirt.libvirtError as error:
        module.fail_json(msg=f"libvirt refused a secret: {error}")
    finally:
        connection.close()
    diff = {"before": "", "after": "".join(f"{line}\n" for line in lines), "after_header": "secrets"}
    module.exit_json(changed=bool(lines), actions=lines, diff=diff)


if __name__ == "__main__":
    main()
