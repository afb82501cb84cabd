#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

DOCUMENTATION = r"""
module: guest_image
short_description: Build a golden guest image
description:
  - Builds a bootable raw disk image (BIOS, GRUB, one ext4 partition) of Debian with C(mmdebstrap), packages inside.
  - Needs no loop device and no device-mapper. The tools C(mmdebstrap), C(mke2fs), C(sfdisk), C(grub-mkimage) and GRUB's
    BIOS modules must be installed.
  - An image is built when none exists for the recipe, or when O(rebuild) is true. Older images stay.
  - Two builds of one recipe from the same package versions with the same O(source_date_epoch) are equal to the byte.
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
options:
  name:
    description: Name of the image.
    type: str
    required: true
  recipe:
    description: What this image is made of; see the role C(guest_image) for the keys.
    type: dict
    default: {}
  base:
    description: A recipe whose lists come in front of those of O(recipe).
    type: dict
    default: {}
  suite:
    description: Debian release.
    type: str
    default: trixie
  mirror:
    description: APT source lines; empty means the source files of this machine.
    type: list
    elements: str
    default: []
  store:
    description: Directory for images and manifests.
    type: path
    default: /var/lib/medvirt/images
  rebuild:
    description: Build also when an image of this recipe exists, in order to take newer packages.
    type: bool
    default: false
  source_date_epoch:
    description: Time stamp of the build in seconds; 0 is the midnight (UTC) before now.
    type: int
    default: 0
attributes:
  check_mode: {support: full, description: Says whether an image would be built; its packages are not known before.}
  diff_mode: {support: full, description: Shows the package versions of the last image and of the new one.}
"""

EXAMPLES = r"""
- name: Have the PACS image
  medvirt.hospital.guest_image:
    name: pacs
    recipe:
      packages: [linux-image-amd64, systemd-sysv, cloud-init, qemu-guest-agent, orthanc]
      initramfs_modules: [virtio_blk, ext4]
      root_mib: 1536
"""

RETURN = r"""
manifest:
  description:
    - Name, version, checksum and date of the newest image; empty in check mode when there is none yet.
    - The packages with their versions are in the manifest file beside the image.
  returned: always
  type: dict
file:
  description: Path of the raw image, empty when there is none yet.
  returned: always
  type: str
age_days:
  description: Whole days since the image was built.
  returned: always
  type: int
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_image_build as build
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_image_recipe as recipes

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "recipe": {"type": "dict", "default": {}},
    "base": {"type": "dict", "default": {}},
    "suite": {"type": "str", "default": "trixie"},
    "mirror": {"type": "list", "elements": "str", "default": []},
    "store": {"type": "path", "default": "/var/lib/medvirt/images"},
    "rebuild": {"type": "bool", "default": False},
    "source_date_epoch": {"type": "int", "default": 0},
}


def package_lines(manifest):
    """Text for a diff: one line per package."""
    return "".join(f"{name} {version}\n" for name, version in sorted((manifest or {}).get("packages", {}).items()))


def result(store, manifest, changed):
    """Return values for a manifest (or None)."""
    if not manifest:
        return {"changed": changed, "manifest": {}, "file": "", "age_days": 0}
    age = (build.today_epoch() - manifest["source_date_epoch"]) // 86400
    short = {key: value for key, value in manifest.items() if key != "packages"}
    return {"changed": changed, "manifest": short, "file": build.image_path(store, manifest), "age_days": age}


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    store = params["store"]
    try:
        recipe = recipes.merge_recipes(params["base"], {**params["recipe"], "name": params["name"]})
    except recipes.RecipeError as error:
        module.fail_json(msg=str(error))
    present = build.newest_manifest(store, params["name"])
    if present and present["recipe_sha256"] == recipes.recipe_hash(recipe) and not params["rebuild"]:
        module.exit_json(**result(store, present, False))
    if module.check_mode:
        module.exit_json(msg=f"would build image {params['name']}", **result(store, present, True))
    missing = build.missing_tools()
    if missing:
        module.fail_json(
            msg=f"cannot build image {params['name']}: {', '.join(missing)} not found; see guest_image_packages"
        )
    epoch = params["source_date_epoch"] or build.today_epoch()
    try:
        manifest = build.build_image(recipe, params["suite"], params["mirror"], store, epoch)
    except build.BuildError as error:
        module.fail_json(msg=f"image {params['name']}: {error}")
    changed = not present or present["version"] != manifest["version"]
    module.exit_json(
        diff={"before": package_lines(present), "after": package_lines(manifest)}, **result(store, manifest, changed)
    )


if __name__ == "__main__":
    main()
