# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Redfish controllers, without podman and without sockets."""

from __future__ import annotations

import base64
import importlib.util
import json
import pathlib
import subprocess

import pytest

FILE = pathlib.Path(__file__).parents[3] / "roles/lab_host/files/bmc_emulator.py"
SPEC = importlib.util.spec_from_file_location("bmc_emulator", FILE)
bmc = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bmc)

SYSTEM = "/redfish/v1/Systems/kvm1"
RESET = SYSTEM + "/Actions/ComputerSystem.Reset"


class Podman:
    """Answers inspect, kill, unpause, start."""

    def __init__(self, status="running", label="lab", broken=False):
        self.status, self.label, self.broken = status, label, broken
        self.commands = []

    def __call__(self, command):
        verb = command[1]
        self.commands.append(verb)
        if self.broken:
            return subprocess.CompletedProcess(command, 125, "", "no such container")
        if verb == "inspect":
            data = [{"Config": {"Labels": {"medvirt.lab": self.label}}, "State": {"Status": self.status, "Pid": 0}}]
            return subprocess.CompletedProcess(command, 0, json.dumps(data), "")
        self.status = {"kill": "exited", "unpause": "exited", "start": "running"}[verb]
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def controller(tmp_path):
    def make(podman):
        (tmp_path / "password").write_text("right\n")
        entry = {"system": "kvm1", "user": "fence", "password_file": str(tmp_path / "password")}
        container = bmc.Container("lab-kvm1", "lab", podman)
        return bmc.Controller(entry, container, bmc.EventLog(str(tmp_path / "events")))

    return make


def headers(password="right"):
    return {"Authorization": "Basic " + base64.b64encode(b"fence:" + password.encode()).decode()}


def reset(controller, kind):
    return controller.handle("POST", RESET, headers(), json.dumps({"ResetType": kind}).encode())[0]


@pytest.mark.parametrize(
    ("status", "power"),
    [("running", "On"), ("paused", "On"), ("stopping", "On"), ("unknown", "On"), ("exited", "Off"), ("created", "Off")],
)
def test_power_state_is_the_containers(controller, status, power):
    code, data, _headers = controller(Podman(status)).handle("GET", SYSTEM, headers(), b"")
    assert (code, data["PowerState"]) == (200, power)


def test_service_root_needs_no_password_the_rest_does(controller):
    one = controller(Podman())
    assert one.handle("GET", "/redfish/v1/", {}, b"")[0] == 200
    for given in ({}, headers("wrong"), {"Authorization": "Basic %%%"}, {"Authorization": "Bearer x"}):
        assert one.handle("GET", SYSTEM, given, b"")[0] == 401
        assert one.handle("POST", RESET, given, b'{"ResetType": "ForceOff"}')[0] == 401
    assert one.container._run.commands == []


def test_password_can_change_at_run_time(controller, tmp_path):
    one = controller(Podman())
    (tmp_path / "password").write_text("other")
    assert one.handle("GET", SYSTEM, headers(), b"")[0] == 401
    assert one.handle("GET", SYSTEM, headers("other"), b"")[0] == 200


def test_one_controller_shows_one_system(controller):
    one = controller(Podman())
    assert one.handle("GET", "/redfish/v1/Systems", headers(), b"")[1]["Members"] == [{"@odata.id": SYSTEM}]
    assert one.handle("GET", "/redfish/v1/Systems/kvm2", headers(), b"")[0] == 404


@pytest.mark.parametrize("status", ["running", "paused"])
def test_force_off_then_on(controller, status):
    podman = Podman(status)
    one = controller(podman)
    assert reset(one, "ForceOff") == 204 and podman.status == "exited"
    assert reset(one, "ForceOff") == 204
    assert reset(one, "On") == 204 and podman.status == "running"
    assert podman.commands.count("start") == 1


def test_frozen_container_is_thawed_only_after_its_processes_are_killed(controller, monkeypatch):
    podman = Podman("paused")
    monkeypatch.setattr(bmc, "processes_of", lambda _pid: [4711, 4712])
    monkeypatch.setattr(bmc, "kill", lambda pid: podman.commands.append("SIGKILL %d" % pid))
    assert reset(controller(podman), "ForceOff") == 204
    acts = [item for item in podman.commands if item != "inspect"]
    assert acts == ["SIGKILL 4711", "SIGKILL 4712", "unpause"]


def test_restart(controller):
    podman = Podman()
    assert reset(controller(podman), "ForceRestart") == 204
    assert [item for item in podman.commands if item != "inspect"] == ["kill", "start"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"ResetType": "Explode"}'])
def test_bad_request(controller, body):
    podman = Podman()
    assert controller(podman).handle("POST", RESET, headers(), body)[0] == 400
    assert podman.commands == []


def test_foreign_container_is_never_touched(controller):
    podman = Podman(label="other")
    one = controller(podman)
    assert one.handle("GET", SYSTEM, headers(), b"")[0] == 503
    assert reset(one, "ForceOff") == 503
    assert set(podman.commands) == {"inspect"}


def test_power_is_never_called_off_when_podman_fails(controller):
    code, data, _headers = controller(Podman(broken=True)).handle("GET", SYSTEM, headers(), b"")
    assert code == 503 and "PowerState" not in data


def test_events(controller, tmp_path):
    reset(controller(Podman()), "ForceOff")
    event = json.loads((tmp_path / "events").read_text())
    assert (event["system"], event["action"], event["before"], event["after"]) == (
        "kvm1",
        "ForceOff",
        "running",
        "exited",
    )
