# SPDX-License-Identifier: GPL-3.0-or-later
"""host_files: content, attributes, check mode, secrets, validation."""

from __future__ import annotations

import grp
import os
import pwd
import stat

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import host_files
from ansible_collections.medvirt.hospital.plugins.module_utils.host_files import FilesError, apply_all, parse


def me():
    return {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}


def run(*items, check=False):
    return apply_all(parse([{**me(), **item} for item in items]), check=check)


def test_writes_once_with_mode_and_parents(tmp_path):
    item = {"path": str(tmp_path / "a/b.conf"), "content": "x\n", "mode": "0640"}
    changed, diffs = run(item)
    assert changed == [item["path"]]
    assert diffs[0]["before"] == "" and diffs[0]["after"] == "x\n"
    assert stat.S_IMODE(os.stat(item["path"]).st_mode) == 0o640
    assert run(item) == ([], [])
    assert os.listdir(tmp_path / "a") == ["b.conf"]


def test_check_mode_tells_and_does_nothing(tmp_path):
    item = {"path": str(tmp_path / "a/b.conf"), "content": "x\n", "owner": "nobody-yet"}
    changed, _diffs = run(item, check=True)
    assert changed and not (tmp_path / "a").exists()
    with pytest.raises(FilesError, match="no account 'nobody-yet'"):
        run(item)


def test_attributes_alone_are_a_change(tmp_path):
    item = {"path": str(tmp_path / "f"), "content": "x", "mode": "0644"}
    run(item)
    changed, diffs = run({**item, "mode": "0600"})
    assert changed and "0644" in diffs[0]["before"] and "0600" in diffs[0]["after"]


def test_absent_and_directory(tmp_path):
    folder = {"path": str(tmp_path / "d"), "state": "directory", "mode": "0750"}
    assert run(folder)[0] and not run(folder)[0]
    assert run({**folder, "state": "absent"})[0] and not run({**folder, "state": "absent"})[0]


def test_purged_directory_keeps_only_what_is_listed(tmp_path):
    folder = {"path": str(tmp_path / "d"), "state": "directory", "purge": "o*"}
    kept = {"path": str(tmp_path / "d/kept"), "content": ""}
    deep = {"path": str(tmp_path / "d/sub/deep"), "content": ""}
    run(folder, kept, deep)
    (tmp_path / "d/old").write_text("x")
    (tmp_path / "d/foreign").write_text("x")
    assert run(folder, kept, deep, check=True)[0] == [str(tmp_path / "d/old")]
    assert run(folder, kept, deep)[0] == [str(tmp_path / "d/old")]
    assert run(folder, kept, deep) == ([], [])


def test_sensitive_content_is_in_no_diff(tmp_path):
    item = {"path": str(tmp_path / "key"), "content": "secret-1", "sensitive": True}
    run(item)
    _changed, diffs = run({**item, "content": "secret-2"})
    assert "secret" not in diffs[0]["before"] + diffs[0]["after"].replace("sensitive", "")


def test_refused_content_leaves_the_old_file(tmp_path):
    item = {"path": str(tmp_path / "f"), "content": "good\n", "validate": "grep -q good %s"}
    run(item)
    for check in (True, False):
        with pytest.raises(FilesError, match="refuses the new content"):
            run({**item, "content": "bad\n"}, check=check)
    assert (tmp_path / "f").read_text() == "good\n"
    assert os.listdir(tmp_path) == ["f"]


def test_copy_of_a_file_on_the_host(tmp_path):
    item = {"path": str(tmp_path / "copy"), "source": str(tmp_path / "key")}
    assert run(item, check=True)[0] == [item["path"]]
    with pytest.raises(FilesError, match="copied from"):
        run(item)
    (tmp_path / "key").write_text("k\n")
    assert run(item)[0] and not run(item)[0]
    assert (tmp_path / "copy").read_text() == "k\n"


def test_busy_mount_point_is_written_in_place(tmp_path, monkeypatch):
    path = tmp_path / "hosts"
    path.write_text("old\n")
    inode = path.stat().st_ino

    def busy(source, target):
        raise OSError(host_files.errno.EBUSY, "busy")

    monkeypatch.setattr(host_files.os, "rename", busy)
    assert run({"path": str(path), "content": "new\n"})[0]
    assert path.read_text() == "new\n" and path.stat().st_ino == inode
    assert os.listdir(tmp_path) == ["hosts"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"path": "etc/x", "content": ""}, "not a plain absolute path"),
        ({"path": "/etc/../x", "content": ""}, "not a plain absolute path"),
        ({"path": "/x"}, "either 'content' or 'source'"),
        ({"path": "/x", "content": "", "mode": 420}, "quoted octal"),
    ],
)
def test_bad_input_is_a_sentence(item, words):
    with pytest.raises(FilesError, match=words):
        parse([item])


def test_the_same_path_twice_is_refused():
    with pytest.raises(FilesError, match="listed twice"):
        parse([{"path": "/x", "content": ""}, {"path": "/x", "content": ""}])
