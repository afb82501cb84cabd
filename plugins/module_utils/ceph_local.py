# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and services of the local host for the Ceph modules."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import tempfile

try:
    from ansible_collections.medvirt.hospital.plugins.module_utils.ceph_client import CephError
except ImportError:  # run without Ansible's loader
    from ceph_client import CephError


def read(path):
    """The text of a file, or None when there is none."""
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return None


def write(path, content, mode=0o600, owner="root"):
    """Write a file so that a reader sees the old or the new one, never half; makes its folder when missing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".ansible-")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(temporary, mode)
        user = pwd.getpwnam(owner)
        os.chown(temporary, user.pw_uid, user.pw_gid)
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def differs(path, content, mode=0o600, owner="root"):
    """Has the file another content, mode or owner than wanted?"""
    if read(path) != content:
        return True
    stat = os.stat(path)
    try:
        uid = pwd.getpwnam(owner).pw_uid
    except KeyError:
        return True
    return (stat.st_mode & 0o7777) != mode or stat.st_uid != uid


def run(module, command):
    """Run a program; returns its standard output, raises CephError with its last words."""
    rc, out, err = module.run_command(command)
    if rc != 0:
        words = [line for line in (err or out).strip().splitlines() if line.strip()][-3:]
        raise CephError("'%s' ended with code %d: %s" % (" ".join(command), rc, " / ".join(words)))
    return out


@contextlib.contextmanager
def private_folder(owner="ceph"):
    """A folder in RAM that only ``owner`` can read, gone afterwards."""
    folder = tempfile.mkdtemp(prefix="ansible-ceph-", dir="/run")
    try:
        user = pwd.getpwnam(owner)
        os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder)


def unit_states(module, unit):
    """(enabled, active) of a systemd unit."""
    enabled = module.run_command(["systemctl", "is-enabled", "--quiet", unit])[0] == 0
    active = module.run_command(["systemctl", "is-active", "--quiet", unit])[0] == 0
    return enabled, active


def ensure_unit(module, unit, allowed=True):
    """Enable and start a unit; returns True when that changes (or with allowed=False would change) something."""
    enabled, active = unit_states(module, unit)
    if enabled and active:
        return False
    if allowed:
        forget_starts(module, unit)
        run(module, ["systemctl", "enable", "--now", unit])
    return True


def forget_starts(module, unit):
    """Clear a unit's count of starts: Ceph's units allow 3 to 5 in 30 minutes; a unit never loaded has none."""
    module.run_command(["systemctl", "reset-failed", unit])
