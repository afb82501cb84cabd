# SPDX-License-Identifier: GPL-3.0-or-later
"""host_accounts: personal accounts, and those who left."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.host_accounts import (
    KEYS_FOLDER,
    Account,
    AccountsError,
    key_entries,
    plan,
)

ANNA = Account("anna", 2001, ("ssh-ed25519 AAAA anna",))
BRUNO = Account("bruno", 2002, ("ssh-ed25519 BBBB bruno",))


class FakeMachine:
    def __init__(self, members=None, accounts=(), expired=()):
        self.names, self.held, self.expired = members, dict(accounts), expired

    def by_name(self, name):
        return SimpleNamespace(pw_name=name, pw_uid=self.held[name]) if name in self.held else None

    def by_uid(self, uid):
        return next((self.by_name(name) for name, held in self.held.items() if held == uid), None)

    def members(self, group):
        return self.names

    def expires(self, name):
        return "1" if name in self.expired else ""


def verbs(commands):
    return [(command[0], command[-1]) for command in commands]


def test_bare_host():
    assert verbs(plan("admins", [ANNA], FakeMachine())) == [("groupadd", "admins"), ("useradd", "anna")]


def test_nothing_to_do():
    assert plan("admins", [ANNA], FakeMachine({"anna"}, {"anna": 2001})) == []


def test_who_left_is_locked_and_who_returns_is_unlocked():
    machine = FakeMachine({"anna", "bruno"}, {"anna": 2001, "bruno": 2002})
    assert verbs(plan("admins", [ANNA], machine)) == [("gpasswd", "admins"), ("usermod", "bruno")]
    machine = FakeMachine(set(), {"bruno": 2002}, expired=["bruno"])
    assert verbs(plan("admins", [BRUNO], machine)) == [("usermod", "bruno"), ("usermod", "bruno")]


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ([ANNA, Account("bruno", 2001, ())], "share the uid 2001"),
        ([ANNA, Account("bruno", 2002, ("ssh-ed25519 AAAA other comment",))], "share the ssh key"),
    ],
)
def test_shared_accounts_are_refused(accounts, words):
    with pytest.raises(AccountsError, match=words):
        plan("admins", accounts, FakeMachine())


def test_uid_of_somebody_else_is_refused():
    with pytest.raises(AccountsError, match="uid 2001 of anna already belongs to zoe"):
        plan("admins", [ANNA], FakeMachine(set(), {"zoe": 2001}))


def test_keys_of_who_left_go():
    wanted = {entry.path: entry.state for entry in key_entries([ANNA], ["anna", "bruno"])}
    assert wanted == {f"{KEYS_FOLDER}/anna": "file", f"{KEYS_FOLDER}/bruno": "absent"}
