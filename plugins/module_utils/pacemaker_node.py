# SPDX-License-Identifier: GPL-3.0-or-later
"""One member of a cluster: its secrets, and Corosync and Pacemaker running with the current files.

A running Pacemaker is never restarted, for that would stop the guests: changed
files of Corosync are taken up by a reload once every member has them.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import shlex
import subprocess
import tempfile

DISTRIBUTION_CLUSTER = "debian"
MINIMUM_KEY_BYTES = 128
UNIT_PROPERTIES = "ActiveState,UnitFileState,NeedDaemonReload,ActiveEnterTimestamp,LoadState"


class NodeError(Exception):
    """A sentence for the operator."""


def decode_key(text):
    """Return the bytes of a base64 authkey; Corosync wants at least 1024 bits."""
    try:
        key = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NodeError("ha_cluster_authkey is not base64") from None
    if len(key) < MINIMUM_KEY_BYTES:
        raise NodeError("ha_cluster_authkey holds %d bytes, at least %d are needed" % (len(key), MINIMUM_KEY_BYTES))
    return key


def password_script(password):
    """Return the script that fence agents run to get a password (nothing appears in a process list)."""
    if "\n" in password or not password:
        raise NodeError("a controller password must be one non-empty line")
    return "#!/bin/sh\nprintf '%%s\\n' %s\n" % shlex.quote(password)


def cluster_name_of(text):
    """Return the totem cluster_name of a corosync.conf or of `corosync-cmapctl` output ('' when absent)."""
    found = re.search(r"^\s*(?:totem\.)?cluster_name(?: \(str\) =|:)\s*(\S+)\s*$", text, re.MULTILINE)
    return found.group(1) if found else ""


def parse_unit(text):
    """Return the properties of `systemctl show --timestamp=unix` as a dictionary."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def started_at(unit):
    """Return seconds since the epoch of the last start, 0 when not active."""
    stamp = unit.get("ActiveEnterTimestamp", "").lstrip("@")
    return int(stamp) if unit.get("ActiveState") == "active" and stamp.isdigit() else 0


class Member:
    """This host; ``root`` and ``call`` are replaceable in tests."""

    def __init__(self, check_mode, root="/", call=None):
        self.check_mode = check_mode
        self.root = root
        self.actions = []
        self._call = call or run_command

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def command(self, *arguments):
        code, output, problem = self._call(list(arguments))
        if code:
            raise NodeError("%s failed: %s" % (" ".join(arguments), (problem or output).strip()))
        return output

    def secret(self, name, content, mode):
        """Write a secret file (owner root); the action names the path only."""
        path = self.path(name)
        if read(path) == content and os.stat(path).st_mode & 0o7777 == mode:
            return
        self.actions.append("write %s" % name)
        if not self.check_mode:
            write(path, content, mode)

    def remove_others(self, directory, names):
        """Remove files of a secret directory that are not in ``names``."""
        path = self.path(directory)
        for name in sorted(set(os.listdir(path) if os.path.isdir(path) else []) - set(names)):
            self.actions.append("remove %s/%s" % (directory, name))
            if not self.check_mode:
                os.unlink(os.path.join(path, name))

    def unit(self, name):
        code, output, _problem = self._call(["systemctl", "show", "--timestamp=unix", "-p", UNIT_PROPERTIES, name])
        return parse_unit(output) if not code else {}

    def activate(self, units, cluster_name):
        """Enable and start the units; return whether Corosync still has to reload its files."""
        states = {name: self.unit(name) for name in units}
        if any(state.get("NeedDaemonReload") == "yes" for state in states.values()) and not self.check_mode:
            self.command("systemctl", "daemon-reload")
            states = {name: self.unit(name) for name in units}
        self.leave_distribution_cluster(states, cluster_name)
        for name, state in states.items():
            if state.get("UnitFileState") != "enabled":
                self.act("enable %s" % name, "systemctl", "enable", name)
        idle = [name for name, state in states.items() if state.get("ActiveState") != "active"]
        if idle:
            self.act("start %s" % ", ".join(idle), "systemctl", "start", *idle)
            return False
        return self.is_stale(started_at(states["corosync.service"]))

    def act(self, text, *arguments):
        self.actions.append(text)
        if not self.check_mode:
            self.command(*arguments)

    def leave_distribution_cluster(self, states, cluster_name):
        """Stop the one-node cluster that Debian's packages start, and forget its configuration."""
        if states["corosync.service"].get("ActiveState") != "active":
            return
        running = cluster_name_of(self.command("corosync-cmapctl", "totem.cluster_name"))
        if running == cluster_name:
            return
        if running not in ("", DISTRIBUTION_CLUSTER):
            raise NodeError(
                "this host is a member of the running cluster %s, not of %s; stop it there first "
                "(systemctl stop pacemaker corosync)" % (running, cluster_name)
            )
        self.act("stop the package's own cluster", "systemctl", "stop", "pacemaker.service", "corosync.service")
        self.forget()
        for name in ("corosync.service", "pacemaker.service"):
            states[name]["ActiveState"] = "inactive"

    def forget(self):
        directory = self.path("/var/lib/pacemaker/cib")
        if self.check_mode or not os.path.isdir(directory):
            return
        for name in os.listdir(directory):
            os.unlink(os.path.join(directory, name))

    def is_stale(self, started):
        """True when Corosync's files are newer than its start and its last reload."""
        stamp = self.path("/run/medvirt-corosync-reloaded")
        loaded = max(started, os.stat(stamp).st_mtime if os.path.exists(stamp) else 0)
        files = (self.path("/etc/corosync/" + name) for name in ("corosync.conf", "authkey"))
        return any(int(os.stat(name).st_mtime) > loaded for name in files if os.path.exists(name))

    def reload(self):
        """Make all members read their files again."""
        self.act("reload corosync", "corosync-cfgtool", "-R")
        if not self.check_mode:
            write(self.path("/run/medvirt-corosync-reloaded"), b"", 0o644)


def run_command(arguments):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=180, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return 127, "", str(exc)
    return done.returncode, done.stdout, done.stderr


def read(path):
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def write(path, content, mode):
    """Replace a file atomically; it never exists with a wider mode."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, mode)
        os.rename(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
