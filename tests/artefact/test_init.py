# SPDX-License-Identifier: GPL-3.0-or-later
"""medvirt.hospital.init, from the installed artefact."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def init(run, collections, tmp_path):
    """Run init in tmp_path for the folder clinic; return what it printed."""

    def init_(*more: str, code: int = 0) -> str:
        words = ("-e", "directory=clinic", "-e", "hospital_name=clinic", *more)
        return run(
            "ansible-playbook",
            "medvirt.hospital.init",
            *words,
            cwd=tmp_path,
            code=code,
            ANSIBLE_COLLECTIONS_PATH=str(collections),
        )

    return init_


def content(folder: Path) -> dict[str, tuple[int, str]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (stat.S_IMODE(path.stat().st_mode), path.read_text()) for path in files}


def test_check_mode_shows_everything_and_writes_nothing_and_a_second_run_changes_nothing(init, tmp_path):
    shown = init("--check", "--diff")
    assert "changed=1" in shown and "+hospital: clinic" in shown and not (tmp_path / "clinic").exists()
    assert "changed=1" in init()
    written = content(tmp_path / "clinic")
    assert all(f"+++ after: {name}" in shown for name in written)
    assert "changed=0" in init()
    assert content(tmp_path / "clinic") == written


def test_nothing_is_overwritten_and_nothing_half_written(init, tmp_path):
    folder = tmp_path / "clinic"
    folder.mkdir()
    (folder / "hospital.yml").write_text("mine\n")
    (folder / "README.md").symlink_to("nowhere")
    said = init(code=2)
    assert "are not what would be written: README.md, hospital.yml; choose another directory" in said
    assert (folder / "hospital.yml").read_text() == "mine\n" and len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("hospital_name=Clinic", "hospital_name 'Clinic' is no DNS label"),
        ("hospital_domain=clinic", "hospital_domain 'clinic' is no DNS domain"),
    ],
)
def test_unusable_name_is_refused(init, tmp_path, value, sentence):
    assert sentence in init("-e", value, code=2)
    assert not (tmp_path / "clinic").exists()


def test_what_is_written_is_complete_pinned_and_small(init, tmp_path, run):
    init("-e", "hospital_domain=clinic.example", "-e", "collection=/srv/artefact.tar.gz")
    files = content(tmp_path / "clinic")
    assert not [name for name, (_mode, text) in files.items() if "__" in text and name != "hospital.schema.json"]
    intent = files["hospital.yml"][1].splitlines()
    assert intent[0] == "# yaml-language-server: $schema=hospital.schema.json" and len(intent) < 40
    assert "domain: clinic.example" in intent
    assert files["hospital.schema.json"][1] == (ROOT / "schema/hospital.schema.json").read_text()
    assert yaml.safe_load(files["requirements.yml"][1]) == {"collections": [{"name": "/srv/artefact.tar.gz"}]}
    pins = set((ROOT / "requirements.txt").read_text().splitlines())
    needed = files["requirements.txt"][1].splitlines()[2:]
    assert set(needed) <= pins and {"ansible", "pydantic", "check-jsonschema"} <= {pin.split("==")[0] for pin in needed}
    programs = {name for name, (mode, _text) in files.items() if mode == 0o755}
    assert (
        programs == {name for name, (_mode, text) in files.items() if text.startswith("#!")} > {"run", "scripts/apply"}
    )


def test_pipelines_are_what_gitlab_and_github_read(init, tmp_path, run):
    init()
    folder = tmp_path / "clinic"
    run("yamllint", "--strict", ".", cwd=folder)
    for kind, name in (("gitlab-ci", ".gitlab-ci.yml"), ("github-workflows", ".github/workflows/hospital.yml")):
        run("check-jsonschema", "--builtin-schema", f"vendor.{kind}", name, cwd=folder)
    for script in [folder / "run", *(folder / "scripts").iterdir()]:
        run("shellcheck", "--shell=bash", "--exclude=SC1091", script, cwd=folder)
