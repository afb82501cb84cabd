# SPDX-License-Identifier: GPL-3.0-or-later
"""Install missing Debian packages without starting what they bring."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager

POLICY = "/usr/sbin/policy-rc.d"
_POLICY_TEXT = "#!/bin/sh\n# Temporary, from medvirt.hospital: nothing starts before it is configured.\nexit 101\n"
APT_OPTIONS = [
    "-y",
    "-o", "Dpkg::Options::=--force-confdef",
    "-o", "Dpkg::Options::=--force-confold",
    "-o", "DPkg::Lock::Timeout=300",
    "-o", "Acquire::Retries=3",
]  # fmt: skip


class PackagesError(Exception):
    """A sentence for the operator: which packages, what apt said, what to look at."""


def _run(command):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "NEEDRESTART_SUSPEND": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def parse_status(text):
    """Names of the installed packages in ``dpkg-query -f '${db:Status-Abbrev}\\t${Package}\\n'`` output."""
    rows = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {name.strip() for status, name in rows if status[1:2] == "i"}


def missing(names, run=_run):
    """The wanted names that are not installed, sorted."""
    done = run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\n"])
    if done.returncode:
        raise PackagesError(f"dpkg-query failed: {done.stderr.strip()}; this host's package database cannot be read.")
    return sorted(set(names) - parse_status(done.stdout))


def install(names, recommends=False, run=_run):
    """Install; the package lists are refreshed only when the first attempt fails. Returns apt's output."""
    command = ["apt-get", "install", *APT_OPTIONS]
    if not recommends:
        command.append("--no-install-recommends")
    with services_kept_still():
        done = run(["dpkg", "--configure", "-a"])
        done = run([*command, *names])
        if done.returncode:
            update = run(["apt-get", "update", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"])
            if update.returncode:
                raise PackagesError(
                    f"apt-get update failed: {_tail(update)}; check the package mirror in /etc/apt on this host."
                )
            done = run([*command, *names])
    if done.returncode:
        raise PackagesError(f"apt-get cannot install {', '.join(names)}: {_tail(done)}")
    return done.stdout


@contextmanager
def services_kept_still():
    """While open, packages do not start their services: they are started once configured. Keeps a foreign policy."""
    if os.path.lexists(POLICY) and not _left_behind():
        yield
        return
    with open(POLICY, "w", encoding="ascii") as stream:
        stream.write(_POLICY_TEXT)
    os.chmod(POLICY, 0o755)
    try:
        yield
    finally:
        os.unlink(POLICY)


def _left_behind():
    """Whether the policy is this module's own, from a run that was killed."""
    with open(POLICY, encoding="utf-8", errors="replace") as stream:
        return stream.read() == _POLICY_TEXT


def _tail(done):
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return " / ".join(lines[-3:])
