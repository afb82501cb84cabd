#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

DOCUMENTATION = r"""
module: guest_seed
short_description: cloud-init seeds of guests on RBD
description:
  - Keeps one small ISO image C(<guest>-seed) per guest in a Ceph pool, so that each host can start the guest.
  - An image is written only when the fingerprint of its content differs from the one in the image's metadata.
  - A running guest is not touched; it applies a changed seed at its next start.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  guests:
    description: The guests; keys used are C(name), C(nics) and those of O(defaults), which a guest may override.
    type: list
    elements: dict
    required: true
  defaults:
    description: What guests share, C(domain), C(user), C(ssh_keys), C(ntp_servers), C(commands).
    type: dict
    default: {}
  files:
    description:
      - Files by guest name, each a list of C(path), C(content), C(mode), C(owner). Data as content becomes JSON.
      - They may hold secrets and are never shown.
    type: dict
    default: {}
  pool: {description: Pool., type: str, default: guests}
  client: {description: CephX user without C(client.)., type: str, default: images}
  conf: {description: Ceph configuration file., type: path, default: /etc/ceph/ceph.conf}
attributes:
  check_mode: {support: full, description: Says which seeds would be written.}
  diff_mode: {support: full, description: "Shows names only, because seeds hold secrets."}
"""

EXAMPLES = r"""
- name: Have the seeds
  medvirt.hospital.guest_seed:
    guests:
      - name: pacs1
        nics: [{mac: "52:54:00:00:00:01", address: 192.0.2.10, prefix: 24}]
    defaults: {user: hospital, ssh_keys: ["ssh-ed25519 AAAA..."]}
    files:
      pacs1: [{path: /etc/motd, content: "PACS\n"}]
"""

RETURN = r"""
written:
  description: Names of guests whose seed changed, or would change.
  returned: always
  type: list
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_rbd as store
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_seed as seed

ARGUMENTS = {
    "guests": {"type": "list", "elements": "dict", "required": True},
    "defaults": {"type": "dict", "default": {}},
    "files": {"type": "dict", "default": {}, "no_log": True},
    "pool": {"type": "str", "default": "guests"},
    "client": {"type": "str", "default": "images"},
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
}


def ensure(pool, guest, check_mode):
    """Write one guest's seed when its fingerprint differs; return True when it does."""
    texts = seed.documents(guest)
    name = f"{guest['name']}-seed"
    wanted = seed.seed_hash(texts)
    if store.image_size(pool, name) is not None and store.metadata(pool, name).get("seed") == wanted:
        return False
    if not check_mode:
        store.write_small_image(pool, name, seed.iso_image(texts), {"seed": wanted})
    return True


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    files = params["files"]
    guests = [{**params["defaults"], **guest, "files": files.get(guest["name"])} for guest in params["guests"]]
    try:
        with (
            store.open_cluster(params["conf"], params["client"]) as cluster,
            store.open_pool(cluster, params["pool"]) as pool,
        ):
            written = [guest["name"] for guest in guests if ensure(pool, guest, module.check_mode)]
    except store.RbdUnavailable as error:
        if not module.check_mode:
            module.fail_json(msg=f"seeds: {error}")
        written = [guest["name"] for guest in guests]
    except (store.RbdError, seed.SeedError) as error:
        module.fail_json(msg=str(error))
    after = "".join(f"new seed for {name}\n" for name in written)
    module.exit_json(changed=bool(written), written=written, diff={"before": "", "after": after})


if __name__ == "__main__":
    main()
