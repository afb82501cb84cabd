# SPDX-License-Identifier: GPL-3.0-or-later
"""The artefact, built from a copy of the sources and installed into an empty place."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".venv/bin"
# What a developer's checkout has lying about, and no artefact may have. The last ones no pattern can know.
JUNK = (
    ".venv/lib/module.py",
    ".lab/ssh/id_ed25519",
    ".ansible/tmp/x",
    ".pytest_cache/x",
    ".hypothesis/x",
    ".vault-password",
    "build/report.html",
    "plugins/action/__pycache__/plan.pyc",
    "inventories/lab/group_vars/all/secrets.yml",
    "medvirt-hospital-0.0.1.tar.gz",
    "notes.txt",
    "plugins/modules/draft.py",
)

Run = Callable[..., str]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of this checkout but its programs: no ansible.cfg, no collections, another home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE", "MEDVIRT", "GIT"))}
    git = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    for role in ("AUTHOR", "COMMITTER"):
        git |= {f"GIT_{role}_NAME": "An engineer", f"GIT_{role}_EMAIL": "engineer@clinic.example"}
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    # A sentence stands on one line.
    plain = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    return {**kept, **git, **plain, "PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", **more}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a command in a folder and return what it printed; fail with that when its exit code is not the wanted one."""
    home = tmp_path_factory.mktemp("home")

    def run_(*command: str, cwd: Path, code: int | None = 0, **more: str) -> str:
        ended = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=environment(home, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert code in (None, ended.returncode), f"{' '.join(map(str, command))}: {ended.returncode}\n{ended.stdout}"
        return ended.stdout

    return run_


@pytest.fixture(scope="session")
def checkout(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone as git would have it after the next commit, with junk lying about."""
    folder = tmp_path_factory.mktemp("checkout")
    names = run("scripts/sources", "--new", cwd=ROOT)
    pack = subprocess.run(
        ["tar", "--create", "--null", "--files-from", "-"],
        cwd=ROOT,
        input=names.encode(),
        capture_output=True,
        check=True,
    )
    subprocess.run(["tar", "--extract"], cwd=folder, input=pack.stdout, check=True)
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    for name in JUNK:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("junk\n")
    return folder


@pytest.fixture(scope="session")
def artefact(run: Run, checkout: Path) -> Path:
    """The artefact."""
    run("scripts/artefact", cwd=checkout)
    (path,) = (checkout / "build/artefact").glob("medvirt-hospital-*.tar.gz")
    return path


@pytest.fixture(scope="session")
def collections(run: Run, artefact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty place with the artefact installed; galaxy.yml's dependencies are those of the package ansible."""
    folder = tmp_path_factory.mktemp("collections")
    run("ansible-galaxy", "collection", "install", "--offline", "--collections-path", folder, artefact, cwd=folder)
    return folder
