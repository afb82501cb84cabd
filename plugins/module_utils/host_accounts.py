# SPDX-License-Identifier: GPL-3.0-or-later
"""Personal administrator accounts: exactly the listed people are in the group; whoever left is locked, never
deleted."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
from dataclasses import dataclass

from .host_files import Entry, apply_all

KEYS_FOLDER = "/etc/ssh/authorized_keys.d"
SHADOW = "/etc/shadow"
_EXPIRED = "1"


class AccountsError(Exception):
    """A sentence for the operator: the account, what is wrong, the variable's key to change."""


@dataclass(frozen=True)
class Account:
    """One person: login name, numeric id (the same on every host), public SSH keys, full name."""

    name: str
    uid: int
    ssh_keys: tuple[str, ...]
    comment: str = ""


def check_input(accounts):
    """Refuse duplicate names, ids and keys: an account belongs to one person. Raises AccountsError."""
    for label, values in (
        ("name", [a.name for a in accounts]),
        ("uid", [a.uid for a in accounts]),
        ("ssh key", [" ".join(key.split()[:2]) for a in accounts for key in a.ssh_keys]),
    ):
        twice = sorted({str(value) for value in values if values.count(value) > 1})
        if twice:
            raise AccountsError(f"Two administrator accounts share the {label} {twice[0][:60]}; accounts are personal.")


def _run(argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AccountsError(f"'{' '.join(argv)}' failed: {done.stderr.strip()}")


class Machine:
    """Account databases and commands of this host. Replaced in tests."""

    run = staticmethod(_run)

    def by_name(self, name):
        """passwd entry or None."""
        try:
            return pwd.getpwnam(name)
        except KeyError:
            return None

    def by_uid(self, uid):
        """passwd entry or None."""
        try:
            return pwd.getpwuid(uid)
        except KeyError:
            return None

    def members(self, group):
        """Names in the group, or None where there is no such group."""
        try:
            return set(grp.getgrnam(group).gr_mem)
        except KeyError:
            return None

    def expires(self, name):
        """The expiry field of the account in the shadow database; empty means never."""
        with open(SHADOW, encoding="utf-8") as stream:
            for line in stream:
                fields = line.rstrip("\n").split(":")
                if fields[0] == name:
                    return fields[7]
        return ""


def plan(group, accounts, machine):
    """The commands that are due, each as an argument list."""
    check_input(accounts)
    members = machine.members(group)
    commands = [["groupadd", "--system", group]] if members is None else []
    for account in accounts:
        commands += _plan_account(group, account, members or set(), machine)
    for name in sorted((members or set()) - {a.name for a in accounts}):
        commands.append(["gpasswd", "--delete", name, group])
        commands.append(["usermod", "--lock", "--expiredate", _EXPIRED, name])
    return commands


def _plan_account(group, account, members, machine):
    entry, holder = machine.by_name(account.name), machine.by_uid(account.uid)
    if holder is not None and holder.pw_name != account.name:
        raise AccountsError(
            f"uid {account.uid} of {account.name} already belongs to {holder.pw_name} on this host; choose another uid."
        )
    if entry is None:
        options = [
            "--uid",
            str(account.uid),
            "--user-group",
            "--groups",
            group,
            "--create-home",
            "--shell",
            "/bin/bash",
        ]
        return [["useradd", *options, "--comment", account.comment, account.name]]
    if entry.pw_uid != account.uid:
        raise AccountsError(
            f"{account.name} has uid {entry.pw_uid} on this host and {account.uid} is wanted; change the uid in the"
            " list or rename the account on the host (files keep the old number)."
        )
    commands = []
    if account.name not in members:
        commands.append(["usermod", "--append", "--groups", group, account.name])
    if machine.expires(account.name):
        commands.append(["usermod", "--expiredate", "", account.name])
    return commands


def key_entries(accounts, present):
    """The key files wanted: one per account; ``present`` file names of nobody listed are removed."""
    entries = [
        Entry(path=f"{KEYS_FOLDER}/{a.name}", content="".join(f"{key.strip()}\n" for key in a.ssh_keys), mode="0644")
        for a in accounts
    ]
    gone = sorted(set(present) - {a.name for a in accounts})
    return entries + [Entry(path=f"{KEYS_FOLDER}/{name}", state="absent") for name in gone]


def apply(group, accounts, machine, check=False):
    """Bring the accounts about; returns ``(lines, diffs)``."""
    commands = plan(group, accounts, machine)
    for command in [] if check else commands:
        machine.run(command)
    present = os.listdir(KEYS_FOLDER) if os.path.isdir(KEYS_FOLDER) else []
    changed, diffs = apply_all(key_entries(accounts, present), check=check)
    lines = [" ".join(command) for command in commands]
    if lines:
        diffs.insert(0, {"before": "", "after": "".join(f"{line}\n" for line in lines), "after_header": "accounts"})
    return lines + changed, diffs
