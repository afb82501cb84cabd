# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of guarded_files as Ansible calls it, without a host."""

from __future__ import annotations

from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.medvirt.hospital.plugins.action import guarded_files
from ansible_collections.medvirt.hospital.tests.unit.action.test_operate import action

FILES = [{"path": "/etc/a", "content": "secret"}]
BEGUN = {"changed": True, "changed_paths": ["/etc/a"], "diff": [], "armed": True}


def said(step, reason=""):
    return {"changed": False, "step": step, "reason": reason, "problems": []}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(guarded_files.time, "sleep", lambda seconds: None)


def run(*answers):
    """(result, arguments of each call, the connection); an exception among the answers is raised."""
    made, calls, left = action("guarded_files", {"name": "network", "files": FILES}), [], list(answers)
    made._display = mock.MagicMock()
    made._connection.transport = "ssh"
    options = {"ssh_args": "-C", "timeout": 10}
    made._connection.get_option = options.get
    made._connection.set_option = options.__setitem__

    def execute(module_name, module_args, task_vars):
        calls.append({**module_args, "ssh": options["ssh_args"]})
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    made._execute_module = execute
    result = made.run(task_vars={"inventory_hostname": "kvm1"})
    assert options == {"ssh_args": "-C", "timeout": 10}, "later tasks connect as before"
    return result, calls, made._connection


def test_nothing_changed_costs_one_call_and_no_connection():
    result, calls, connection = run({**BEGUN, "changed": False, "changed_paths": [], "armed": False})
    assert not result["changed"] and len(calls) == 1
    connection.reset.assert_not_called()


def test_change_is_confirmed_over_connections_of_its_own():
    result, calls, connection = run(BEGUN, said("armed"), said("applied"), said("confirmed"))
    assert result["changed"] and not result.get("failed")
    assert [call["step"] for call in calls] == ["begin", "status", "status", "confirm"]
    assert all("ControlPath=none" in call["ssh"] for call in calls[1:]) and calls[0]["ssh"] == "-C"
    assert len({call["id"] for call in calls}) == 1
    assert all(call["files"] == [] for call in calls[1:]), "contents travel once"
    connection.reset.assert_called_once()


def test_host_that_rolled_back_fails_the_task_with_a_sentence():
    broken = {"failed": True, "msg": "MODULE FAILURE"}
    result, _calls, _connection = run(BEGUN, AnsibleConnectionFailure("no"), broken, said("rolled_back", "late"))
    assert result["failed"] and not result["changed"]
    assert result["msg"].startswith(
        "kvm1 could not be reached within 60 s of the change of network (/etc/a), so it put"
    )


def test_earlier_unconfirmed_change_is_waited_for():
    result, calls, _connection = run({"changed": False, "busy_seconds": 20}, BEGUN, said("applied"), said("confirmed"))
    assert result["changed"] and [call["step"] for call in calls] == ["begin", "begin", "status", "confirm"]


def test_earlier_change_that_does_not_go_back_is_said():
    with pytest.raises(AnsibleActionFail, match="can't take back an earlier change of network"):
        run({"changed": False, "busy_seconds": 20}, {"changed": False, "busy_seconds": 1})


def test_answer_lost_after_the_change_began_is_no_reason_to_forget_it():
    result, calls, _connection = run(
        AnsibleConnectionFailure("lost"), said("armed"), said("applied"), said("confirmed")
    )
    assert result["changed"] and [call["step"] for call in calls] == ["begin", "status", "status", "confirm"]


def test_host_that_was_never_reached_is_unreachable():
    with pytest.raises(AnsibleConnectionFailure):
        run(AnsibleConnectionFailure("no"), said("unknown"))
