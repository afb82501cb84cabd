#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A key made on the host, with a certificate signed on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_certificate
short_description: A key made on the host, with a certificate signed on the controller
version_added: 0.1.0
description:
  - The key is generated on the host and never leaves it. The host sends a signing request; an authority whose key is
    in a variable on the controller signs it; the certificate is installed.
  - The certificate is replaced when less than O(renew_days) days are left, when O(names), O(addresses), the authority
    or the key have changed, and otherwise never.
  - The controller needs the Python package C(cryptography), the host the command C(openssl).
options:
  path:
    description: Where the certificate is installed, followed by O(chain).
    type: path
    required: true
  key_path:
    description: Where the key is made.
    type: path
    required: true
  ca_path:
    description: Where the authority's certificate is installed. Nowhere when not given.
    type: path
  ca_certificate:
    description: The authority's certificate in PEM.
    type: str
    required: true
  ca_key_variable:
    description:
      - Name of the variable that holds the authority's key in PEM. It is the name and not the key, so that the key is
        in no task's arguments, and the task can still show its diff and its errors.
    type: str
    required: true
  chain:
    description: Intermediate certificates in PEM between the certificate and the root.
    type: str
    default: ''
  names:
    description: DNS names. The first is the subject's common name.
    type: list
    elements: str
    required: true
  addresses:
    description: IP addresses that the certificate is valid for.
    type: list
    elements: str
    default: []
  valid_days:
    description: Lifetime of a new certificate.
    type: int
    default: 365
  renew_days:
    description: Remaining lifetime below which the certificate is replaced.
    type: int
    default: 30
  owner:
    description: Owner of certificate and key.
    type: str
    default: root
  group:
    description: Group of certificate and key.
    type: str
    default: root
  key_mode:
    description: Mode of the key.
    type: str
    default: '0600'
attributes:
  check_mode:
    description: Reports whether a key would be made and a certificate be issued.
    support: full
  diff_mode:
    description: Shows subject, names, issuer and expiry, never the key.
    support: full
author: The medvirt.hospital developers (@medvirt)
"""

EXAMPLES = r"""
- name: Certificate of the host
  medvirt.hospital.host_certificate:
    path: /etc/pki/medvirt/host.pem
    key_path: /etc/pki/medvirt/host.key
    ca_path: /etc/pki/medvirt/ca.pem
    ca_certificate: "{{ example_ca_certificate }}"
    ca_key_variable: example_ca_key
    names: [kvm1, kvm1.example.org]
    addresses: [192.0.2.11]
"""

RETURN = r"""
reasons:
  description: Why a new certificate was issued; empty when the present one is good.
  returned: always
  type: list
  elements: str
changed_paths:
  description: The files that were, or in check mode would be, changed.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import host_certificate
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError

# What the action plugin sends; it keeps names, lifetimes and the authority's key on the controller.
ARGUMENTS = {
    "path": {"type": "path", "required": True},
    "key_path": {"type": "path", "required": True, "no_log": False},
    "ca_path": {"type": "path"},
    "ca_certificate": {"type": "str", "required": True},
    "certificate": {"type": "str"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "key_mode": {"type": "str", "default": "0600", "no_log": False},
}


def main():
    """Entry point of the host's side."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params, check = module.params, module.check_mode
    try:
        made = host_certificate.ensure_key(params["key_path"], check)
        csr = None if made and check else host_certificate.signing_request(params["key_path"])
        current = host_certificate.read(params["path"])
        changed, diffs = host_certificate.install(params, params["certificate"] or current, check)
    except (FilesError, host_certificate.RequestError) as error:
        module.fail_json(msg=str(error))
    if made:
        changed.insert(0, params["key_path"])
    module.exit_json(changed=bool(changed), changed_paths=changed, diff=diffs, csr=csr, certificate=current)


if __name__ == "__main__":
    main()
