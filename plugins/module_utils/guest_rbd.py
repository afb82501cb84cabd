# SPDX-License-Identifier: GPL-3.0-or-later
"""RBD images as wanted state: golden images, clones, seeds. All sizes in bytes unless the name says otherwise.

`python3-rbd` and `python3-rados` are Debian's; `open_pool` says so when they are missing.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

try:
    import rados
    import rbd
except ImportError:
    rados = rbd = None

GIB = 1024**3
CHUNK = 4 * 1024 * 1024
GOLDEN = "golden"
KEY_PREFIX = "medvirt."
CONNECT_SECONDS = 15


class RbdError(Exception):
    """A sentence for the operator: the pool or image, what is wrong and what to change."""


class RbdUnavailable(RbdError):
    """No cluster can be asked yet (library, configuration or monitors missing); check mode reports 'would'."""


@contextmanager
def open_cluster(conf, client):
    """Connect as client.`client`; yields a rados.Rados."""
    if rados is None:
        raise RbdUnavailable("the Python packages rados and rbd are missing; install python3-rados and python3-rbd")
    if not os.path.exists(conf):
        raise RbdUnavailable(f"there is no Ceph configuration {conf} on this host; run the storage stage first")
    try:
        cluster = rados.Rados(
            conffile=conf, name=f"client.{client}", conf={"client_mount_timeout": str(CONNECT_SECONDS)}
        )
        cluster.connect()
    except rados.Error as error:
        raise RbdUnavailable(f"client.{client} cannot reach the Ceph cluster described in {conf}: {error}") from error
    try:
        yield cluster
    finally:
        cluster.shutdown()


@contextmanager
def open_pool(cluster, pool):
    """Yield an I/O context of `pool`."""
    try:
        context = cluster.open_ioctx(pool)
    except rados.Error as error:
        raise RbdUnavailable(f"pool {pool} cannot be opened: {error}") from error
    try:
        yield context
    finally:
        context.close()


def image_names(context):
    """Names of all images of a pool."""
    return rbd.RBD().list(context)


def metadata(context, name):
    """The image's metadata that this collection wrote: {key without prefix: value}."""
    with rbd.Image(context, name, read_only=True) as image:
        return {key[len(KEY_PREFIX) :]: value for key, value in image.metadata_list() if key.startswith(KEY_PREFIX)}


def set_metadata(image, values):
    """Write metadata {key: value} under this collection's prefix."""
    for key, value in values.items():
        image.metadata_set(KEY_PREFIX + key, str(value))


def is_golden(context, name):
    """True when the image has the protected snapshot that clones need."""
    with rbd.Image(context, name, read_only=True) as image:
        return any(snap["name"] == GOLDEN for snap in image.list_snaps()) and image.is_protected_snap(GOLDEN)


def import_golden(context, name, path, values):
    """Import the raw file `path` as `name` and protect the snapshot: temporary name, rename, snapshot last.

    Blocks of zeros are not written. An image of that name without the snapshot is the rest of an interrupted import.
    """
    temporary = f"{name}.importing"
    for leftover in (temporary, name):
        if leftover in image_names(context):
            remove_unfinished(context, leftover)
    rbd.RBD().create(context, temporary, os.stat(path).st_size, old_format=False)
    zeros = bytes(CHUNK)
    with rbd.Image(context, temporary) as image, open(path, "rb") as source:
        offset = 0
        while chunk := source.read(CHUNK):
            if chunk != zeros[: len(chunk)]:
                image.write(chunk, offset)
            offset += len(chunk)
        image.flush()
        set_metadata(image, values)
    rbd.RBD().rename(context, temporary, name)
    with rbd.Image(context, name) as image:
        image.create_snap(GOLDEN)
        image.protect_snap(GOLDEN)


def remove_unfinished(context, name):
    """Remove an image whose import did not finish; refuses one that has a protected snapshot."""
    with rbd.Image(context, name) as image:
        for snap in image.list_snaps():
            if image.is_protected_snap(snap["name"]):
                raise RbdError(f"image {name} has the protected snapshot {snap['name']}; it is not overwritten")
            image.remove_snap(snap["name"])
    rbd.RBD().remove(context, name)


def newest_golden(context, recipe):
    """Name of the newest finished golden image of a recipe in the pool, or None."""
    found = []
    for name in image_names(context):
        if name.startswith(f"{recipe}-") and not name.endswith(".importing"):
            values = metadata(context, name)
            if values.get("recipe") == recipe and is_golden(context, name):
                found.append((int(values.get("imported", 0)), name))
    return max(found)[1] if found else None


def volume_plan(name, size, capacity_gib):
    """What to do for a volume: 'create', 'grow' or 'keep'; `size` in bytes or None when it does not exist.

    A smaller capacity than the present one raises RbdError: a volume is never shrunk.
    """
    wanted = capacity_gib * GIB
    if size is None:
        return "create"
    if size > wanted:
        raise RbdError(
            f"volume {name} has {size / GIB:g} GiB and the plan wants {capacity_gib} GiB; "
            f"a volume is never shrunk, set its capacity_gib to {-(-size // GIB)} or more"
        )
    return "grow" if size < wanted else "keep"


def image_size(context, name):
    """Size in bytes, or None when there is no such image."""
    try:
        with rbd.Image(context, name, read_only=True) as image:
            return image.size()
    except rbd.ImageNotFound:
        return None


def clone_volume(images, golden, context, name, capacity_gib):
    """Clone images/`golden`@golden to `name` and grow it; a half-made volume has a temporary name."""
    temporary = f"{name}.cloning"
    if temporary in image_names(context):
        rbd.RBD().remove(context, temporary)
    rbd.RBD().clone(images, golden, GOLDEN, context, temporary)
    with rbd.Image(context, temporary) as image:
        if image.size() > capacity_gib * GIB:
            raise RbdError(
                f"volume {name}: capacity {capacity_gib} GiB is smaller than its image {golden} "
                f"({image.size() / GIB:g} GiB); set its capacity_gib to {-(-image.size() // GIB)} or more"
            )
        image.resize(capacity_gib * GIB)
        set_metadata(image, {"origin": golden})
    rbd.RBD().rename(context, temporary, name)


def create_volume(context, name, capacity_gib):
    """Create an empty volume."""
    rbd.RBD().create(context, name, capacity_gib * GIB, old_format=False)


def grow_volume(context, name, capacity_gib):
    """Grow a volume; a running guest sees the new size at its next start."""
    with rbd.Image(context, name) as image:
        image.resize(capacity_gib * GIB, allow_shrink=False)


def write_small_image(context, name, data, values):
    """Make `name` hold exactly `data` (at most CHUNK bytes) and `values` as metadata.

    The image is one object and is written by one operation, so that a guest that reads it meanwhile sees the old
    content or the new one, never a mixture. Metadata comes last: an interrupted write is repeated.
    """
    if len(data) > CHUNK:
        raise RbdError(f"image {name} would need {len(data)} bytes, the limit is {CHUNK}; shorten the guest's files")
    size = image_size(context, name)
    if size is not None and size != CHUNK:
        raise RbdError(f"image {name} has {size} bytes where {CHUNK} are expected; it is not a seed, remove it by hand")
    if size is None:
        rbd.RBD().create(context, name, CHUNK, order=22, old_format=False)
    with rbd.Image(context, name) as image:
        image.write(data.ljust(CHUNK, b"\0"), 0)
        image.flush()
        set_metadata(image, values)
