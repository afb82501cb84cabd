#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

DOCUMENTATION = r"""
module: guest_volume
short_description: Volumes of guests on RBD
description:
  - A volume with an image is cloned from the newest golden image of that name when it does not exist; a newer image
    does not touch it later. A volume without an image is created empty.
  - A volume grows to its capacity and is never shrunk or removed.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  guests:
    description:
      - Keys used are C(name), C(image) and C(volumes), a list of C(name), C(pool), C(capacity_gib), C(purpose).
      - A volume with the purpose C(root) is cloned from the guest's image.
    type: list
    elements: dict
    required: true
  image_pool: {description: Pool of the golden images., type: str, default: images}
  client: {description: CephX user without C(client.)., type: str, default: images}
  conf: {description: Ceph configuration file., type: path, default: /etc/ceph/ceph.conf}
attributes:
  check_mode: {support: full, description: Says what would be created or grown.}
  diff_mode: {support: full, description: Shows name and capacity before and after.}
"""

EXAMPLES = r"""
- name: Have the root volume of pacs1
  medvirt.hospital.guest_volume:
    guests:
      - name: pacs1
        image: pacs
        volumes: [{name: pacs1-root, pool: guests, capacity_gib: 4, purpose: root}]
"""

RETURN = r"""
actions:
  description: What was done, or would be done, by volume (create, grow, keep).
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_rbd as store

ARGUMENTS = {
    "guests": {"type": "list", "elements": "dict", "required": True},
    "image_pool": {"type": "str", "default": "images"},
    "client": {"type": "str", "default": "images"},
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
}


def all_volumes(guests):
    """[{name, pool, capacity_gib, image}] of all guests; `image` is empty but for root volumes."""
    return [
        {
            "name": volume["name"],
            "pool": volume["pool"],
            "capacity_gib": int(volume["capacity_gib"]),
            "image": guest["image"] if volume.get("purpose") == "root" else "",
        }
        for guest in guests
        for volume in guest["volumes"]
    ]


def ensure(cluster, volume, image_pool, check_mode):
    """Bring one volume about; return (action, size before in bytes or None)."""
    name, capacity = volume["name"], volume["capacity_gib"]
    with store.open_pool(cluster, volume["pool"]) as pool:
        size = store.image_size(pool, name)
        action = store.volume_plan(f"{volume['pool']}/{name}", size, capacity)
        if check_mode or action == "keep":
            return action, size
        if action == "grow":
            store.grow_volume(pool, name, capacity)
        elif not volume["image"]:
            store.create_volume(pool, name, capacity)
        else:
            clone(cluster, image_pool, pool, volume)
    return action, size


def clone(cluster, image_pool, pool, volume):
    """Clone a volume from the newest golden image."""
    with store.open_pool(cluster, image_pool) as images:
        golden = store.newest_golden(images, volume["image"])
        if golden is None:
            raise store.RbdError(
                f"volume {volume['name']}: pool {image_pool} has no finished image {volume['image']}; "
                f"add '{volume['image']}' to guest_image_recipes and run the image stage"
            )
        store.clone_volume(images, golden, pool, volume["name"], volume["capacity_gib"])


def describe(volumes, sizes):
    """Diff text: one line per existing volume; sizes in bytes, None for absent."""
    lines = [
        f"{volume['pool']}/{volume['name']} {size / store.GIB:g} GiB"
        for volume, size in zip(volumes, sizes, strict=True)
        if size
    ]
    return "\n".join(lines) + ("\n" if lines else "")


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    volumes = all_volumes(module.params["guests"])
    wanted = [volume["capacity_gib"] * store.GIB for volume in volumes]
    try:
        with store.open_cluster(module.params["conf"], module.params["client"]) as cluster:
            done = [ensure(cluster, volume, module.params["image_pool"], module.check_mode) for volume in volumes]
    except store.RbdUnavailable as error:
        if not module.check_mode:
            module.fail_json(msg=f"guests' volumes: {error}")
        done = [("create", None) for volume in volumes]
    except store.RbdError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=any(action != "keep" for action, size in done),
        actions={volume["name"]: action for volume, (action, size) in zip(volumes, done, strict=True)},
        diff={"before": describe(volumes, [size for action, size in done]), "after": describe(volumes, wanted)},
    )


if __name__ == "__main__":
    main()
