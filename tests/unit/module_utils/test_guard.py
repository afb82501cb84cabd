# SPDX-License-Identifier: GPL-3.0-or-later
"""guard: armed before anything is written, nothing armed when nothing changes."""

from __future__ import annotations

import grp
import os
import pwd

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.guard import (
    Change,
    answer,
    begin,
    checked_name,
)
from ansible_collections.medvirt.hospital.plugins.module_utils.guard_rollback import Guard
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError, parse


class System:
    """Remembers what systemd was told, and what the file held at that moment."""

    def __init__(self, file):
        self.file, self.started, self.refuse = file, [], ""

    def run(self, argv, seconds=30):
        return None

    def install(self):
        self.started.append(("install", self.file.read_text()))

    def start(self, guard, verb, *properties):
        if verb == self.refuse:
            raise FilesError("systemd is away.")
        self.started.append((verb, self.file.read_text()))


class Setup:
    def __init__(self, tmp_path):
        self.file = tmp_path / "conf"
        self.file.write_text("old")
        (tmp_path / "guard").mkdir()
        self.guard = Guard("net", str(tmp_path / "guard"), lambda argv, seconds: None, lambda text: None)
        self.system = System(self.file)

    def change(self, content="new", loaded=(), hidden=(), **item):
        own = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
        entry = {"path": str(self.file), "content": content, **own, **item}
        return Change("1", tuple(parse([entry])), (("load",),), tuple(loaded), frozenset(hidden), 60, 30)

    def begin(self, change, check=False):
        return begin(change, self.guard, self.system, check)


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path)


def test_rollback_is_armed_before_the_file_is_written(setup):
    result = setup.begin(setup.change())
    assert (result["changed_paths"], result["armed"]) == ([str(setup.file)], True)
    assert setup.system.started == [("install", "old"), ("rollback", "old"), ("apply", "new")]
    assert answer("1", setup.guard)["step"] == "armed"


def test_only_an_applied_change_is_confirmed(setup):
    setup.begin(setup.change())
    assert answer("1", setup.guard, confirm=True)["step"] == "armed"
    setup.guard.step(step="applied")
    assert answer("another", setup.guard, confirm=True)["step"] == "unknown"
    assert answer("1", setup.guard, confirm=True)["step"] == "confirmed"
    assert answer("1", setup.guard)["step"] == "confirmed", "asked again when the first answer was lost"


def test_confirmation_during_the_rollback_comes_too_late(setup):
    setup.begin(setup.change())
    setup.guard.step(step="applied")
    with setup.guard.locked():
        assert answer("1", setup.guard, confirm=True)["step"] == "applied"
    setup.guard.step(step="rolling_back")
    assert answer("1", setup.guard, confirm=True)["step"] == "rolling_back"


def test_nothing_changed_arms_nothing(setup):
    result = setup.begin(setup.change("old", loaded=("true",)))
    assert (result["changed"], result["armed"], setup.system.started) == (False, False, [])


def test_files_that_are_not_in_effect_are_applied(setup):
    result = setup.begin(setup.change("old", loaded=("false",)))
    assert result["changed"] and result["armed"] and result["changed_paths"] == []
    assert result["diff"][0]["after"] == "load\n"


def test_check_mode_tells_the_same_and_does_nothing(setup):
    checked = setup.begin(setup.change(), check=True)
    assert (setup.file.read_text(), setup.system.started) == ("old", [])
    done = setup.begin(setup.change())
    assert {key: checked[key] for key in ("changed", "changed_paths", "diff")} == {
        key: done[key] for key in ("changed", "changed_paths", "diff")
    }


def test_content_that_is_not_to_be_shown_is_not_in_the_diff(setup):
    result = setup.begin(setup.change("a long ruleset", hidden=[str(setup.file)]))
    assert "ruleset" not in str(result["diff"]) and "old" not in str(result["diff"])


def test_systemd_that_refuses_leaves_the_old_file(setup):
    setup.system.refuse = "apply"
    with pytest.raises(FilesError, match=r"systemd is away. Nothing was changed."):
        setup.begin(setup.change())
    assert setup.file.read_text() == "old" and setup.guard.state() is None


def test_refused_content_arms_nothing(setup):
    with pytest.raises(FilesError, match="refuses the new content"):
        setup.begin(setup.change(validate="false %s"))
    assert (setup.file.read_text(), setup.system.started) == ("old", [])


def test_earlier_unconfirmed_change_comes_first(setup):
    setup.begin(setup.change())
    setup.system.started.clear()
    assert setup.begin(setup.change("newer"))["busy_seconds"] > 50
    assert setup.begin(setup.change("newer"), check=True)["waiting"]
    setup.guard.step(deadline=0)
    assert setup.begin(setup.change("newer"))["busy_seconds"] == 1.0
    assert setup.system.started == [("rollback", "new")], "nobody else would take it back"


def test_path_of_another_unconfirmed_change_is_refused(setup):
    setup.begin(setup.change())
    other = Guard("firewall", os.path.dirname(setup.guard.folder), setup.guard.run)
    with pytest.raises(FilesError, match="belongs to the change of net that is not confirmed yet"):
        begin(setup.change("newer"), other, setup.system)


def test_names_of_guards_are_plain():
    assert checked_name("network") == "network"
    with pytest.raises(FilesError, match="no name of a guard"):
        checked_name("../network")
