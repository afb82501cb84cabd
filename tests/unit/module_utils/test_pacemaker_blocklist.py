# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ceph half of fencing, over monitors that only exist in memory."""

from __future__ import annotations

import datetime
import importlib.util
import json
import pathlib

import pytest

FILE = pathlib.Path(__file__).parents[3] / "roles/ha_cluster/files/medvirt_ceph_blocklist.py"
SPEC = importlib.util.spec_from_file_location("medvirt_ceph_blocklist", FILE)
ceph = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(ceph)

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def stamp(when):
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f%z")


def osd(number, address, up=1):
    vector = [
        {"type": "v2", "addr": "%s:6800" % address, "nonce": 1},
        {"type": "v1", "addr": "%s:6801" % address, "nonce": 1},
    ]
    return {"osd": number, "up": up, "public_addrs": {"addrvec": vector}, "public_addr": "%s:6801/1" % address}


class Rados:
    """The python module `rados` and its connection in one."""

    class Error(Exception):
        pass

    def __init__(self, osds=(), deaf=False, forgetful=False, refuse=()):
        self.osds, self.deaf, self.forgetful, self.refuse = list(osds), deaf, forgetful, refuse
        self.entries, self.requests = {}, []

    def Rados(self, **_options):  # noqa: N802
        return self

    def connect(self, timeout):
        if self.deaf:
            raise self.Error("timed out")

    def shutdown(self):
        pass

    def mon_command(self, request, _data, timeout):
        asked = json.loads(request)
        self.requests.append(asked)
        if asked["prefix"] in self.refuse:
            return -13, b"", "access denied"
        if asked["prefix"] == "osd dump":
            return 0, json.dumps({"osds": self.osds, "blocklist": self.entries}).encode(), ""
        if asked["prefix"] == "osd blocklist" and asked["blocklistop"] == "add" and not self.forgetful:
            until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=asked["expire"])
            self.entries[asked["addr"] + ":0/0"] = stamp(until)
        if asked["prefix"] == "osd blocklist" and asked["blocklistop"] == "rm":
            self.entries.pop(asked["addr"] + ":0/0", None)
        return 0, b"", ""


@pytest.fixture(autouse=True)
def journal(monkeypatch):
    lines = []
    monkeypatch.setattr(ceph, "log", lambda text, priority=None: lines.append(text))
    return lines


def monitors(rados):
    return ceph.Monitors("fence", rados=rados)


def test_cut_off_blocklists_and_marks_only_that_hosts_osds_down(journal):
    rados = Rados([osd(0, "10.0.0.1"), osd(1, "10.0.0.11"), osd(2, "10.0.0.1", up=0)])
    assert ceph.cut_off(monitors(rados), "10.0.0.1", 3600) == [0]
    assert {"prefix": "osd down", "format": "json", "ids": ["0"]} in rados.requests
    assert journal[0] == "blocklisted 10.0.0.1 for 3600 s"
    assert ceph.is_blocked(monitors(rados), "10.0.0.1") and not ceph.is_blocked(monitors(rados), "10.0.0.11")


def test_no_success_when_the_map_does_not_hold_the_entry():
    with pytest.raises(ceph.CephError, match="does not hold 10.0.0.1"):
        ceph.cut_off(monitors(Rados(forgetful=True)), "10.0.0.1", 3600)


def test_refused_and_unreachable():
    with pytest.raises(ceph.CephError, match="access denied"):
        ceph.cut_off(monitors(Rados(refuse=["osd blocklist"])), "10.0.0.1", 3600)
    with pytest.raises(ceph.CephError, match="cannot reach the monitors"):
        monitors(Rados(deaf=True))


def test_osds_that_cannot_be_marked_down_do_not_undo_the_isolation(journal):
    rados = Rados([osd(0, "10.0.0.1")], refuse=["osd down"])
    assert ceph.cut_off(monitors(rados), "10.0.0.1", 3600) == []
    assert "not marked down" in journal[-1]


def test_expired_entry_is_no_entry():
    rados = Rados()
    rados.entries["10.0.0.1:0/0"] = stamp(NOW)
    assert not ceph.is_blocked(monitors(rados), "10.0.0.1", now=NOW)
    assert ceph.is_blocked(monitors(rados), "10.0.0.1", now=NOW - datetime.timedelta(seconds=1))


def test_entry_of_one_client_is_not_the_whole_address():
    rados = Rados()
    rados.entries["10.0.0.1:0/123"] = stamp(NOW)
    assert not ceph.is_blocked(monitors(rados), "10.0.0.1", now=NOW - datetime.timedelta(seconds=1))


def test_entry_stays_until_it_is_old_enough():
    dump = {"blocklist": {"10.0.0.1:0/0": stamp(NOW + datetime.timedelta(seconds=3590))}}
    assert ceph.seconds_to_wait(dump, "10.0.0.1", 3600, 30, now=NOW) == 20
    assert ceph.seconds_to_wait(dump, "10.0.0.1", 3600, 5, now=NOW) == 0
    assert ceph.seconds_to_wait(dump, "10.0.0.2", 3600, 30, now=NOW) is None


def test_lift_waits_then_removes():
    rados, slept = Rados(), []
    ceph.cut_off(monitors(rados), "10.0.0.1", 3600)
    assert ceph.lift(monitors(rados), "10.0.0.1", 3600, 30, sleep=slept.append)
    assert 25 < slept[0] <= 30 and not rados.entries
    assert not ceph.lift(monitors(rados), "10.0.0.1", 3600, 30, sleep=slept.append)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.1:0/0", "10.0.0.1"),
        ("v2:10.0.0.1:6800", "10.0.0.1"),
        ("[fd00::1]:0/0", "fd00::1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_address_of_an_entry(text, address):
    assert ceph.host_of(text) == address
