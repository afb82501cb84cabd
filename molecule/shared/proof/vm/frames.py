# SPDX-License-Identifier: GPL-3.0-or-later
"""Ethernet frames as they are on the wire, with their VLAN tags: made, sent, and captured on all interfaces at once.

Runs on this machine as a module and inside the machines as a program (standard library only):
    frames.py send INTERFACE HEX...         send frames as they stand
    frames.py capture SECONDS MARKER        say `ready`, then print each frame with MARKER in it as a line of JSON
"""

import json
import select
import socket
import struct
import sys
import threading
import time
from dataclasses import asdict, dataclass

IPV4, ARP, IPV6, LACP, VLAN, SERVICE_VLAN = 0x0800, 0x0806, 0x86DD, 0x8809, 0x8100, 0x88A8
ALL_PROTOCOLS = 0x0003
# The kernel takes the outermost tag out of the frame and tells it beside: linux/if_packet.h.
_SOL_PACKET, _AUXDATA, _OUTGOING = 263, 8, 4
_TAG_VALID = 0x10
_BUFFER_BYTES = 8 * 1024**2


@dataclass(frozen=True)
class Frame:
    """One frame on an interface. ``vlans``: ids from the outermost tag inwards. ``sent``: by this end of it."""

    interface: str
    sent: bool
    vlans: list[int]
    ethertype: int
    source: str
    destination: str
    size_bytes: int
    address: str | None
    payload: bytes = b""


def build(destination: str, source: str, tags: list[tuple[int, int]], ethertype: int, payload: bytes) -> bytes:
    """A frame in the order of the wire; ``tags`` are (ethertype of the tag, VLAN id) from the outermost inwards."""
    head = _octets(destination) + _octets(source)
    return head + b"".join(struct.pack("!HH", *tag) for tag in tags) + struct.pack("!H", ethertype) + payload


def datagram(source: str, destination: str, data: bytes) -> bytes:
    """An IPv4 packet with a UDP datagram from and to port 4789, which nobody has to answer."""
    length = 20 + 8 + len(data)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, 17, 0, *map(socket.inet_aton, (source, destination)))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + struct.pack("!HHHH", 4789, 4789, 8 + len(data), 0) + data


def echo_to_all(source: str, data: bytes) -> bytes:
    """An IPv6 packet: an echo request to all machines of the segment."""
    source_octets, all_nodes = (socket.inet_pton(socket.AF_INET6, address) for address in (source, "ff02::1"))
    message = struct.pack("!BBHHH", 128, 0, 0, 1, 1) + data
    pseudo = source_octets + all_nodes + struct.pack("!II", len(message), 58)
    message = message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]
    return struct.pack("!IHBB", 6 << 28, len(message), 58, 255) + source_octets + all_nodes + message


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def send(interface: str, frames: list[bytes]) -> None:
    """Put frames on an interface as they stand; each is filled up to Ethernet's least size."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as port:
        port.bind((interface, 0))
        for frame in frames:
            port.send(frame.ljust(60, b"\0"))


def decode(data: bytes, outer: int | None, interface: str, sent: bool) -> Frame:
    """Read a frame; ``outer`` is the VLAN id that the kernel has taken out, if any."""
    vlans = [] if outer is None else [outer]
    offset, ethertype = 14, struct.unpack_from("!H", data, 12)[0]
    while ethertype in (VLAN, SERVICE_VLAN) and len(data) >= offset + 4:
        tag, ethertype = struct.unpack_from("!HH", data, offset)
        vlans.append(tag & 0xFFF)
        offset += 4
    address = None
    if ethertype == IPV4 and len(data) >= offset + 20:
        address = socket.inet_ntoa(data[offset + 12 : offset + 16])
    elif ethertype == ARP and len(data) >= offset + 18:
        address = socket.inet_ntoa(data[offset + 14 : offset + 18])
    return Frame(
        interface, sent, vlans, ethertype, data[6:12].hex(":"), data[:6].hex(":"), len(data), address, data[offset:]
    )


class Capture:
    """Frames of all interfaces of this machine whose names begin with ``prefix``, while the ``with`` lasts."""

    def __init__(self, prefix: str = ""):
        self.frames: list[Frame] = []
        self._prefix = prefix
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        self._port.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        # SO_RCVBUFFORCE: a burst must not be lost while this process waits for its turn.
        self._port.setsockopt(socket.SOL_SOCKET, 33, _BUFFER_BYTES)

    def __enter__(self) -> "Capture":
        self._thread.start()
        return self

    def __exit__(self, *__) -> None:
        self._ended.set()
        self._thread.join()
        self._port.close()

    def _listen(self) -> None:
        while not self._ended.is_set() or select.select([self._port], [], [], 0)[0]:
            if not select.select([self._port], [], [], 0.1)[0]:
                continue
            data, extra, _flags, origin = self._port.recvmsg(65535, 64)
            if origin[0].startswith(self._prefix):
                self.frames.append(decode(data, _tag(extra), origin[0], origin[2] == _OUTGOING))


def _tag(extra) -> int | None:
    for level, kind, data in extra:
        if (level, kind) == (_SOL_PACKET, _AUXDATA):
            status, _size, _kept, _mac, _net, tag, _protocol = struct.unpack("IIIHHHH", data[:20])
            if status & _TAG_VALID:
                return tag & 0xFFF
    return None


def _octets(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))


def main(arguments: list[str]) -> None:
    if arguments[0] == "send":
        send(arguments[1], [bytes.fromhex(frame) for frame in arguments[2:]])
        return
    seconds, marker = float(arguments[1]), arguments[2].encode()
    with Capture() as capture:
        print("ready", flush=True)
        time.sleep(seconds)
    for frame in capture.frames:
        _before, found, after = frame.payload.partition(marker)
        if found:
            print(json.dumps({**asdict(frame), "payload": after.decode(errors="replace").rstrip("\0")}))


if __name__ == "__main__":
    main(sys.argv[1:])
