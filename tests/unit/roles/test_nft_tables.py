# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that loads rule sets, with an nft that keeps its tables in files."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

FILE = pathlib.Path(__file__).parents[3] / "roles/host_firewall/files/nft-tables"
TABLE = "inet:medvirt_host"
NFT = """#!/bin/sh
table=$KERNEL/medvirt_host
case $1 in
--file) grep -q broken "$2" && { echo refused >&2; exit 1; }; cp "$2" "$table" ;;
--stateless) cat "$table" ;;
*delete*) rm -f "$table" ;;
esac
"""


class Machine:
    """Folders in place of /etc, /run and the kernel."""

    def __init__(self, root):
        self.rules, self.kernel = root / "etc/medvirt_host.nft", root / "kernel/medvirt_host"
        for folder in ("etc", "kernel", "bin"):
            (root / folder).mkdir()
        text = FILE.read_text()
        text = text.replace("/etc/medvirt/firewall\n", f"{root}/etc\n").replace("/run/medvirt/firewall", f"{root}/run")
        self.program = root / "nft-tables"
        self.program.write_text(text)
        nft = root / "bin/nft"
        nft.write_text(NFT)
        nft.chmod(0o755)
        self.environment = {"PATH": f"{root}/bin:{os.environ['PATH']}", "KERNEL": str(root / "kernel")}

    def succeeds(self, action):
        done = subprocess.run(
            ["sh", str(self.program), action, TABLE], env=self.environment, capture_output=True, check=False
        )
        return done.returncode == 0


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_what_was_loaded_is_in_effect(machine):
    machine.rules.write_text("rules\n")
    assert not machine.succeeds("check")
    assert machine.succeeds("load")
    assert machine.succeeds("check")


@pytest.mark.parametrize("content", ["other rules\n", None])
def test_a_table_changed_or_flushed_by_hand_is_found(machine, content):
    machine.rules.write_text("rules\n")
    machine.succeeds("load")
    machine.kernel.unlink() if content is None else machine.kernel.write_text(content)
    assert not machine.succeeds("check")


def test_a_file_that_was_not_loaded_is_found(machine):
    machine.rules.write_text("rules\n")
    machine.succeeds("load")
    machine.rules.write_text("new rules\n")
    assert not machine.succeeds("check")


def test_refused_rules_leave_the_old_ones(machine):
    machine.rules.write_text("rules\n")
    machine.succeeds("load")
    machine.rules.write_text("broken\n")
    assert not machine.succeeds("load")
    assert machine.kernel.read_text() == "rules\n"


def test_without_a_file_there_is_no_table(machine):
    machine.rules.write_text("rules\n")
    machine.succeeds("load")
    machine.rules.unlink()
    assert machine.succeeds("load")
    assert not machine.kernel.exists()
    assert machine.succeeds("check")
