# SPDX-License-Identifier: GPL-3.0-or-later
"""Build a bootable raw image without loop devices or device-mapper: mmdebstrap, mke2fs -d, sfdisk, grub-mkimage.

Disk layout: MBR, GRUB's core image in the gap up to 1 MiB, one ext4 partition from 1 MiB to the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time

from ansible_collections.medvirt.hospital.plugins.module_utils import guest_image_recipe as recipes

MIB = 1024 * 1024
GRUB_DIRECTORY = "/usr/lib/grub/i386-pc"
GRUB_MODULES = ("biosdisk", "part_msdos", "ext2", "linux", "normal", "configfile")
GRUB_EARLY = "set root=(hd0,msdos1)\nset prefix=(hd0,msdos1)/boot/grub\nconfigfile /boot/grub/grub.cfg\n"
BOOT_CODE_BYTES = 440
TOOLS = ("mmdebstrap", "mke2fs", "sfdisk", "grub-mkimage")


class BuildError(Exception):
    """A build step failed; the message names the command and quotes the end of its output."""


def missing_tools():
    """Names of required commands (and GRUB's boot code) that this machine lacks."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not os.path.exists(f"{GRUB_DIRECTORY}/boot.img"):
        missing.append(f"{GRUB_DIRECTORY}/boot.img")
    return missing


def run(command, stdin=None, environment=None):
    """Run one build command; raise BuildError with the last lines of its output when it fails."""
    done = subprocess.run(
        command,
        input=stdin,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise BuildError(f"'{command[0]}' ended with code {done.returncode} while building the image: {tail}")


def newest_manifest(store, name):
    """The manifest of the newest complete image called `name` in the directory `store`, or None."""
    found = []
    if os.path.isdir(store):
        for entry in os.listdir(store):
            if entry.startswith(f"{name}-") and entry.endswith(".json"):
                with open(os.path.join(store, entry), encoding="utf-8") as handle:
                    manifest = json.load(handle)
                if manifest.get("name") == name and os.path.exists(image_path(store, manifest)):
                    found.append((os.stat(os.path.join(store, entry)).st_mtime, manifest["version"], manifest))
    return max(found, key=lambda item: item[:2])[2] if found else None


def image_path(store, manifest):
    """Path of the raw image that belongs to a manifest."""
    return os.path.join(store, f"{manifest['name']}-{manifest['version']}.raw")


def apt_sources(mirror):
    """mmdebstrap's mirror arguments: the given deb lines, or the builder's own source files."""
    if mirror:
        return list(mirror)
    candidates = ["/etc/apt/sources.list"]
    directory = "/etc/apt/sources.list.d"
    if os.path.isdir(directory):
        candidates += [os.path.join(directory, entry) for entry in sorted(os.listdir(directory))]
    used = [path for path in candidates if path.endswith((".list", ".sources")) and os.path.isfile(path)]
    if not used:
        raise BuildError(
            "this machine has no apt sources under /etc/apt; set guest_image_mirror to a list of deb lines"
        )
    return used


def write_executable(path, text):
    """Write a hook script."""
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(text)
    os.chmod(path, 0o755)


def bootstrap(recipe, suite, mirror, work, epoch):
    """Run mmdebstrap into `work`/root.tar; return {package: version}."""
    fs_uuid = recipes.filesystem_uuid(recipes.recipe_hash(recipe))
    write_executable(f"{work}/essential", recipes.essential_script(recipe))
    write_executable(f"{work}/customize", recipes.customize_script(recipe, fs_uuid, work))
    for index, entry in enumerate(recipes.image_files(recipe, fs_uuid)):
        with open(f"{work}/{index}", "w", encoding="utf-8") as handle:
            handle.write(recipes.file_content(entry))
    command = ["mmdebstrap", "--variant=minbase", "--mode=root", f"--include={','.join(recipe['packages'])}"]
    command += [f"--dpkgopt=path-exclude={path}" for path in recipe["excluded_paths"]]
    command += [f"--dpkgopt=path-include={path}" for path in recipe["included_paths"]]
    command += [f"--essential-hook={work}/essential", f"--customize-hook={work}/customize"]
    run([*command, suite, f"{work}/root.tar", *apt_sources(mirror)], environment=build_environment(epoch))
    with open(f"{work}/packages", encoding="utf-8") as handle:
        return recipes.parse_packages(handle.read())


def build_environment(epoch):
    """Environment that keeps tools reproducible: fixed time, plain UTF-8 (file names in the archive need it)."""
    return {"SOURCE_DATE_EPOCH": str(epoch), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def assemble(recipe, work, epoch):
    """Turn `work`/root.tar into the bootable `work`/disk.raw."""
    recipe_sha256 = recipes.recipe_hash(recipe)
    fs_uuid = recipes.filesystem_uuid(recipe_sha256)
    environment = build_environment(epoch)
    filesystem, disk = f"{work}/root.ext4", f"{work}/disk.raw"
    for path, mib in ((filesystem, recipe["root_mib"] - 1), (disk, recipe["root_mib"])):
        with open(path, "wb") as handle:
            handle.truncate(mib * MIB)
    options = f"hash_seed={fs_uuid},root_owner=0:0"
    command = ["mke2fs", "-q", "-t", "ext4", "-L", "root", "-U", fs_uuid, "-E", options, "-d", f"{work}/root.tar"]
    run([*command, filesystem], environment=environment)
    table = f"label: dos\nlabel-id: {recipes.disk_identifier(recipe_sha256)}\nstart=2048, type=83, bootable\n"
    run(["sfdisk", "--quiet", disk], stdin=table, environment=environment)
    write_boot_code(disk, work, environment)
    copy_sparse(filesystem, disk, MIB)
    os.unlink(filesystem)
    return disk


def write_boot_code(disk, work, environment):
    """Put GRUB's boot.img into the MBR and its core image at sector 1 (boot.img's built-in default)."""
    with open(f"{work}/early.cfg", "w", encoding="utf-8") as handle:
        handle.write(GRUB_EARLY)
    command = ["grub-mkimage", "-O", "i386-pc", "-d", GRUB_DIRECTORY, "-o", f"{work}/core.img"]
    command += ["-c", f"{work}/early.cfg", "-p", "(hd0,msdos1)/boot/grub", *GRUB_MODULES]
    run(command, environment=environment)
    with open(f"{GRUB_DIRECTORY}/boot.img", "rb") as handle:
        boot = handle.read(BOOT_CODE_BYTES)
    with open(f"{work}/core.img", "rb") as handle:
        core = handle.read()
    if len(core) > MIB - 512:
        raise BuildError(f"GRUB's core image has {len(core)} bytes and does not fit into the gap of 1 MiB")
    with open(disk, "r+b") as handle:
        handle.write(boot)
        handle.seek(512)
        handle.write(core)


def copy_sparse(source, target, offset):
    """Copy `source` into `target` at `offset` bytes; blocks of zeros stay holes."""
    zeros = bytes(MIB)
    with open(source, "rb") as reader, open(target, "r+b") as writer:
        while chunk := reader.read(MIB):
            if chunk != zeros[: len(chunk)]:
                writer.seek(offset)
                writer.write(chunk)
            offset += len(chunk)


def file_sha256(path):
    """SHA-256 (hex) of a file."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def build_image(recipe, suite, mirror, store, epoch):
    """Build `recipe` and put image and manifest into `store`; return the manifest.

    Everything happens in a temporary directory inside `store`; the image is renamed into place first and the
    manifest last, so an interrupted build leaves nothing that `newest_manifest` would accept.
    """
    os.makedirs(store, mode=0o755, exist_ok=True)
    remove_leftovers(store, recipe["name"])
    work = tempfile.mkdtemp(prefix=f".build-{recipe['name']}.", dir=store)
    try:
        packages = bootstrap(recipe, suite, mirror, work, epoch)
        disk = assemble(recipe, work, epoch)
        date = time.strftime("%Y%m%d", time.gmtime(epoch))
        manifest = recipes.make_manifest(recipe, packages, file_sha256(disk), epoch, date)
        with open(f"{work}/manifest.json", "w", encoding="utf-8") as handle:
            handle.write(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
        target = image_path(store, manifest)
        os.replace(disk, target)
        os.replace(f"{work}/manifest.json", target.removesuffix(".raw") + ".json")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def remove_leftovers(store, name):
    """Remove working directories of builds of `name` that were killed."""
    for entry in os.listdir(store):
        if entry.startswith(f".build-{name}."):
            shutil.rmtree(os.path.join(store, entry), ignore_errors=True)


def today_epoch():
    """Midnight UTC of the current day, in seconds: builds of one day from the same packages are identical."""
    return int(time.time()) // 86400 * 86400
