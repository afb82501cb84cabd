# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a list of files, directories and absences about, each atomically.

Pure of Ansible: the module C(host_files) is a thin shell around :func:`apply_all`.
"""

from __future__ import annotations

import errno
import fnmatch
import grp
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, replace

HIDDEN = "(content not shown: sensitive)\n"
_MODE = re.compile(r"^0?[0-7]{3,4}$")
_DEFAULT_MODE = {"file": "0644", "directory": "0755"}


class FilesError(Exception):
    """A sentence for the operator: the path, what is wrong with it, what to change."""


@dataclass(frozen=True)
class Entry:
    """One wanted file.

    ``content`` is text (files only), ``source`` a file on the same machine that has it, ``mode`` octal digits,
    ``state`` one of file, directory, absent. ``validate`` is a command with ``%s`` that must accept the new content
    before it is put in place. ``purge`` (directories) is a pattern: what matches it, lies directly in the directory
    and is not listed is removed.
    """

    path: str
    content: str | None = None
    mode: str | None = None
    owner: str = "root"
    group: str = "root"
    state: str = "file"
    sensitive: bool = False
    validate: str | None = None
    purge: str | None = None
    source: str | None = None


def parse(raw):
    """Entries from the module's list of dicts; raises FilesError on the first that makes no sense."""
    entries, seen = [], set()
    for item in raw:
        path = item["path"]
        if not os.path.isabs(path) or os.path.normpath(path) != path:
            raise FilesError(f"files: {path!r} is not a plain absolute path; write it without '..' and trailing '/'.")
        if path in seen:
            raise FilesError(f"files: {path} is listed twice; keep one entry.")
        seen.add(path)
        state = item.get("state") or "file"
        if state == "file" and (item.get("content") is None) == (item.get("source") is None):
            raise FilesError(
                f"files: {path} needs either 'content' or 'source'; give one or set 'state' to directory or absent."
            )
        mode = item.get("mode")
        if mode is None:
            mode = _DEFAULT_MODE.get(state)
        elif not isinstance(mode, str) or not _MODE.match(mode):
            raise FilesError(f"files: mode {mode!r} of {path} is not a quoted octal string such as '0644'.")
        entries.append(
            Entry(
                path=path,
                content=item.get("content"),
                mode=mode,
                owner=item.get("owner") or "root",
                group=item.get("group") or "root",
                state=state,
                sensitive=bool(item.get("sensitive")),
                validate=item.get("validate"),
                purge=item.get("purge"),
                source=item.get("source"),
            )
        )
    return entries


def _purged(entries):
    """Absences for what lies in purged directories without being listed, or holding something listed."""
    listed = {entry.path for entry in entries if entry.state != "absent"}
    kept = listed | {os.path.dirname(path) for path in listed}
    for folder in (entry for entry in entries if entry.purge and os.path.isdir(entry.path)):
        for name in sorted(fnmatch.filter(os.listdir(folder.path), folder.purge)):
            path = os.path.join(folder.path, name)
            if path not in kept:
                yield Entry(path=path, state="absent")


def apply_all(entries, check=False):
    """Apply in order; returns ``(changed paths, diffs)``, a diff being Ansible's before/after mapping."""
    changed, diffs = [], []
    for entry in [*entries, *_purged(entries)]:
        diff = _apply(entry, check)
        if diff:
            changed.append(entry.path)
            diffs.append(diff)
    return changed, diffs


def _apply(entry, check):
    if entry.state == "absent":
        return _apply_absent(entry, check)
    owner, group = _ids(entry, check)
    if entry.state == "directory":
        return _apply_directory(entry, owner, group, check)
    if entry.source is not None:
        entry = _from_source(entry, check)
    return _apply_file(entry, owner, group, check)


def _from_source(entry, check):
    content = _read(entry.source, _lstat(entry.source))
    if content is None and not check:
        raise FilesError(f"{entry.path} is to be copied from {entry.source}, which is no text file on this host.")
    return replace(entry, content=content or "", source=None)


def _apply_absent(entry, check):
    current = _lstat(entry.path)
    if current is None:
        return None
    before = _describe(entry.path, current)
    if not check:
        if stat.S_ISDIR(current.st_mode):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    return _diff(entry, before, "absent\n")


