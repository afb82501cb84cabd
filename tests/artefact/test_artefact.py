# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the artefact, and that its verbs work where nothing else is."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

# For developers, who have a clone.
LEFT_OUT = (
    ".",
    "Makefile",
    "ansible.cfg",
    "changelogs/fragments/",
    "galaxy.yml",
    "molecule/",
    "pyproject.toml",
    "scripts/",
)
LEFT_OUT += ("site.yml", "tests/")
WITH_PLAN = ("site", "validate", "secrets", "report", "export")
NEEDED = (
    "README.md",
    "LICENSE",
    "meta/runtime.yml",
    "playbooks/site.yml",
    "playbooks/vars/slices.yml",
    "plugins/action/plan.py",
    "plugins/plugin_utils/scaffold/files/dot_gitlab-ci.yml",
    "requirements.txt",
    "roles/host_base/tasks/main.yml",
    "schema/hospital.schema.json",
    "inventories/lab/hospital.yml",
)


def names(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return {member.name for member in archive if member.isfile()} - {"MANIFEST.json", "FILES.json"}


def test_artefact_holds_the_tracked_files_that_users_need_and_no_other(run, artefact, checkout):
    tracked = set(run("git", "ls-files", cwd=checkout).splitlines())
    wanted = {name for name in tracked if not name.startswith(LEFT_OUT)}
    assert names(artefact) == wanted
    assert set(NEEDED) <= wanted


def test_a_build_in_a_checkout_leaves_out_what_tools_and_the_lab_make(run, checkout, tmp_path):
    run("ansible-galaxy", "collection", "build", "--output-path", tmp_path, cwd=checkout)
    (path,) = tmp_path.glob("*.tar.gz")
    tracked = set(run("git", "ls-files", cwd=checkout).splitlines())
    # No pattern can know these.
    assert names(path) - tracked == {"notes.txt", "plugins/modules/draft.py"}


def test_plan_report_and_export_work_in_an_empty_place(run, collections, tmp_path):
    def play(*words: str) -> None:
        run("ansible-playbook", *words, cwd=tmp_path, ANSIBLE_COLLECTIONS_PATH=str(collections))

    play("medvirt.hospital.init", "-e", "directory=.", "-e", "hospital_name=clinic")
    # No setting of a repository helps.
    (tmp_path / "ansible.cfg").unlink()
    play("medvirt.hospital.plan", "-e", "hospital=hospital.yml")
    assert "hospital_plan:" in (tmp_path / "hosts.yml").read_text()
    play("medvirt.hospital.report", "-i", "hosts.yml", "-e", "report_file=report.html")
    assert "<svg" in (tmp_path / "report.html").read_text()
    play("medvirt.hospital.export", "-i", "hosts.yml", "-e", "export_directory=export")
    assert any((tmp_path / "export").iterdir())


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        ("plan", "The variable hospital must name the intent"),
        ("init", "The variables directory and hospital_name are needed"),
        *(
            (verb, "No plan was given: pass the file hosts.yml")
            for verb in ("site", "validate", "secrets", "report", "export")
        ),
    ],
)
def test_verb_without_its_input_refuses_in_a_sentence(run, collections, tmp_path, verb, sentence):
    said = run(
        "ansible-playbook", f"medvirt.hospital.{verb}", cwd=tmp_path, code=2, ANSIBLE_COLLECTIONS_PATH=str(collections)
    )
    assert sentence in said
