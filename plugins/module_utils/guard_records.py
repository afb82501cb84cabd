# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of paths, kept so that it can be put back: kind, content, link target, mode, owner.

Standard library only and no other import of the collection: the host runs a copy of this file, also at boot.
"""

from __future__ import annotations

import base64
import errno
import os
import shutil
import stat


def record(paths, whole=()):
    """Records of the paths as they are, parents before children. ``whole``: directories kept with all they hold.

    A directory that is missing above a path is recorded as absent too, so that putting back removes it again.
    """
    found = {}
    for path in sorted(paths):
        for parent in _missing_parents(path):
            found.setdefault(parent, {"path": parent, "kind": "absent"})
        found[path] = _one(path)
        if path in whole and found[path]["kind"] == "directory":
            for folder, folders, files in os.walk(path):
                for name in sorted([*folders, *files]):
                    child = os.path.join(folder, name)
                    found[child] = _one(child)
    return [found[path] for path in sorted(found)]


def _missing_parents(path):
    parent = os.path.dirname(path)
    while not os.path.lexists(parent):
        yield parent
        parent = os.path.dirname(parent)


def _one(path):
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return {"path": path, "kind": "absent"}
    known = {"path": path, "mode": stat.S_IMODE(seen.st_mode), "uid": seen.st_uid, "gid": seen.st_gid}
    if stat.S_ISLNK(seen.st_mode):
        return {**known, "kind": "link", "target": os.readlink(path)}
    if stat.S_ISDIR(seen.st_mode):
        return {**known, "kind": "directory"}
    with open(path, "rb") as stream:
        return {**known, "kind": "file", "content": base64.b64encode(stream.read()).decode("ascii")}


def put_back(records):
    """Make the paths what the records say; sentences about those that could not be put back.

    What came new is removed first, children before parents; a new directory into which others have put something
    stays.
    """
    problems = []
    absent = [entry for entry in records if entry["kind"] == "absent"]
    for entry in [*reversed(absent), *(entry for entry in records if entry["kind"] != "absent")]:
        try:
            _restore(entry)
        except OSError as error:
            problems.append(f"{entry['path']} could not be put back: {error.strerror or error}.")
    return problems


def _restore(entry):
    path, kind = entry["path"], entry["kind"]
    if kind == "absent":
        _remove_new(path)
    elif kind == "directory":
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path)):
            os.unlink(path)
        os.makedirs(path, exist_ok=True)
        os.chown(path, entry["uid"], entry["gid"])
        os.chmod(path, entry["mode"])
    elif _one(path) != entry:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _replace(entry)


def _remove_new(path):
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        else:
            os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.ENOTDIR):
            raise


def _replace(entry):
    """By a temporary neighbour and a rename; a bind-mounted file is written in place."""
    path = entry["path"]
    temporary = os.path.join(os.path.dirname(path), f".medvirt-{os.getpid()}-{os.path.basename(path)}")
    try:
        if entry["kind"] == "link":
            os.symlink(entry["target"], temporary)
            os.chown(temporary, entry["uid"], entry["gid"], follow_symlinks=False)
        else:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(base64.b64decode(entry["content"]))
                stream.flush()
                os.fsync(stream.fileno())
            os.chown(temporary, entry["uid"], entry["gid"])
            os.chmod(temporary, entry["mode"])
        _rename(temporary, entry)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _rename(temporary, entry):
    try:
        os.rename(temporary, entry["path"])
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        with open(temporary, "rb") as source, open(entry["path"], "wb") as stream:
            stream.write(source.read())
        os.chown(entry["path"], entry["uid"], entry["gid"])
        os.chmod(entry["path"], entry["mode"])


def settle(paths):
    """Have the directory entries of the paths on disk, so that a power cut finds them as they are now."""
    for folder in sorted({os.path.dirname(path) for path in paths}):
        if os.path.isdir(folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
