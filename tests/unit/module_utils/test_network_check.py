# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check import Ear
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check_frames import (
    arp_probe,
    check_frame,
    ethertype,
)
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check_ports import frames, largest_mtu

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
