# SPDX-License-Identifier: GPL-3.0-or-later
"""Ethernet frames of the network probe: built and read again. Pure functions, IPv4, IPv6 and ARP only.

Each frame carries a token, so that it is known again behind a router that translates addresses: a TCP SYN as its
sequence number, all others in their payload. Field layouts: RFC 791, 768, 792, 9293, 826, 8200, 4443.
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

ETHER_IPV4, ETHER_ARP, ETHER_IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
BROADCAST = b"\xff" * 6
MAGIC = b"medvirt-probe:"
# ICMP: sent by something that refuses or cannot deliver, and where the time to live ends.
UNREACHABLE, EXCEEDED = 3, 11
HOST_UNREACHABLE = 1
ECHO6, REPLY6, SOLICITATION6 = 128, 129, 135
SYN, RST, ACK = 0x02, 0x04, 0x10


@dataclass(frozen=True)
class Packet:
    """One packet to send. source, target: IPv4 as text, IPv6 for `ipv6`; token: 32 bits; port: 0 for icmp and ipv6."""

    protocol: str
    source: str
    target: str
    source_port: int
    port: int
    token: int
    ttl: int = 64


@dataclass(frozen=True)
class Heard:
    """What a frame says.

    kind: probe (one of ours, by its token), reply (to the one with the token), answer, unreachable, absent or exceeded
    (to the one with `about`: protocol, source, target, source port, port), asks or tells (ARP, and IPv6's neighbour
    solicitation: `source` asks for `target`, or has the address `source`).
    """

    kind: str
    source: str = ""
    target: str = ""
    token: int = 0
    refused: bool = False
    mac: bytes = b""
    about: tuple = ()


def checksum(data):
    """Internet checksum (RFC 1071) of some bytes."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(target_mac, source_mac, ether_type, payload):
    """A frame; MAC addresses are 6 bytes."""
    return target_mac + source_mac + struct.pack("!H", ether_type) + payload


def arp_request(mac, address, wanted):
    """The frame that asks everybody for the MAC address of `wanted`."""
    body = struct.pack("!HHBBH", 1, ETHER_IPV4, 6, 4, 1) + mac + _packed(address) + bytes(6) + _packed(wanted)
    return ethernet(BROADCAST, mac, ETHER_ARP, body)


def frame(packet, source_mac, target_mac):
    """The frame of a packet."""
    if packet.protocol == "ipv6":
        return ethernet(target_mac, source_mac, ETHER_IPV6, _ipv6(packet))
    numbers = {"tcp": TCP, "udp": UDP, "icmp": ICMP}
    source, target = _packed(packet.source), _packed(packet.target)
    body = {"tcp": _tcp, "udp": _udp, "icmp": _icmp}[packet.protocol](packet, source + target)
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(body),
        packet.token & 0xFFFF,
        0,
        packet.ttl,
        numbers[packet.protocol],
        0,
        source,
        target,
    )
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ethernet(target_mac, source_mac, ETHER_IPV4, header + body)


def _packed(address):
    return ipaddress.ip_address(address).packed


def _payload(token):
    return MAGIC + struct.pack("!I", token)


def _tcp(packet, addresses):
    segment = struct.pack(
        "!HHIIBBHHH4s", packet.source_port, packet.port, packet.token, 0, 0x60, SYN, 64240, 0, 0, b"\x02\x04\x05\xb4"
    )
    total = checksum(addresses + struct.pack("!BBH", 0, TCP, len(segment)) + segment)
    return segment[:16] + struct.pack("!H", total) + segment[18:]


def _udp(packet, addresses):
    payload = _payload(packet.token)
    datagram = struct.pack("!HHHH", packet.source_port, packet.port, 8 + len(payload), 0) + payload
    total = checksum(addresses + struct.pack("!BBH", 0, UDP, len(datagram)) + datagram) or 0xFFFF
    return datagram[:6] + struct.pack("!H", total) + datagram[8:]


