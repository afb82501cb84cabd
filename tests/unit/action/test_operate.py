# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugins of rebalancing and emptying as Ansible calls them, without a playbook."""

import json
import sys
from unittest import mock

import pytest
import yaml
from ansible.playbook.task import Task
from ansible.plugins.loader import init_plugin_loader
from ansible_collections.medvirt.hospital.plugins.plugin_utils.operate.seen import REGISTERED
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.hashes import content_hash
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.operate.conftest import Cluster

PACS = {"guest": "pacs1", "source": "kvm1", "target": "kvm2"}
EMR = {"guest": "emr1", "source": "kvm1", "target": "kvm3"}
WAVES = [[PACS], [EMR]]
CLEAN = {"changed": True, "failed_moves": []}
PLAN = {"n_plus": {"k": {"main": 1}}, "clusters": {"main": {"site": "main", "hosts": ["kvm1", "kvm2", "kvm3"]}}}


def action(name, args, check=False):
    """The action plugin of that name for one task."""
    if "ansible.plugins.action" not in sys.modules:
        init_plugin_loader([])
    module = __import__(f"ansible_collections.medvirt.hospital.plugins.action.{name}", fromlist=["ActionModule"])
    task = mock.MagicMock(Task, async_val=0, args=args, check_mode=check, diff=False)
    made = module.ActionModule(task, mock.MagicMock(), mock.MagicMock(check_mode=check), None, None, None)
    made.validate_argument_spec = lambda spec: (
        None,
        {key: args.get(key, entry.get("default")) for key, entry in spec.items()},
    )
    return made


def migrate(answers, check=False, **args):
    """Run guest_migrations; (result, what the module was asked for each time)."""
    made, asked = action("guest_migrations", {"waves": WAVES, "hosts": ["kvm1"], **args}, check), []
    made._display = mock.MagicMock()

    def execute(module_name, module_args, task_vars):
        assert module_name == "medvirt.hospital.guest_migration" and module_args["hosts"] == ["kvm1"]
        asked.append(module_args["moves"])
        return answers[len(asked) - 1]

    made._execute_module = execute
    return made.run(task_vars={}), asked


def test_waves_run_one_after_the_other():
    answers = [{**CLEAN, "moved": [{**PACS, "seconds": 3}]}, {**CLEAN, "moved": [{**EMR, "seconds": 4}]}]
    result, asked = migrate(answers, waves=[[{**PACS, "why": "for people"}], [EMR]])
    assert asked == WAVES
    assert result == {
        "changed": True,
        "moved": [*answers[0]["moved"], *answers[1]["moved"]],
        "failed_moves": [],
        "left": [],
    }


def test_nothing_to_move():
    assert migrate([], waves=[]) == ({"changed": False, "moved": [], "failed_moves": [], "left": []}, [])


def test_a_failed_move_stops_the_waves():
    failed = {**PACS, "reason": "no route", "now": "kvm1"}
    result, asked = migrate([{"changed": True, "moved": [], "failed_moves": [failed]}])
    assert asked == [[PACS]]
    assert result["failed"] and result["failed_moves"] == [failed] and result["left"] == [EMR]
    assert result["msg"] == (
        "Stopped in wave 1 of 2: the migration of pacs1 from kvm1 to kvm2 failed (no route), pacs1 still runs on kvm1; "
        "no guest was moved before; not begun: emr1 from kvm1 to kvm3; mend the cause and run the same command again, "
        "it goes on from the present state."
    )


def test_a_refusal_stops_the_waves():
    answers = [{**CLEAN, "moved": [{**PACS, "seconds": 3}]}, {"failed": True, "msg": "The cluster has no quorum."}]
    result, _asked = migrate(answers)
    assert result["failed"] and result["changed"] and result["left"] == [EMR]
    assert result["msg"].startswith(
        "Stopped in wave 2 of 2: The cluster has no quorum; moved before: pacs1 from kvm1 to kvm2; not begun: emr1"
    )


def test_a_host_that_can_no_longer_be_asked():
    result, _asked = migrate([{"unreachable": True, "msg": "Connection timed out."}])
    assert result["failed"] and "Connection timed out; no guest was moved before" in result["msg"]


def test_check_mode_asks_about_the_first_wave_only():
    result, asked = migrate([{**CLEAN, "moved": []}], check=True)
    assert asked == [[PACS]]
    assert result == {"changed": True, "moved": [], "failed_moves": [], "left": [PACS, EMR]}


def test_no_wave_begins_when_the_minutes_are_over(monkeypatch):
    moments = iter([0.0, 1.0, 61.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    result, asked = migrate([{**CLEAN, "moved": [{**PACS, "seconds": 60}]}], max_minutes=1)
    assert asked == [[PACS]] and result["left"] == [EMR]
    assert not result.get("failed") and result["msg"].startswith("The time of 1 min is over: 1 moves were made")


@pytest.fixture
def decide(tmp_path):
    """Run rebalance or evacuate on the small cluster, whose plan lies in a file."""
    inventory = {"all": {"vars": {"hospital_plan": {"hashes": {}}}}}
    inventory["all"]["vars"]["hospital_plan"]["hashes"]["content_sha256"] = content_hash(inventory)
    file = tmp_path / "hosts.yml"
    file.write_text(yaml.safe_dump(inventory))

    def call(name, cluster, **args):
        variables = {
            host: {variable: answer[key] for key, variable in REGISTERED.items()}
            for host, answer in cluster.answers.items()
        }
        common = {"plan": PLAN, "plan_file": str(file), "hosts": cluster.hosts, "guests": cluster.guests}
        return action(name, {**common, **args}).run(task_vars={"hostvars": variables})

    call.file = file
    return call


def test_rebalance_returns_waves_and_report(decide):
    result = decide("rebalance", Cluster())
    assert result["waves"] == {"main": [[EMR]]} and not result["changed"]
    assert result["report"][0].startswith("Cluster main")
    assert json.dumps(result)


def test_evacuate_returns_waves_and_report(decide):
    result = decide("evacuate", Cluster(), host="kvm2", rack="")
    assert (result["cluster"], result["nodes"]) == ("main", ["kvm2"])
    assert result["waves"] == [[{"guest": "emr2", "source": "kvm2", "target": "kvm3"}]]
    assert json.dumps(result)


def test_a_host_is_taken_back_without_moves(decide):
    assert decide("evacuate", Cluster(), host="kvm2", state="returned")["waves"] == []


@pytest.mark.parametrize(("name", "args"), [("rebalance", {}), ("evacuate", {"host": "kvm1"})])
def test_both_refuse_a_cluster_that_is_not_whole(decide, name, args):
    cluster = Cluster()
    cluster.node("kvm3", online=False)
    cluster.answers["kvm2"]["guests"]["running"] = []
    result = decide(name, cluster, **args)
    assert result["failed"] and len(result["findings"]) == 2
    assert result["msg"].startswith("Host kvm3 is not online in the cluster; bring it back")
    assert result["msg"].endswith("(2 findings in all, see the list.)")


@pytest.mark.parametrize(("name", "args"), [("rebalance", {}), ("evacuate", {"host": "kvm1"})])
def test_both_refuse_a_plan_that_was_changed_by_hand(decide, name, args):
    decide.file.write_text(decide.file.read_text().replace("hashes:", "name: other\n      hashes:"))
    result = decide(name, Cluster(), **args)
    assert result["failed"] and "was changed since the planner wrote it" in result["msg"]


def test_evacuate_refuses_a_host_that_is_none(decide):
    assert "The plan has no host kvm9" in decide("evacuate", Cluster(), host="kvm9")["msg"]
