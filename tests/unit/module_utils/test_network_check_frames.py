# SPDX-License-Identifier: GPL-3.0-or-later
import struct

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.network_check_frames import (
    ARP,
    CHECK,
    arp_probe,
    check_frame,
    ethertype,
    read_arp,
    read_check,
)

SOURCE = bytes.fromhex("525400000001")
SAID = ["run1", "kvm1", "eno1", "pacs", "full"]


def test_a_full_size_frame_has_the_mtu_behind_its_header():
    frame = check_frame(SOURCE, None, SAID, 9000)
    assert len(frame) == 14 + 9000
    assert ethertype(frame) == CHECK
    assert read_check(frame) == SAID


def test_a_tag_stands_before_the_type_and_comes_on_top_of_the_mtu():
    frame = check_frame(SOURCE, 130, SAID, 1500)
    assert struct.unpack_from("!HHH", frame, 12) == (0x8100, 130, CHECK)
    assert len(frame) == 18 + 1500
    # As the kernel hands it over: without the tag.
    assert read_check(frame[:12] + frame[16:]) == SAID


@pytest.mark.parametrize(
    "frame",
    [
        check_frame(SOURCE, None, SAID, 1500)[:1000],
        bytes(12) + struct.pack("!H", CHECK) + b"something else",
        bytes(12) + struct.pack("!H", CHECK) + b"medvirt-network-check {broken",
        bytes(12) + struct.pack("!H", CHECK) + b'medvirt-network-check ["word"]',
        b"",
    ],
)
def test_shortened_and_foreign_frames_say_nothing(frame):
    assert read_check(frame) is None


def test_a_question_for_an_address_claims_none():
    frame = arp_probe(SOURCE, None, "10.0.10.1")
    assert ethertype(frame) == ARP
    assert frame[28:32] == bytes(4), "the sender's address is to be empty (RFC 5227)"
    assert frame[38:42] == bytes([10, 0, 10, 1])
    assert len(frame) == 60
    assert read_arp(frame) is None


def test_an_answer_claims_its_sender_address():
    answer = bytearray(arp_probe(SOURCE, None, "10.0.10.1"))
    answer[28:32] = bytes([10, 0, 10, 11])
    assert read_arp(bytes(answer)) == ("10.0.10.11", "52:54:00:00:00:01")
    assert read_arp(bytes(answer[:30])) is None
    assert ethertype(b"short") == 0
