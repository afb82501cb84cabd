# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin as Ansible calls it, without a playbook."""

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
    from ansible_collections.medvirt.hospital.plugins.action.export import ActionModule

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


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "hosts.yml"
    path.write_text(yaml.safe_dump(build(hosts_main=3, hosts_north=2, guests=12), sort_keys=False))
    return path


def test_writes_all_files_then_changes_nothing(run, plan):
    folder = plan.parent / "export"
    first = run(plan=str(plan), directory=str(folder))
    assert first["changed"] and first["directory"] == str(folder)
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == first["files"]
    assert b"\r\n" in (folder / "vlans.csv").read_bytes()
    second = run(plan=str(plan), directory=str(folder))
    assert not second["changed"] and "diff" not in second and second["warnings"] == []


def test_default_place_and_check_mode(run, plan, monkeypatch):
    monkeypatch.chdir(plan.parent)
    result = run(check=True, plan="hosts.yml")
    assert result["changed"] and result["directory"] == str(plan.parent / "build/st-elsewhere/export")
    assert not (plan.parent / "build").exists()


def test_serial_and_name_servers(run, plan):
    folder = plan.parent / "export"
    run(plan=str(plan), directory=str(folder), serial=2026112101, name_servers=["ns1"])
    zone = (folder / "dns/st-elsewhere.example.zone").read_text()
    assert "2026112101 ; serial" in zone and "@ IN NS ns1.st-elsewhere.example." in zone
    with pytest.raises(AnsibleActionFail, match="the serial 0 is not between 1 and 4294967295"):
        run(plan=str(plan), directory=str(folder), serial=0)


def test_zones_of_an_earlier_plan_are_named(run, plan):
    old = plan.parent / "export/dns/9.9.10.in-addr.arpa.zone"
    old.parent.mkdir(parents=True)
    old.write_text("")
    (warning,) = run(plan=str(plan), directory=str(plan.parent / "export"))["warnings"]
    assert warning.startswith(f"{old} is no zone of this plan any more: remove it")


def test_no_plan(run, plan):
    plan.write_text("all: {}\n")
    with pytest.raises(AnsibleActionFail, match=r"hosts.yml can't be exported: it holds no plan"):
        run(plan=str(plan))
