# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin as Ansible calls it, without a playbook."""

import builtins
import os
import sys
from pathlib import Path
from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task
from ansible.plugins.loader import init_plugin_loader

ROOT = Path(__file__).resolve().parents[3]
LAB = (ROOT / "inventories/lab/hospital.yml").read_text()


@pytest.fixture(scope="module")
def action_class():
    if "ansible.plugins.action" not in sys.modules:
        init_plugin_loader([])
    from ansible_collections.medvirt.hospital.plugins.action.plan import ActionModule

    return ActionModule


@pytest.fixture
def run(action_class):
    def call(check=False, **args):
        task = mock.MagicMock(Task)
        task.async_val = 0
        task.args = args
        task.check_mode = check
        task.diff = True
        play_context = mock.MagicMock(check_mode=check)
        action = action_class(task, mock.MagicMock(), play_context, None, None, None)
        action.validate_argument_spec = lambda argument_spec, **__: (
            None,
            {name: args.get(name, spec.get("default")) for name, spec in argument_spec.items()},
        )
        return action.run(task_vars={})

    return call


@pytest.fixture
def intent(tmp_path):
    path = tmp_path / "hospital.yml"
    path.write_text(LAB)
    return path


def test_writes_then_changes_nothing(run, intent):
    first = run(intent=str(intent))
    plan = intent.parent / "hosts.yml"
    assert first["changed"] and "+ guest pacs1 on kvm1 (2 vCPU, 640 MiB)" in first["diff"][0]["prepared"]
    assert plan.stat().st_mode & 0o777 == 0o644
    text = plan.read_text()
    second = run(intent=str(intent))
    assert not second["changed"] and second["summary"] == ["no change"] and "diff" not in second
    assert plan.read_text() == text
    assert sorted(os.listdir(intent.parent)) == ["hospital.yml", "hosts.yml"]


def test_check_mode_tells_and_writes_nothing(run, intent):
    result = run(check=True, intent=str(intent))
    assert result["changed"] and result["diff"]
    assert not (intent.parent / "hosts.yml").exists()


def test_findings_fail_and_write_nothing(run, intent):
    intent.write_text(LAB.replace("vlan: 130", "vlan: 30").replace("tier:", "teir:"))
    result = run(intent=str(intent))
    assert result["failed"]
    assert "No plan was made (2 findings)." in result["msg"]
    assert (
        "hospital.yml:77: segments[6].vlan: VLAN id 30 is used by segment storage and by segment pacs" in result["msg"]
    )
    assert "did you mean 'tier'?" in result["msg"]
    assert not (intent.parent / "hosts.yml").exists()


def test_verified(run, intent):
    run(intent=str(intent))
    plan = intent.parent / "hosts.yml"
    assert run(plan=str(plan), state="verified")["name"] == "lab"
    assert run(intent=str(intent), state="verified")["changed"] is False
    intent.write_text(LAB + "# only a comment\n")
    run(plan=str(plan), state="verified")
    intent.write_text(LAB.replace("rack: r3", "rack: r2"))
    with pytest.raises(
        AnsibleActionFail, match="is stale, the intent .*hospital.yml changed since: run ansible-playbook"
    ):
        run(plan=str(plan), state="verified")
    intent.write_text(LAB)
    plan.write_text(plan.read_text().replace("vcpus: 2", "vcpus: 3"))
    with pytest.raises(AnsibleActionFail, match="hosts.yml was edited by hand since it was generated"):
        run(plan=str(plan), state="verified")


def test_missing_files(run, intent):
    with pytest.raises(AnsibleActionFail, match="there is no plan"):
        run(intent=str(intent), state="verified")
    run(intent=str(intent))
    intent.unlink()
    for args in ({"state": "verified", "plan": str(intent.parent / "hosts.yml")}, {"intent": str(intent)}):
        with pytest.raises(AnsibleActionFail, match="hospital.yml does not exist"):
            run(**args)


def test_foreign_inventory_is_left_alone(run, intent):
    plan = intent.parent / "hosts.yml"
    plan.write_text("all:\n  hosts: {}\n")
    with pytest.raises(AnsibleActionFail, match="holds no plan"):
        run(intent=str(intent))
    assert plan.read_text() == "all:\n  hosts: {}\n"


def test_not_utf8(run, intent):
    intent.write_bytes(b"hospital: \xff\n")
    with pytest.raises(AnsibleActionFail, match="it is not UTF-8 text"):
        run(intent=str(intent))


def test_expired_waiver_is_said(run, intent):
    waiver = "waivers: [{rule: fencing, reason: bench, owner: IT, until: 2020-01-31}]"
    intent.write_text(LAB.replace("waivers: []", waiver))
    warning = "the waiver of IT for the rule fencing ran out on 2020-01-31: renew or remove it"
    assert run(intent=str(intent))["warnings"] == [warning]
    assert run(intent=str(intent), state="verified")["warnings"] == [warning]


def test_missing_pydantic_is_one_sentence(run, intent, monkeypatch):
    package = "ansible_collections.medvirt.hospital.plugins.plugin_utils"
    run(intent=str(intent))
    for name in [n for n in sys.modules if n.startswith(package)]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "pydantic":
            raise ImportError("No module named 'pydantic'", name="pydantic")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        AnsibleActionFail, match="the Python package pydantic is missing on the controller: run 'make setup'"
    ):
        run(intent=str(intent))
    assert run(plan=str(intent.parent / "hosts.yml"), state="verified")["name"] == "lab"
