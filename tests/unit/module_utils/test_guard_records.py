# SPDX-License-Identifier: GPL-3.0-or-later
"""guard_records: what was there comes back exactly, what came new goes."""

from __future__ import annotations

import os
import stat

from ansible_collections.medvirt.hospital.plugins.module_utils.guard_records import put_back, record


def look(root):
    """{relative path: (kind and mode, content or target)} of everything below a folder."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = os.path.join(folder, name)
            seen = os.lstat(path)
            content = os.readlink(path) if stat.S_ISLNK(seen.st_mode) else None
            if stat.S_ISREG(seen.st_mode):
                with open(path, "rb") as stream:
                    content = stream.read()
            found[os.path.relpath(path, root)] = (seen.st_mode, content)
    return found


def test_changed_removed_and_new_paths_come_back(tmp_path):
    (tmp_path / "kept").write_bytes(b"\xff\x00 no text")
    (tmp_path / "kept").chmod(0o640)
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "gone").mkdir(mode=0o750)
    (tmp_path / "gone" / "deep").write_text("x")
    before = look(tmp_path)
    names = ("kept", "link", "gone", "new/sub/file")
    records = record([str(tmp_path / name) for name in names], whole={str(tmp_path / "gone")})
    (tmp_path / "kept").write_text("changed")
    (tmp_path / "link").unlink()
    (tmp_path / "link").write_text("a file now")
    (tmp_path / "gone" / "deep").unlink()
    (tmp_path / "gone").rmdir()
    (tmp_path / "new" / "sub").mkdir(parents=True)
    (tmp_path / "new" / "sub" / "file").write_text("new")
    assert put_back(records) == []
    assert look(tmp_path) == before


def test_what_did_not_change_is_not_written_again(tmp_path):
    """networkd takes a file that was written again for a changed one."""
    (tmp_path / "same").write_text("x")
    records = record([str(tmp_path / "same")])
    before = os.stat(tmp_path / "same")
    assert put_back(records) == []
    assert (os.stat(tmp_path / "same").st_ino, os.stat(tmp_path / "same").st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


def test_a_new_directory_into_which_others_wrote_stays(tmp_path):
    records = record([str(tmp_path / "new")])
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "foreign").write_text("theirs")
    assert put_back(records) == []
    assert (tmp_path / "new" / "foreign").read_text() == "theirs"


def test_what_cannot_be_put_back_is_said_and_the_rest_goes_on(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("a")
    (tmp_path / "z").write_text("z")
    records = record([str(tmp_path / "folder" / "a"), str(tmp_path / "z")])
    (tmp_path / "folder" / "a").unlink()
    (tmp_path / "folder").rmdir()
    (tmp_path / "folder").write_text("in the way")
    (tmp_path / "z").write_text("changed")
    problems = put_back(records)
    assert len(problems) == 1 and f"{tmp_path}/folder/a could not be put back" in problems[0]
    assert (tmp_path / "z").read_text() == "z"
