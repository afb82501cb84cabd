# SPDX-License-Identifier: GPL-3.0-or-later
"""A member's secrets and services, over a temporary root and recorded commands."""

from __future__ import annotations

import base64
import os
import subprocess

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import pacemaker_node as node

UNITS = ["corosync.service", "pacemaker.service"]


class Host:
    """Answers systemctl and corosync-cmapctl."""

    def __init__(self, active=True, cluster="main", enabled="enabled", started=1000):
        self.active, self.cluster, self.enabled, self.started = active, cluster, enabled, started
        self.commands = []

    def __call__(self, arguments):
        self.commands.append(" ".join(arguments))
        if arguments[:2] == ["systemctl", "show"]:
            state = "active" if self.active else "inactive"
            text = "ActiveState=%s\nUnitFileState=%s\nNeedDaemonReload=no\nActiveEnterTimestamp=@%d\n"
            return 0, text % (state, self.enabled, self.started), ""
        if arguments[0] == "corosync-cmapctl":
            return 0, "totem.cluster_name (str) = %s\n" % self.cluster, ""
        return 0, "", ""

    def done(self):
        return [item for item in self.commands if not item.startswith(("systemctl show", "corosync-cmapctl"))]


def member(root, host, check_mode=False):
    return node.Member(check_mode, str(root), host)


def test_password_script_prints_any_password(tmp_path):
    script = tmp_path / "script"
    script.write_text(node.password_script('a\'b $c "d" %s'))
    assert subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True).stdout == 'a\'b $c "d" %s\n'


@pytest.mark.parametrize("password", ["", "a\nb"])
def test_unusable_password(password):
    with pytest.raises(node.NodeError):
        node.password_script(password)


def test_short_key_is_refused_without_showing_it():
    with pytest.raises(node.NodeError, match="holds 4 bytes, at least 128"):
        node.decode_key(base64.b64encode(b"abcd").decode())
    with pytest.raises(node.NodeError, match="not base64"):
        node.decode_key("%%%")


def test_secret_is_written_once_with_its_mode(tmp_path):
    one = member(tmp_path, Host())
    one.secret("/etc/corosync/authkey", b"key", 0o400)
    assert os.stat(tmp_path / "etc/corosync/authkey").st_mode & 0o777 == 0o400
    two = member(tmp_path, Host())
    two.secret("/etc/corosync/authkey", b"key", 0o400)
    assert one.actions == ["write /etc/corosync/authkey"] and two.actions == []


def test_check_mode_writes_nothing(tmp_path):
    one = member(tmp_path, Host(active=False, enabled="disabled"), check_mode=True)
    one.secret("/etc/corosync/authkey", b"key", 0o400)
    one.activate(UNITS, "main")
    assert len(one.actions) == 4 and not (tmp_path / "etc").exists() and not one._call.done()


def test_password_of_a_former_host_is_removed(tmp_path):
    for name in ("kvm1", "kvm9"):
        node.write(str(tmp_path / "etc/medvirt/fencing" / name), b"x", 0o700)
    one = member(tmp_path, Host())
    one.remove_others("/etc/medvirt/fencing", {"kvm1": "x"})
    assert os.listdir(tmp_path / "etc/medvirt/fencing") == ["kvm1"]


def test_idle_units_are_started(tmp_path):
    host = Host(active=False)
    assert member(tmp_path, host).activate(UNITS, "main") is False
    assert host.done() == ["systemctl start corosync.service pacemaker.service"]


def test_running_cluster_is_reloaded_never_restarted(tmp_path):
    host = Host(started=1000)
    node.write(str(tmp_path / "etc/corosync/corosync.conf"), b"x", 0o644)
    assert member(tmp_path, host).activate(UNITS, "main") is True
    assert host.done() == []


def test_nothing_to_do_after_the_reload(tmp_path):
    node.write(str(tmp_path / "etc/corosync/corosync.conf"), b"x", 0o644)
    member(tmp_path, Host()).reload()
    assert member(tmp_path, Host(started=1000)).activate(UNITS, "main") is False


def test_package_cluster_is_left_and_forgotten(tmp_path):
    cib = tmp_path / "var/lib/pacemaker/cib/cib.xml"
    node.write(str(cib), b"x", 0o600)
    host = Host(cluster="debian")
    member(tmp_path, host).activate(UNITS, "main")
    assert host.done() == [
        "systemctl stop pacemaker.service corosync.service",
        "systemctl start corosync.service pacemaker.service",
    ]
    assert not cib.exists()


def test_member_of_another_cluster_is_refused(tmp_path):
    with pytest.raises(node.NodeError, match="running cluster other, not of main"):
        member(tmp_path, Host(cluster="other")).activate(UNITS, "main")
