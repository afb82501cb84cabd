# SPDX-License-Identifier: GPL-3.0-or-later
"""guard_rollback: an unconfirmed change goes back, whenever and why ever."""

from __future__ import annotations

import os
import stat
import sys

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import guard_rollback
from ansible_collections.medvirt.hospital.plugins.module_utils.guard_records import record
from ansible_collections.medvirt.hospital.plugins.module_utils.guard_rollback import Guard, apply, main, rollback

APPLY = ["load", "rules"]


class Host:
    """A guard whose commands are remembered; ``failing`` commands give that sentence."""

    def __init__(self, tmp_path):
        self.file = tmp_path / "etc" / "conf"
        self.file.parent.mkdir()
        self.file.write_text("old")
        self.calls, self.said, self.failing = [], [], {}
        (tmp_path / "guard" / "net").mkdir(parents=True)
        self.guard = Guard("net", str(tmp_path / "guard"), self.run, self.said.append, lambda seconds: None)

    def run(self, argv, seconds):
        self.calls.append(argv)
        return self.failing.get(tuple(argv))

    def change(self):
        state = {"id": "1", "apply": [APPLY], "apply_seconds": 5, "deadline": 0, "boot": "x", "reason": ""}
        self.guard.begin(record([str(self.file)]), state)
        self.file.write_text("new")


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_applied_change_waits_for_its_confirmation(host):
    host.change()
    apply(host.guard)
    assert (host.guard.state()["step"], host.calls, host.file.read_text()) == ("applied", [APPLY], "new")
    host.guard.finish("confirmed")
    rollback(host.guard, "late")
    assert host.file.read_text() == "new" and host.guard.state() is None
    assert not os.path.exists(host.guard.pending), "the old content is forgotten"


def test_unconfirmed_change_goes_back_and_is_applied_again(host):
    host.change()
    apply(host.guard)
    rollback(host.guard, "it was not confirmed in time.")
    assert host.file.read_text() == "old"
    assert host.calls == [APPLY, APPLY]
    result = host.guard.result()
    assert (result["step"], result["reason"]) == ("rolled_back", "it was not confirmed in time.")


def test_hanging_apply_is_stopped_before_the_old_files_come(host):
    host.change()
    rollback(host.guard, "late")
    assert host.calls == [["systemctl", "stop", "medvirt-guard-net-apply.service"], APPLY]


def test_failed_apply_goes_back_at_once_and_says_what_failed(host):
    host.change()
    host.failing[tuple(APPLY)] = "'load rules' ended with 1: syntax error."
    apply(host.guard)
    result = host.guard.result()
    assert host.file.read_text() == "old"
    assert result["reason"] == "'load rules' ended with 1: syntax error."
    assert host.calls.count(APPLY) == 1 + guard_rollback.ATTEMPTS
    assert any("old files are back, but not in effect" in line for line in host.said)
    assert host.calls[-1] == ["systemctl", "stop", "medvirt-guard-net-rollback.timer"]


def test_start_of_the_host_puts_files_back_without_commands(host, capsys):
    host.change()
    main(["boot"], os.path.dirname(host.guard.folder))
    assert host.file.read_text() == "old"
    assert "the host started again before it was confirmed" in host.guard.result()["reason"]
    assert "The change of net was taken back." in capsys.readouterr().out


def test_rollback_that_fails_keeps_the_old_content_and_says_where(host):
    host.change()
    host.file.unlink()
    host.file.parent.rmdir()
    host.file.parent.write_text("in the way")
    rollback(host.guard, "late")
    assert host.guard.result()["step"] == "rollback_failed"
    assert any("what was there before is kept in" in line for line in host.said)
    host.file.parent.unlink()
    rollback(host.guard, "again")
    assert host.file.read_text() == "old" and host.guard.result()["step"] == "rolled_back"


def test_only_root_reads_the_old_content(host):
    host.change()
    modes = {name: os.stat(os.path.join(host.guard.pending, name)).st_mode for name in os.listdir(host.guard.pending)}
    assert {stat.S_IMODE(mode) for mode in modes.values()} == {0o600}
    assert stat.S_IMODE(os.stat(host.guard.pending).st_mode) == 0o700


def test_command_that_takes_too_long_or_does_not_exist_is_a_sentence():
    slow = [sys.executable, "-c", "import signal; signal.pause()"]
    assert guard_rollback.run_limited(slow, 0.2).endswith("did not end within 0.2 seconds.")
    assert guard_rollback.run_limited(["/no/such/program"], 1) == (
        "'/no/such/program' can't be run: No such file or directory."
    )
    failing = [sys.executable, "-c", "print('why.'); raise SystemExit(3)"]
    assert guard_rollback.run_limited(failing, 20).endswith("ended with 3: why.")
    assert guard_rollback.run_limited([sys.executable, "-c", ""], 20) is None
