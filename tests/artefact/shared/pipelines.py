# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of the two pipeline files: which shell steps run at which event (merge, main, schedule), in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Step:
    """One shell command of a pipeline with its own environment."""

    command: str
    environment: dict[str, str]


class GitLab:
    """Reads .gitlab-ci.yml: the jobs whose rules hold, by stage; each begins with the default before_script."""

    def steps(self, folder: Path, event: str, base: str) -> Iterator[Step]:
        document = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
        kind = {"merge": "merge_request_event", "main": "push", "schedule": "schedule"}[event]
        variables = {"CI_PIPELINE_SOURCE": kind, "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main"}
        variables["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = base
        jobs = [job for job in document.values() if isinstance(job, dict) and "script" in job]
        for job in sorted(jobs, key=lambda job: document["stages"].index(job["stage"])):
            if any(self._holds(rule["if"], variables) for rule in job["rules"]):
                for command in [*document["default"]["before_script"], *job["script"]]:
                    yield Step(command, variables | job.get("variables", {}))

    def _holds(self, condition: str, variables: dict[str, str]) -> bool:
        filled = re.sub(r"\$(\w+)", lambda match: f'"{variables[match[1]]}"', condition)
        return all(left == right for left, right in (part.split(" == ") for part in filled.split(" && ")))


class GitHub:
    """Reads .github/workflows/hospital.yml: the jobs whose condition holds, with their `run` steps."""

    def steps(self, folder: Path, event: str, base: str) -> Iterator[Step]:
        document = yaml.safe_load((folder / ".github/workflows/hospital.yml").read_text())
        name = {"merge": "pull_request", "main": "push", "schedule": "schedule"}[event]
        assert name in document["on"]
        given = {"github.event.pull_request.base.sha": base}
        for job in document["jobs"].values():
            if job["if"] == f"github.event_name == '{name}'":
                for step in (step for step in job["steps"] if "run" in step):
                    yield Step(step["run"], self._filled({**job.get("env", {}), **step.get("env", {})}, given))

    def _filled(self, values: dict[str, str], given: dict[str, str]) -> dict[str, str]:
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: given.get(match[1], ""), value)
            for name, value in values.items()
        }
