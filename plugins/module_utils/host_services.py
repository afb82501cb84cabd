# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring systemd units and one-off commands in line with the files that configure them.

What a unit was last started with is remembered as a hash of its configuration files, in ``/var/lib/medvirt/applied``.
A run
that is interrupted between writing a file and restarting its service is therefore made good by the next run, which a
notified handler is not.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass

STAMPS = "/var/lib/medvirt/applied"
_ENABLED = {"enabled", "enabled-runtime", "static", "alias", "indirect", "generated"}
_UP = {"active", "activating", "reloading"}
_SHOWN = ("LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload")


class ServicesError(Exception):
    """A sentence for the operator: the unit, what systemd said, where to look."""


@dataclass(frozen=True)
class Unit:
    """One wanted unit; None leaves that side alone. ``config`` paths decide about ``apply`` (restart or reload)."""

    name: str
    state: str | None = "started"
    enabled: bool | None = True
    masked: bool = False
    config: tuple[str, ...] = ()
    apply: str = "restart"
    along: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command to run whenever the content of ``config`` is not what it last ran for."""

    name: str
    argv: tuple[str, ...]
    config: tuple[str, ...]


def _run(argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def fingerprint(paths):
    """SHA-256 over names and contents of the files (folders: everything below); absence counts as content."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        for name in _files(path):
            digest.update(name.encode() + b"\0")
            digest.update(_content(name))
    return digest.hexdigest()


def _files(path):
    if not os.path.isdir(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _folders, names in os.walk(path) for name in names)


def _content(path):
    try:
        with open(path, "rb") as stream:
            return b"1" + hashlib.sha256(stream.read()).digest()
    except OSError:
        return b"0"


class Host:
    """The machine: systemctl, commands, stamps. Replaced in tests."""

    def __init__(self, run=_run, stamps=STAMPS):
        self.run, self.stamps = run, stamps

    def show(self, name):
        """systemd's view of a unit as a dict; ``LoadState`` is not-found for one that does not exist."""
        done = self.run(["systemctl", "show", "--property=" + ",".join(_SHOWN), "--", name])
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)

    def systemctl(self, verb, *names):
        """Run a verb; a refusal becomes a sentence with the unit's last journal lines."""
        done = self.run(["systemctl", verb, "--", *names])
        if done.returncode:
            journal = self.run(["journalctl", "-u", names[0], "-n", "4", "--no-pager", "-o", "cat"]) if names else done
            words = " / ".join((journal.stdout or done.stderr).strip().splitlines())
            raise ServicesError(
                f"systemd could not {verb} {' '.join(names)}: {words} (journalctl -u {' -u '.join(names)})"
            )

    def stamp(self, name):
        """The remembered fingerprint or None."""
        try:
            with open(os.path.join(self.stamps, name), encoding="ascii") as stream:
                return stream.read().strip()
        except FileNotFoundError:
            return None

    def remember(self, name, value):
        """Store a fingerprint atomically."""
        os.makedirs(self.stamps, exist_ok=True)
        path = os.path.join(self.stamps, name)
        with open(path + ".new", "w", encoding="ascii") as stream:
            stream.write(value + "\n")
        os.rename(path + ".new", path)


def apply_commands(commands, host, pending=(), check=False):
    """Run what is due; returns lines that say so."""
    lines = []
    for command in commands:
        wanted = fingerprint(command.config)
        if host.stamp("command-" + command.name) == wanted and not _touched(command.config, pending):
            continue
        lines.append(f"run {' '.join(command.argv)}")
        if check:
            continue
        done = host.run(list(command.argv))
        if done.returncode:
            raise ServicesError(f"'{' '.join(command.argv)}' failed: {(done.stderr or done.stdout).strip()}")
        host.remember("command-" + command.name, wanted)
    return lines


def apply_units(units, host, pending=(), check=False):
    """Bring the units about in order; returns lines such as 'restart chrony.service'."""
    lines = []
    for unit in units:
        lines += _apply_unit(unit, host, pending, check)
    return lines


def _apply_unit(unit, host, pending, check):
    shown = host.show(unit.name)
    if shown.get("LoadState") == "not-found":
        return _missing(unit, check)
    lines = _apply_masked(unit, host, shown, check) + _apply_enabled(unit, host, shown, check)
    return lines + _apply_state(unit, host, shown, pending, check)


def _missing(unit, check):
    if unit.masked or (unit.state in (None, "stopped") and not unit.enabled):
        return []
    if not check:
        raise ServicesError(f"There is no unit {unit.name} on this host; the package that brings it is not installed.")
    return [f"enable and start {unit.name}"]


def _apply_masked(unit, host, shown, check):
    if unit.masked == (shown.get("LoadState") == "masked"):
        return []
    verb = "mask" if unit.masked else "unmask"
    if not check:
        host.systemctl(verb, unit.name)
    return [f"{verb} {unit.name}"]


def _apply_enabled(unit, host, shown, check):
    if unit.masked or unit.enabled is None:
        return []
    if shown.get("UnitFileState") == "static" or unit.enabled == (shown.get("UnitFileState") in _ENABLED):
        return []
    verb = "enable" if unit.enabled else "disable"
    if not check:
        host.systemctl(verb, unit.name)
    return [f"{verb} {unit.name}"]


def _apply_state(unit, host, shown, pending, check):
    running = shown.get("ActiveState") in _UP
    if unit.state is None:
        return []
    if unit.masked or unit.state == "stopped":
        if running and not check:
            host.systemctl("stop", unit.name)
        return [f"stop {unit.name}"] if running else []
    wanted = fingerprint(unit.config)
    stale = bool(unit.config) and (host.stamp(unit.name) != wanted or _touched(unit.config, pending))
    if running and not stale:
        return []
    verb = "restart" if unit.along else unit.apply if running else "start"
    names = (unit.name, *unit.along)
    if not check:
        host.systemctl("daemon-reload")
        if unit.along:
            _restart_together(names, host)
        else:
            host.systemctl(verb, unit.name)
        if unit.config:
            host.remember(unit.name, wanted)
    return [f"{verb} {' '.join(names)}"]


def _restart_together(names, host):
    """Stop all, then start all: systemd refuses to open a socket while its service runs, which one restart does not
    prevent.

    A client that connects in between wakes the service through another of its sockets; hence the second attempt.
    """
    for last in (False, True):
        host.systemctl("stop", *names)
        try:
            host.systemctl("start", *names)
            return
        except ServicesError:
            if last:
                raise


def _touched(config, pending):
    return any(path == entry or path.startswith(entry.rstrip("/") + "/") for path in pending for entry in config)