def _icmp(packet, addresses):
    del addresses
    message = struct.pack("!BBHHH", 8, 0, 0, packet.source_port, 0) + _payload(packet.token)
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def _ipv6(packet):
    source, target = _packed(packet.source), _packed(packet.target)
    message = struct.pack("!BBHHH", ECHO6, 0, 0, packet.source_port, 0) + _payload(packet.token)
    pseudo = source + target + struct.pack("!II", len(message), ICMPV6)
    message = message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]
    return struct.pack("!IHBB", 0x60000000, len(message), ICMPV6, packet.ttl) + source + target + message


def read(data):
    """What a received frame says; None when it is none of the probe's business. Truncated frames are none."""
    try:
        ether_type = struct.unpack("!H", data[12:14])[0]
        reader = {ETHER_ARP: _read_arp, ETHER_IPV4: _read_ipv4, ETHER_IPV6: _read_ipv6}.get(ether_type)
        return reader(data) if reader else None
    except (struct.error, IndexError, ValueError):
        return None


def _read_arp(data):
    operation = struct.unpack("!H", data[20:22])[0]
    source, target = _text(data[28:32]), _text(data[38:42])
    return Heard("asks" if operation == 1 else "tells", source, target, mac=data[22:28])


def _text(packed):
    return str(ipaddress.ip_address(packed))


def _token(payload):
    return struct.unpack("!I", payload[len(MAGIC) :][:4])[0] if payload.startswith(MAGIC) else None


def _read_ipv4(data):
    header = (data[14] & 15) * 4
    protocol, source, target = data[23], _text(data[26:30]), _text(data[30:34])
    body = data[14 + header :]
    mac = data[6:12]
    if protocol == TCP:
        sequence, acknowledged, flags = *struct.unpack("!II", body[4:12]), body[13]
        if flags & ACK:
            token = (acknowledged - 1) & 0xFFFFFFFF
            return Heard("reply", source, target, token, bool(flags & RST), mac)
        return Heard("probe", source, target, sequence, mac=mac) if flags & SYN else None
    if protocol == UDP:
        token = _token(body[8:])
        if token is None:
            port, source_port = struct.unpack("!HH", body[:4])
            return Heard("answer", source, target, mac=mac, about=("udp", target, source, source_port, port))
        return Heard("probe", source, target, token, mac=mac)
    return _read_icmp(body, source, target, mac) if protocol == ICMP else None


def _read_icmp(body, source, target, mac):
    if body[0] in (0, 8):
        token = _token(body[8:])
        return None if token is None else Heard("reply" if body[0] == 0 else "probe", source, target, token, mac=mac)
    if body[0] not in (UNREACHABLE, EXCEEDED):
        return None
    quoted = body[8:]
    header = (quoted[0] & 15) * 4
    names = {TCP: "tcp", UDP: "udp", ICMP: "icmp"}
    name = names.get(quoted[9])
    ports = struct.unpack("!HH", quoted[header : header + 4])
    if name == "icmp":
        ports = (struct.unpack("!H", quoted[header + 4 : header + 6])[0], 0)
    about = (name, _text(quoted[12:16]), _text(quoted[16:20]), *ports)
    kind = "exceeded" if body[0] == EXCEEDED else "absent" if body[1] == HOST_UNREACHABLE else "unreachable"
    return Heard(kind, source, target, mac=mac, about=about)


def _read_ipv6(data):
    kind = {ECHO6: "probe", REPLY6: "reply", SOLICITATION6: "asks"}.get(data[54])
    if data[20] != ICMPV6 or kind is None:
        return None
    source = _text(data[22:38])
    if kind == "asks":
        return Heard(kind, source, _text(data[62:78]), mac=data[6:12])
    token = _token(data[62:])
    return None if token is None else Heard(kind, source, _text(data[38:54]), token, mac=data[6:12])


def link_local(mac):
    """The IPv6 address that an interface gives itself (RFC 4291, modified EUI-64)."""
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]))
