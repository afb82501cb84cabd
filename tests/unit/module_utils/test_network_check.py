# SPDX-License-Identifier: GPL-3.0-or-later
import errno

from ansible_collections.medvirt.hospital.plugins.module_utils import network_check_ports
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check import Ear
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check_frames import (
    arp_probe,
    check_frame,
    ethertype,
)
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check_ports import Ports, frames, largest_mtu

SOURCE = bytes.fromhex("525400000001")
TRUNK = {
    "name": "eno1",
    "segments": [
        {"segment": "storage", "vlan": 30, "mtu": 9000, "addresses": ["10.0.30.11"]},
        {"segment": "pacs", "vlan": 130, "mtu": 1500, "addresses": []},
    ],
}


def test_a_port_sends_each_segment_short_and_full_and_asks_for_its_addresses():
    sent = list(frames("run1", "kvm1", SOURCE, TRUNK))
    assert [int.from_bytes(frame[14:16]) for frame in sent] == [30, 30, 30, 130, 130]
    assert [len(frame) for frame in sent if len(frame) > 1000] == [18 + 9000, 18 + 1500]
    assert sum(ethertype(frame[:12] + frame[16:]) == 0x0806 for frame in sent) == 1
    assert largest_mtu(TRUNK) == 9000


def test_frames_of_other_runs_and_addresses_that_nobody_asked_for_are_not_noted():
    ear = Ear("run1", {"10.0.30.11"})
    said = ["kvm1", "eno1", "pacs", "short"]
    for run in ("run1", "run1", "run2"):
        ear.hear("eno2", check_frame(SOURCE, None, [run, *said]), 130)
    for last in (11, 12):
        answer = bytearray(arp_probe(SOURCE, None, "10.0.30.1"))
        answer[28:32] = bytes([10, 0, 30, last])
        ear.hear("eno2", bytes(answer), 30)
    ear.hear("eno2", b"noise", None)
    assert ear.heard() == {
        "heard": [("eno2", 130, *said)],
        "claims": [("eno2", 30, "10.0.30.11", "52:54:00:00:00:01")],
    }


class Card:
    """A card that refuses full-size frames as a veth does whose other end has a small MTU."""

    def __init__(self):
        self.taken = []

    def source(self, host):
        return b"\x02" * 6

    def send(self, frame):
        if len(frame) > 1400:
            raise OSError(errno.ENOBUFS, "No buffer space available")
        self.taken.append(frame)


def test_a_frame_that_the_card_never_takes_is_no_problem_of_the_port(monkeypatch):
    monkeypatch.setattr(network_check_ports.time, "sleep", lambda seconds: None)
    segment = {"segment": "migration", "vlan": None, "mtu": 1500, "addresses": []}
    ports, card = Ports([{"name": "migration0", "segments": [segment]}]), Card()
    ports.ports = {"migration0": card}
    assert ports.send("run", "kvm1") == {}
    assert len(card.taken) == network_check_ports.ROUNDS
