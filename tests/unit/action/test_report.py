# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin as Ansible calls it, without a playbook."""

import os
import runpy
import sys
from pathlib import Path
from unittest import mock

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task
from ansible.plugins.loader import init_plugin_loader

ROOT = Path(__file__).resolve().parents[3]
build = runpy.run_path(str(ROOT / "tests/browser/synthetic_plan.py"))["build"]


@pytest.fixture(scope="module")
def action_class():
    if "ansible.plugins.action" not in sys.modules:
        init_plugin_loader([])
    from ansible_collections.medvirt.hospital.plugins.action.report import ActionModule

    return ActionModule


@pytest.fixture
def run(action_class):
    def call(check=False, **args):
        task = mock.MagicMock(Task)
        task.async_val = 0
        task.args = args
        task.check_mode = check
        action = action_class(task, mock.MagicMock(), mock.MagicMock(check_mode=check), None, None, None)
        action.validate_argument_spec = lambda argument_spec: (
            None,
            {name: args.get(name, spec.get("default")) for name, spec in argument_spec.items()},
        )
        return action.run(task_vars={})

    return call


@pytest.fixture(scope="module")
def plan_text():
    return yaml.safe_dump(build(hosts_main=3, hosts_north=2, guests=12), sort_keys=False)


@pytest.fixture
def plan(tmp_path, plan_text):
    path = tmp_path / "hosts.yml"
    path.write_text(plan_text)
    return path


def test_writes_a_page_then_changes_nothing(run, plan):
    report = plan.parent / "new" / "report.html"
    first = run(plan=str(plan), file=str(report))
    assert first["changed"] and first["file"] == str(report) and first["diff"]
    assert report.stat().st_mode & 0o777 == 0o644
    text = report.read_text()
    assert text.startswith("<!DOCTYPE html>") and "st-elsewhere" in text
    second = run(plan=str(plan), file=str(report))
    assert not second["changed"] and "diff" not in second
    assert os.listdir(report.parent) == ["report.html"]


def test_default_place(run, plan, monkeypatch):
    monkeypatch.chdir(plan.parent)
    assert run(plan="hosts.yml")["file"] == str(plan.parent / "build/st-elsewhere/report.html")


def test_check_mode_writes_nothing(run, plan):
    result = run(check=True, plan=str(plan), file=str(plan.parent / "report.html"))
    assert result["changed"] and os.listdir(plan.parent) == ["hosts.yml"]


def test_the_intent_is_shown_when_it_lies_there(run, plan):
    report = plan.parent / "report.html"
    run(plan=str(plan), file=str(report))
    assert "The intent hospital.yml" not in report.read_text()
    (plan.parent / "hospital.yml").write_text("hospital: st-elsewhere\n")
    assert run(plan=str(plan), file=str(report))["changed"]
    assert "The intent hospital.yml, 1 line<" in report.read_text()


def test_text_is_returned_and_written_only_on_demand(run, plan):
    result = run(plan=str(plan), format="text")
    assert not result["changed"] and result["text"][0] == "# Plan of st-elsewhere"
    assert os.listdir(plan.parent) == ["hosts.yml"]
    written = run(plan=str(plan), format="text", file=str(plan.parent / "plan.md"))
    assert written["changed"] and (plan.parent / "plan.md").read_text().splitlines() == result["text"]


def test_text_with_a_previous_plan(run, plan, plan_text):
    last = plan.parent / "last.yml"
    last.write_text(plan_text)
    assert run(plan=str(plan), format="text", previous=str(last))["text"][-1] == "None."
    last.write_text("")
    assert run(plan=str(plan), format="text", previous=str(last))["text"][-1] == "This is the first plan."


def test_what_is_no_plan(run, plan, plan_text):
    plan.write_text("all:\n  hosts: {}\n")
    with pytest.raises(AnsibleActionFail, match=r"hosts.yml can't be reported: it holds no plan"):
        run(plan=str(plan))
    plan.write_text(plan_text.replace("format: 2", "format: 1"))
    with pytest.raises(AnsibleActionFail, match="its format is 1 and this version reads format 2"):
        run(plan=str(plan))
    plan.write_text("all: [")
    with pytest.raises(AnsibleActionFail, match="hosts.yml is no valid YAML"):
        run(plan=str(plan))
    with pytest.raises(AnsibleActionFail, match="nowhere.yml can't be read"):
        run(plan=str(plan.parent / "nowhere.yml"))


def test_a_place_that_can_not_be_written(run, plan):
    with pytest.raises(AnsibleActionFail, match="can't be written"):
        run(plan=str(plan), file=str(plan / "report.html"))
    with pytest.raises(AnsibleActionFail, match="can't be written"):
        run(plan=str(plan), file=str(plan.parent))
