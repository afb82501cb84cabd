# SPDX-License-Identifier: GPL-3.0-or-later
"""What a golden image is made of: pure functions from a recipe to file contents, hook scripts and a manifest.

A *recipe* is a dict with the keys of `RECIPE_DEFAULTS`; `merge_recipes` adds a base recipe to it.
Nothing here touches the machine.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import uuid

RECIPE_DEFAULTS = {
    "packages": [],
    "files": [],
    "commands": [],
    "masked_units": [],
    "masked_generators": [],
    "initramfs_modules": [],
    "kernel_parameters": [],
    "excluded_paths": [],
    "included_paths": [],
    "removed_paths": [],
    "root_mib": 0,
}
FORMAT = 1
NAMESPACE = uuid.UUID("5f0b2f5e-8a55-5f0d-9a4b-6d6564766972")
LIST_KEYS = tuple(key for key, value in RECIPE_DEFAULTS.items() if isinstance(value, list))


class RecipeError(ValueError):
    """A recipe that cannot be built; the message names the recipe, the key and the remedy."""


def merge_recipes(base, recipe):
    """Return `recipe` with defaults filled in and every list of `base` in front of its own.

    Unknown keys raise RecipeError; `root_mib` of the recipe wins when it is not 0.
    """
    known = set(RECIPE_DEFAULTS) | {"name"}
    for part in (base, recipe):
        for key in sorted(set(part) - known):
            raise RecipeError(
                f"image recipe {recipe.get('name', '?')}: unknown key '{key}'; known are {', '.join(sorted(known))}"
            )
    merged = {"name": recipe["name"]}
    for key in LIST_KEYS:
        merged[key] = list(base.get(key) or []) + list(recipe.get(key) or [])
    merged["packages"] = sorted(set(merged["packages"]))
    merged["root_mib"] = int(recipe.get("root_mib") or base.get("root_mib") or 0)
    if merged["root_mib"] < 512:
        raise RecipeError(
            f"image recipe {merged['name']}: root_mib is {merged['root_mib']}, below the least size 512; set root_mib"
        )
    return merged


def recipe_hash(recipe):
    """SHA-256 (hex) of a merged recipe and of the code's own layout format."""
    text = json.dumps({"format": FORMAT, "recipe": recipe}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def image_version(recipe_sha256, packages, date):
    """Version string `<YYYYMMDD>-<10 hex>` from recipe, package versions ({name: version}) and build date."""
    text = json.dumps({"recipe": recipe_sha256, "packages": packages, "date": date}, sort_keys=True)
    return f"{date}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def filesystem_uuid(recipe_sha256):
    """Root filesystem UUID: the same for each build of one recipe, so that builds are reproducible."""
    return str(uuid.uuid5(NAMESPACE, recipe_sha256))


def disk_identifier(recipe_sha256):
    """MBR disk identifier (0x + 8 hex) for sfdisk."""
    return "0x" + recipe_sha256[:8]


def grub_config(fs_uuid, kernel_parameters):
    """The whole /boot/grub/grub.cfg: /boot/vmlinuz and initrd.img are links that kernel packages keep current."""
    arguments = " ".join([f"root=UUID={fs_uuid}", "ro", *kernel_parameters])
    return (
        "set default=0\nset timeout=0\n"
        f"menuentry 'Linux' {{\n  linux /boot/vmlinuz {arguments}\n  initrd /boot/initrd.img\n}}\n"
        f"menuentry 'Linux, previous kernel' {{\n  linux /boot/vmlinuz.old {arguments}\n"
        "  initrd /boot/initrd.img.old\n}\n"
    )


def system_files(recipe, fs_uuid):
    """Files that every image has because of its disk layout: list of {path, content, mode}."""
    return [
        {"path": "/etc/fstab", "content": f"UUID={fs_uuid} / ext4 noatime,errors=remount-ro 0 1\n", "mode": "0644"},
        {"path": "/boot/grub/grub.cfg", "content": grub_config(fs_uuid, recipe["kernel_parameters"]), "mode": "0644"},
        {"path": "/etc/machine-id", "content": "", "mode": "0444"},
        {"path": "/etc/hostname", "content": "localhost\n", "mode": "0644"},
    ]


def dpkg_config(recipe):
    """dpkg's path filters; kept inside the image so that later updates stay trimmed too."""
    lines = [f"path-exclude={path}" for path in recipe["excluded_paths"]]
    lines += [f"path-include={path}" for path in recipe["included_paths"]]
    return "\n".join(lines) + "\n"


def essential_script(recipe):
    """Shell script for mmdebstrap's essential hook ($1: root): must exist before the kernel is configured."""
    modules = "\n".join(recipe["initramfs_modules"]) + "\n"
    initramfs = "MODULES=list\nCOMPRESS=lz4\nBUSYBOX=auto\nFSTYPE=ext4\n"
    return "\n".join(
        [
            "#!/bin/sh",
            "set -eu",
            'mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/dpkg/dpkg.cfg.d"',
            f'printf %s {shlex.quote(modules)} > "$1/etc/initramfs-tools/modules"',
            f'printf %s {shlex.quote(initramfs)} > "$1/etc/initramfs-tools/conf.d/medvirt"',
            "printf 'do_symlinks = yes\\nlink_in_boot = yes\\n' > \"$1/etc/kernel-img.conf\"",
            f'printf %s {shlex.quote(dpkg_config(recipe))} > "$1/etc/dpkg/dpkg.cfg.d/medvirt"',
            "",
        ]
    )


def customize_script(recipe, fs_uuid, files_directory):
    """Shell script for mmdebstrap's customize hook ($1: root).

    `files_directory` holds the contents as files named 0, 1, 2 ... in the order of `image_files`.
    """
    lines = ["#!/bin/sh", "set -eu"]
    for index, entry in enumerate(image_files(recipe, fs_uuid)):
        target = f'"$1"{shlex.quote(entry["path"])}'
        mode = shlex.quote(entry.get("mode", "0644"))
        lines.append(f"install -D -m {mode} {shlex.quote(f'{files_directory}/{index}')} {target}")
        if entry.get("owner"):
            lines.append(f'chroot "$1" chown {shlex.quote(entry["owner"])} {shlex.quote(entry["path"])}')
    for directory, key in (("system", "masked_units"), ("system-generators", "masked_generators")):
        lines.append(f'mkdir -p "$1/etc/systemd/{directory}"')
        lines += [f'ln -sf /dev/null "$1/etc/systemd/{directory}/"{shlex.quote(name)}' for name in recipe[key]]
    lines += [f'chroot "$1" sh -euc {shlex.quote(command)}' for command in recipe["commands"]]
    lines += [f'rm -rf "$1"{path}' for path in recipe["removed_paths"]]
    lines.append(
        "chroot \"$1\" dpkg-query -W -f '${Package} ${Version}\\n' > " + shlex.quote(f"{files_directory}/packages")
    )
    # The stamps tell systemd that /usr is not newer than /etc and /var: no ldconfig and catalogue run at boot.
    lines.append('touch -d "@$SOURCE_DATE_EPOCH" "$1/etc/.updated" "$1/var/.updated"')
    return "\n".join(lines) + "\n"


def image_files(recipe, fs_uuid):
    """System files, then the recipe's own files."""
    return system_files(recipe, fs_uuid) + recipe["files"]


def file_content(entry):
    """Content as text that ends with a newline (templating strips the last one), empty content stays empty."""
    content = entry["content"]
    if not isinstance(content, str):
        content = json.dumps(content, indent=2, sort_keys=True)
    return content if not content or content.endswith("\n") else content + "\n"


def parse_packages(text):
    """{name: version} from `name version` lines."""
    return dict(line.split(" ", 1) for line in sorted(text.splitlines()) if " " in line)


def make_manifest(recipe, packages, sha256, epoch, date):
    """The manifest written next to the image; `sha256` is the checksum of the raw file, `epoch` in seconds."""
    recipe_sha256 = recipe_hash(recipe)
    return {
        "format": FORMAT,
        "name": recipe["name"],
        "version": image_version(recipe_sha256, packages, date),
        "date": date,
        "source_date_epoch": epoch,
        "recipe_sha256": recipe_sha256,
        "sha256": sha256,
        "root_mib": recipe["root_mib"],
        "packages": packages,
    }
