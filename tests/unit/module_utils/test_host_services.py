# SPDX-License-Identifier: GPL-3.0-or-later
"""host_services: units always run with their current configuration."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.host_services import (
    Command,
    Host,
    ServicesError,
    Unit,
    apply_commands,
    apply_units,
    fingerprint,
)


class FakeSystem:
    """Understands the few systemctl verbs in use; ``refuse`` makes a verb fail that many times."""

    def __init__(self, **units):
        self.units = {
            name.replace("_", "."): dict(zip(("LoadState", "ActiveState", "UnitFileState"), state, strict=True))
            for name, state in units.items()
        }
        self.calls, self.refuse = [], {}

    def run(self, argv):
        if argv[:2] == ["systemctl", "show"]:
            shown = self.units.get(argv[-1], {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": ""})
            return SimpleNamespace(returncode=0, stdout="\n".join(f"{k}={v}" for k, v in shown.items()), stderr="")
        if argv[0] == "systemctl":
            verb, names = argv[1], argv[3:]
            self.calls.append((verb, *names))
            if self.refuse.get(verb):
                self.refuse[verb] -= 1
                return SimpleNamespace(returncode=1, stdout="", stderr="refused")
            effect = {
                "start": {"ActiveState": "active"}, "restart": {"ActiveState": "active"},
                "stop": {"ActiveState": "inactive"},
                "enable": {"UnitFileState": "enabled"}, "disable": {"UnitFileState": "disabled"},
                "mask": {"LoadState": "masked", "UnitFileState": "masked"},
            }.get(verb, {})  # fmt: skip
            for name in names:
                self.units.setdefault(name, {}).update(effect)
        else:
            self.calls.append(tuple(argv))
        return SimpleNamespace(returncode=0, stdout="", stderr="")


@pytest.fixture
def conf(tmp_path):
    path = tmp_path / "etc/a.conf"
    path.parent.mkdir()
    path.write_text("1")
    return path


def make(tmp_path, **units):
    system = FakeSystem(**units)
    return system, Host(run=system.run, stamps=str(tmp_path / "stamps"))


def test_fresh_unit_is_enabled_and_started_once(tmp_path, conf):
    system, host = make(tmp_path, a_service=("loaded", "inactive", "disabled"))
    unit = Unit("a.service", config=(str(conf),))
    assert apply_units([unit], host, check=True) == ["enable a.service", "start a.service"] and not system.calls
    assert apply_units([unit], host) == ["enable a.service", "start a.service"]
    assert apply_units([unit], host) == []


def test_running_unit_takes_up_changed_files_even_after_an_interrupted_run(tmp_path, conf):
    _system, host = make(tmp_path, a_service=("loaded", "active", "enabled"))
    unit = Unit("a.service", config=(str(conf),))
    apply_units([unit], host)
    conf.write_text("2")
    assert apply_units([unit], host) == ["restart a.service"]
    assert apply_units([unit], host) == []


def test_files_that_would_change_count_in_check_mode(tmp_path, conf):
    _system, host = make(tmp_path, a_service=("loaded", "active", "enabled"))
    unit = Unit("a.service", config=(str(conf.parent),), apply="reload")
    apply_units([unit], host)
    assert apply_units([unit], host, pending=[str(conf.parent / "new.conf")], check=True) == ["reload a.service"]
    assert apply_units([unit], host, pending=["/elsewhere"], check=True) == []


def test_failed_start_is_tried_again_by_the_next_run(tmp_path, conf):
    system, host = make(tmp_path, a_service=("loaded", "inactive", "enabled"))
    unit = Unit("a.service", config=(str(conf),))
    system.refuse = {"start": 1}
    with pytest.raises(ServicesError, match=r"systemd could not start a\.service: refused"):
        apply_units([unit], host)
    assert apply_units([unit], host) == ["start a.service"]


def test_socket_and_service_stop_and_start_together(tmp_path, conf):
    system, host = make(tmp_path, a_socket=("loaded", "active", "enabled"))
    system.refuse = {"start": 1}
    apply_units([Unit("a.socket", config=(str(conf),), along=("a.service",))], host)
    assert [call for call in system.calls if call[0] in ("stop", "start")] == [
        ("stop", "a.socket", "a.service"), ("start", "a.socket", "a.service"),
    ] * 2  # fmt: skip


def test_masked_and_stopped(tmp_path):
    _system, host = make(tmp_path, a_socket=("loaded", "active", "enabled"), b_service=("loaded", "active", "disabled"))
    assert apply_units([Unit("a.socket", masked=True)], host) == ["mask a.socket", "stop a.socket"]
    assert apply_units([Unit("a.socket", masked=True)], host) == []
    assert apply_units([Unit("b.service", state=None, masked=True)], host) == ["mask b.service"]


def test_missing_unit(tmp_path):
    _system, host = make(tmp_path)
    assert apply_units([Unit("x.service", state=None, enabled=False), Unit("x.service", masked=True)], host) == []
    assert apply_units([Unit("x.service")], host, check=True) == ["enable and start x.service"]
    with pytest.raises(ServicesError, match=r"no unit x\.service"):
        apply_units([Unit("x.service")], host)


def test_command_runs_when_its_files_changed(tmp_path, conf):
    system, host = make(tmp_path)
    command = Command("sysctl", ("sysctl", "--system"), (str(conf),))
    assert apply_commands([command], host) == ["run sysctl --system"]
    assert apply_commands([command], host) == [] and system.calls == [("sysctl", "--system")]


def test_fingerprint_sees_removed_files(conf):
    before = fingerprint([str(conf.parent)])
    conf.unlink()
    assert fingerprint([str(conf.parent)]) != before