def _apply_directory(entry, owner, group, check):
    wanted = _attributes("directory", entry.mode, entry.owner, entry.group)
    current = _lstat(entry.path)
    if current is not None and not stat.S_ISDIR(current.st_mode):
        raise FilesError(f"{entry.path} is wanted as a directory and is a file; remove it or change the path.")
    if current is not None and _same_attributes(current, entry, owner, group):
        return None
    before = _describe(entry.path, current)
    if not check:
        os.makedirs(entry.path, exist_ok=True)
        os.chown(entry.path, owner, group)
        os.chmod(entry.path, int(entry.mode, 8))
    return _diff(entry, before, wanted)


def _apply_file(entry, owner, group, check):
    current = _lstat(entry.path)
    if current is not None and stat.S_ISDIR(current.st_mode):
        raise FilesError(f"{entry.path} is wanted as a file and is a directory; remove it or change the path.")
    old = _read(entry.path, current)
    same_content = old == entry.content
    if same_content and _same_attributes(current, entry, owner, group):
        return None
    if not check:
        os.makedirs(os.path.dirname(entry.path), exist_ok=True)
    if not same_content:
        _write(entry, owner, group, check)
    elif not check:
        os.chown(entry.path, owner, group)
        os.chmod(entry.path, int(entry.mode, 8))
    if same_content:
        return _diff(entry, _describe(entry.path, current), _attributes("file", entry.mode, entry.owner, entry.group))
    return _diff(entry, old or "", entry.content)


def _write(entry, owner, group, check):
    """Write to a temporary neighbour, have it validated, then rename; a bind-mounted file is written in place."""
    folder = os.path.dirname(entry.path)
    if check and not os.path.isdir(folder):
        return
    if check and not entry.validate:
        return
    handle, temporary = tempfile.mkstemp(prefix=".medvirt-", dir=None if check else folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(entry.content)
            stream.flush()
            os.fsync(stream.fileno())
        if entry.validate:
            _validate(entry, temporary, check)
        if check:
            return
        os.chown(temporary, owner, group)
        os.chmod(temporary, int(entry.mode, 8))
        try:
            os.rename(temporary, entry.path)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            _write_in_place(entry, owner, group)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _write_in_place(entry, owner, group):
    with open(entry.path, "w", encoding="utf-8", newline="") as stream:
        stream.write(entry.content)
    os.chown(entry.path, owner, group)
    os.chmod(entry.path, int(entry.mode, 8))


def _validate(entry, temporary, check):
    command = [word.replace("%s", temporary) for word in shlex.split(entry.validate)]
    if shutil.which(command[0]) is None:
        if check:
            return
        raise FilesError(f"{entry.path}: the command {command[0]} that has to check it is not installed.")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = "its output is not shown" if entry.sensitive else (done.stderr or done.stdout).strip()
        raise FilesError(f"{entry.path} was left as it is: '{entry.validate}' refuses the new content: {words}")


def _ids(entry, check):
    """Numeric owner and group; None in check mode for accounts that an earlier step would have made."""
    try:
        owner = pwd.getpwnam(entry.owner).pw_uid
        group = grp.getgrnam(entry.group).gr_gid
    except KeyError:
        if check:
            return None, None
        raise FilesError(
            f"{entry.path}: no account '{entry.owner}' or no group '{entry.group}' on this host;"
            " install the package that brings it first or change 'owner'/'group'."
        ) from None
    return owner, group


def _lstat(path):
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read(path, current):
    """Text of a regular file; None when there is none, or when it is no text (then it is replaced)."""
    if current is None or not stat.S_ISREG(current.st_mode):
        return None
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return stream.read()
    except UnicodeDecodeError:
        return None


def _same_attributes(current, entry, owner, group):
    return stat.S_IMODE(current.st_mode) == int(entry.mode, 8) and (current.st_uid, current.st_gid) == (owner, group)


def _describe(path, current):
    if current is None:
        return "absent\n"
    kind = "directory" if stat.S_ISDIR(current.st_mode) else "link" if stat.S_ISLNK(current.st_mode) else "file"
    return _attributes(
        kind,
        f"{stat.S_IMODE(current.st_mode):04o}",
        _name(pwd.getpwuid, current.st_uid),
        _name(grp.getgrgid, current.st_gid),
    )


def _attributes(kind, mode, owner, group):
    return f"{kind} {int(mode, 8):04o} {owner}:{group}\n"


def _name(lookup, number):
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)


def _diff(entry, before, after):
    if entry.sensitive and entry.state == "file":
        before, after = "", HIDDEN
    return {"before_header": entry.path, "after_header": entry.path, "before": before, "after": after}
