# SPDX-License-Identifier: GPL-3.0-or-later
"""host_packages: what is missing, and services that stay still meanwhile."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import host_packages
from ansible_collections.medvirt.hospital.plugins.module_utils.host_packages import PackagesError, install, missing


def answer(code=0, out="", err=""):
    return SimpleNamespace(returncode=code, stdout=out, stderr=err)


def test_missing_are_those_not_fully_installed():
    listing = "ii \tchrony\nrc \tcorosync\niU \tbroken\nhi \theld\n"
    wanted = ["chrony", "corosync", "held", "new"]
    assert missing(wanted, run=lambda argv: answer(out=listing)) == ["corosync", "new"]


def test_lists_are_refreshed_only_after_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(host_packages, "POLICY", str(tmp_path / "policy-rc.d"))
    calls, failures = [], iter([1, 0])

    def run(argv):
        calls.append(argv[1])
        assert os.access(host_packages.POLICY, os.X_OK)
        return answer(next(failures)) if argv[1] == "install" else answer()

    install(["x"], run=run)
    assert calls == ["--configure", "install", "update", "install"]
    assert not (tmp_path / "policy-rc.d").exists()


def test_failure_names_packages_and_words(tmp_path, monkeypatch):
    monkeypatch.setattr(host_packages, "POLICY", str(tmp_path / "policy-rc.d"))

    def run(argv):
        return answer(100, err="E: no such package") if argv[1] == "install" else answer()

    with pytest.raises(PackagesError, match="apt-get cannot install x, y: E: no such package"):
        install(["x", "y"], run=run)
    assert not (tmp_path / "policy-rc.d").exists()


def test_foreign_policy_stays(tmp_path, monkeypatch):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    monkeypatch.setattr(host_packages, "POLICY", str(policy))
    install(["x"], run=lambda argv: answer())
    assert policy.read_text() == "theirs"


def test_policy_left_behind_by_a_killed_run_goes(tmp_path, monkeypatch):
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(host_packages, "POLICY", str(policy))
    install(["x"], run=lambda argv: policy.with_suffix(".kept").write_text(policy.read_text()) and answer())
    policy.with_suffix(".kept").rename(policy)
    install(["x"], run=lambda argv: answer())
    assert not policy.exists()
