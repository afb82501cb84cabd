#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

DOCUMENTATION = r"""
module: rbd_golden_image
short_description: Import a golden image into a Ceph pool
description:
  - Imports a raw image made by M(medvirt.hospital.guest_image) as C(<name>-<version>) and protects its snapshot
    C(golden), from which volumes are cloned. Other versions are left alone.
  - An interrupted import leaves nothing that M(medvirt.hospital.guest_volume) would use; the next run repeats it.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  name: {description: Name of the image without version., type: str, required: true}
  manifest: {description: Manifest of the image; empty when it is not built yet., type: dict, required: true}
  file: {description: Path of the raw image., type: str, required: true}
  pool: {description: Pool., type: str, default: images}
  client: {description: CephX user without C(client.)., type: str, default: images}
  conf: {description: Ceph configuration file., type: path, default: /etc/ceph/ceph.conf}
attributes:
  check_mode: {support: full, description: Says whether the image would be imported.}
  diff_mode: {support: full, description: Shows the name of the image that appears.}
"""

EXAMPLES = r"""
- name: Have the image in the pool
  medvirt.hospital.rbd_golden_image:
    name: pacs
    manifest: "{{ built.manifest }}"
    file: "{{ built.file }}"
"""

RETURN = r"""
image:
  description: C(pool/name-version) of the image.
  returned: always
  type: str
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_rbd as store

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "manifest": {"type": "dict", "required": True},
    "file": {"type": "str", "required": True},
    "pool": {"type": "str", "default": "images"},
    "client": {"type": "str", "default": "images"},
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
}


def ensure(params, check_mode):
    """Import when missing; return True when something changed (or would change)."""
    manifest = params["manifest"]
    name = f"{params['name']}-{manifest['version']}"
    with (
        store.open_cluster(params["conf"], params["client"]) as cluster,
        store.open_pool(cluster, params["pool"]) as pool,
    ):
        if name in store.image_names(pool) and store.is_golden(pool, name):
            return False
        if not check_mode:
            values = {key: manifest[key] for key in ("version", "sha256", "date")}
            store.import_golden(
                pool, name, params["file"], {**values, "recipe": params["name"], "imported": int(time.time())}
            )
    return True


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    version = params["manifest"].get("version", "")
    image = f"{params['pool']}/{params['name']}-{version}"
    if not version and module.check_mode:
        module.exit_json(changed=True, image=image, msg=f"would import image {params['name']} once it is built")
    try:
        changed = ensure(params, module.check_mode)
    except store.RbdUnavailable as error:
        if not module.check_mode:
            module.fail_json(msg=f"image {image}: {error}")
        module.exit_json(changed=True, image=image, msg=f"would import image {image} ({error})")
    except store.RbdError as error:
        module.fail_json(msg=f"image {image}: {error}")
    module.exit_json(
        changed=changed, image=image, diff={"before": "", "after": f"{image}@{store.GOLDEN}\n"} if changed else {}
    )


if __name__ == "__main__":
    main()
