# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of the network check as bytes; standard library only.

Check frames have the EtherType for local experiments (0x88B5, IEEE 802) and carry JSON, filled with zeros to the wanted
length. Questions for addresses are ARP probes (RFC 5227): their sender address is 0.0.0.0, so nobody learns from them.
"""

from __future__ import annotations

import ipaddress
import json
import struct

CHECK, ARP, VLAN = 0x88B5, 0x0806, 0x8100
BROADCAST = b"\xff" * 6
HEADER_BYTES = 14
SHORTEST_BYTES = 60
MARK = b"medvirt-network-check "
_ARP = struct.Struct("!HHBBH6s4s6s4s")
# Hardware Ethernet, protocol IPv4, lengths of their addresses.
_ETHERNET_IPV4 = (1, 0x0800, 6, 4)
_REQUEST = 1


def ethernet(source, vlan, kind, payload):
    """Return a broadcast frame; vlan None sends it untagged."""
    tag = b"" if vlan is None else struct.pack("!HH", VLAN, vlan)
    return (BROADCAST + source + tag + struct.pack("!H", kind) + payload).ljust(SHORTEST_BYTES, b"\x00")


def check_frame(source, vlan, said, payload_bytes=0):
    """Return a check frame that says ``said`` (a JSON list) and has at least ``payload_bytes`` after its header."""
    text = MARK + json.dumps([*said, payload_bytes]).encode() + b"\x00"
    return ethernet(source, vlan, CHECK, text.ljust(payload_bytes, b"\x00"))


def read_check(frame):
    """Return what an untagged check frame says, or None when it is none or was shortened on its way."""
    payload = frame[HEADER_BYTES:]
    if not payload.startswith(MARK):
        return None
    try:
        *said, payload_bytes = json.loads(payload[len(MARK) :].split(b"\x00", 1)[0])
        return said if len(payload) >= payload_bytes else None
    except (ValueError, TypeError):
        return None


def arp_probe(source, vlan, address):
    """Return the question who has an IPv4 address."""
    packed = ipaddress.IPv4Address(address).packed
    return ethernet(source, vlan, ARP, _ARP.pack(*_ETHERNET_IPV4, _REQUEST, source, bytes(4), bytes(6), packed))


def read_arp(frame):
    """Return (address, MAC) that the sender of an untagged ARP frame claims, or None when it claims nothing."""
    payload = frame[HEADER_BYTES : HEADER_BYTES + _ARP.size]
    if len(payload) < _ARP.size:
        return None
    *kind, _operation, mac, address, _target_mac, _target = _ARP.unpack(payload)
    if tuple(kind) != _ETHERNET_IPV4 or address == bytes(4):
        return None
    return str(ipaddress.IPv4Address(address)), mac.hex(":")


def ethertype(frame):
    """Return the type of an untagged frame, 0 of a fragment."""
    return struct.unpack_from("!H", frame, 12)[0] if len(frame) >= HEADER_BYTES else 0
