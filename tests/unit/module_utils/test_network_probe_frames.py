# SPDX-License-Identifier: GPL-3.0-or-later
import struct
from dataclasses import replace

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe_frames import (
    BROADCAST,
    Packet,
    arp_request,
    checksum,
    ethernet,
    frame,
    link_local,
    read,
)

HERE, THERE = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")
SYN = Packet("tcp", "10.0.1.13", "10.0.2.13", 40000, 22, 0xCAFE1234)


def answered(packet, kind, code=0):
    """The ICMP message of a router about a packet, with as little of it as RFC 792 asks for."""
    quoted = frame(packet, HERE, THERE)[14 : 14 + 28]
    message = struct.pack("!BBHI", kind, code, 0, 0) + quoted
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0, bytes([10, 0, 1, 1]), bytes(4))
    return ethernet(HERE, THERE, 0x0800, header + message)


@pytest.mark.parametrize("protocol", ["tcp", "udp", "icmp"])
def test_a_packet_is_known_again_where_it_arrives(protocol):
    packet = replace(SYN, protocol=protocol)
    heard = read(frame(packet, HERE, THERE))
    assert (heard.kind, heard.token) == ("probe", packet.token)
    assert (heard.source, heard.target, heard.mac) == ("10.0.1.13", "10.0.2.13", HERE)


@pytest.mark.parametrize("protocol", ["tcp", "udp", "icmp"])
def test_checksums_are_those_that_a_receiver_computes(protocol):
    data = frame(replace(SYN, protocol=protocol), HERE, THERE)[14:]
    assert checksum(data[:20]) == 0
    number = {"tcp": 6, "udp": 17, "icmp": 1}[protocol]
    pseudo = b"" if protocol == "icmp" else data[12:20] + struct.pack("!BBH", 0, number, len(data) - 20)
    assert checksum(pseudo + data[20:]) == 0


def test_an_ipv6_echo_is_known_again_and_its_checksum_is_right():
    data = frame(Packet("ipv6", "fd00::1", "fd00:0:0:2::3", 7, 0, 99), HERE, THERE)
    assert (read(data).kind, read(data).token, read(data).target) == ("probe", 99, "fd00:0:0:2::3")
    assert checksum(data[22:54] + struct.pack("!II", len(data) - 54, 58) + data[54:]) == 0


@pytest.mark.parametrize(("flags", "refused"), [(0x12, False), (0x14, True)])
def test_an_answer_to_a_syn_names_its_token(flags, refused):
    data = bytearray(frame(replace(SYN, source="10.0.2.13", target="10.0.1.13"), THERE, HERE))
    data[14 + 20 + 8 : 14 + 20 + 12] = struct.pack("!I", SYN.token + 1)
    data[14 + 20 + 13] = flags
    heard = read(bytes(data))
    assert (heard.kind, heard.token, heard.refused, heard.source) == ("reply", SYN.token, refused, "10.0.2.13")


@pytest.mark.parametrize(
    ("kind", "code", "said"), [(3, 13, "unreachable"), (3, 1, "absent"), (11, 0, "exceeded"), (5, 0, None)]
)
def test_an_error_names_the_packet_that_it_is_about(kind, code, said):
    heard = read(answered(SYN, kind, code))
    assert (heard and (heard.kind, heard.about)) == (said and (said, ("tcp", "10.0.1.13", "10.0.2.13", 40000, 22)))


def test_an_answer_of_a_udp_service_is_told_by_its_addresses():
    data = frame(Packet("udp", "10.0.2.13", "10.0.1.13", 53, 40000, 1), THERE, HERE)
    heard = read(data.replace(b"medvirt-probe:", b"something-else"))
    assert (heard.kind, heard.about) == ("answer", ("udp", "10.0.1.13", "10.0.2.13", 40000, 53))


def test_arp_asks_everybody_and_an_answer_gives_the_address():
    question = arp_request(HERE, "10.0.1.13", "10.0.1.1")
    assert question[:6] == BROADCAST
    heard = read(question)
    assert (heard.kind, heard.source, heard.target) == ("asks", "10.0.1.13", "10.0.1.1")
    answer = question[:20] + struct.pack("!H", 2) + question[22:]
    assert (read(answer).kind, read(answer).mac) == ("tells", HERE)


def test_foreign_and_truncated_frames_are_none_of_its_business():
    data = frame(SYN, HERE, THERE)
    # Ethernet, IPv4, and TCP as far as its flags
    needed = 14 + 20 + 14
    assert [read(data[:length]) for length in range(needed)] == [None] * needed
    assert read(ethernet(HERE, THERE, 0x88CC, bytes(60))) is None


def test_link_local_address_of_a_mac():
    assert link_local(bytes.fromhex("525400123456")) == "fe80::5054:ff:fe12:3456"
