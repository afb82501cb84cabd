# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital's repository and its pipelines without a server: a bare repository, clones, steps run in order."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

PROGRAMS = Path(sys.executable).parent


class Repository:
    """A hospital's repository: an engineer's clone, the bare origin, and the folder in which pipelines run."""

    def __init__(self, run: Any, top: Path) -> None:
        self._run, self.top, self.work = run, top, top / "clinic"
        self.built = top / "host"
        self.built.mkdir()

    def git(self, *words: str) -> str:
        return self._run("git", *words, cwd=self.work)

    def verb(self, *words: str, code: int = 0) -> str:
        return self._run("./run", *words, cwd=self.work, code=code)

    def branch(self, name: str) -> None:
        self.git("checkout", "--quiet", "-B", name, "origin/main")

    def edit(self, old: str, new: str) -> None:
        text = (self.work / "hospital.yml").read_text()
        assert text.count(old) == 1
        (self.work / "hospital.yml").write_text(text.replace(old, new))

    def push(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "--force", "origin", "HEAD")

    def pipeline(self, reader: Any, event: str, ref: str) -> tuple[str | None, str]:
        """Run the steps on a new clone with the cached .venv; return the step that failed, if any, and all output."""
        clone, cache = self.top / "builds/clinic", self.top / "cache"
        self._run("git", "clone", "--quiet", "--branch", ref, self.top / "origin.git", clone, cwd=self.top)
        shutil.move(cache / ".venv", clone / ".venv")
        base = self._run("git", "rev-parse", "origin/main", cwd=clone).strip()
        said, failed = "", None
        for step in reader.steps(clone, event, base):
            settings = {"STAND_IN": str(self.built), **step.environment}
            said += self._run("bash", "-c", f"{step.command} || {{ echo; echo step failed; }}", cwd=clone, **settings)
            if said.endswith("\nstep failed\n"):
                failed = step.command
                break
        shutil.move(clone / ".venv", cache / ".venv")
        if (clone / "build/summary.md").exists():
            said += (clone / "build/summary.md").read_text()
        shutil.rmtree(clone)
        return failed, said


def make_venv(run: Any, folder: Path) -> None:
    """A virtual environment that has this checkout's packages and programs, for setup to find all requirements met."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    own = sysconfig.get_path("purelib", vars={"base": str(folder)})
    (Path(own) / "checkout.pth").write_text(sysconfig.get_path("purelib") + "\n")
    first = f"#!{PROGRAMS}/python"
    for program in PROGRAMS.iterdir():
        text = program.read_bytes()[:4096] if program.is_file() and not program.is_symlink() else b""
        if text.startswith(first.encode()) and not (folder / "bin" / program.name).exists():
            copy = folder / "bin" / program.name
            copy.write_text(program.read_text().replace(first, f"#!{folder}/bin/python", 1))
            copy.chmod(0o755)
