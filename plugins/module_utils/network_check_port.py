# SPDX-License-Identifier: GPL-3.0-or-later
"""One network port seen through a packet socket, in whichever network namespace it is; standard library only.

A port that is part of a bond or a bridge sends and hears here as well: packet sockets see frames before both do. The
kernel takes a VLAN tag off a frame before anybody sees it, and hands it over beside the frame (packet(7),
PACKET_AUXDATA).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import glob
import hashlib
import socket
import struct

from .network_check_frames import ARP, CHECK

# asm-generic/socket.h
ATTACH_FILTER, RECEIVE_BUFFER = 26, 33
# linux/sockios.h, linux/if.h
GET_FLAGS, SET_FLAGS, GET_MTU, SET_MTU, GET_MAC, GET_INDEX = 0x8913, 0x8914, 0x8921, 0x8922, 0x8927, 0x8933
UP, RUNNING, SLAVE = 0x1, 0x40, 0x800
# linux/if_packet.h
SOL_PACKET, ADD_MEMBERSHIP, AUXDATA, IGNORE_OUTGOING, PROMISCUOUS = 263, 1, 8, 23, 1
TAGGED = 1 << 4
EVERY_PROTOCOL = 0x0003
_AUXDATA = struct.Struct("=IIIHHHH")
# linux/filter.h: accept check frames and ARP, drop all else in the kernel, for storage ports are busy.
_FILTER = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (0x28, 0, 0, 12),
        (0x15, 1, 0, CHECK),
        (0x15, 0, 1, ARP),
        (0x06, 0, 0, 0x40000),
        (0x06, 0, 0, 0),
    )
)
NAMESPACES = "/run/netns"
NEW_NETWORK = 0x40000000
BUFFER_BYTES = 8 << 20
LONGEST_BYTES = 1 << 16


class Port:
    """A port by name; OSError when this machine has none of that name."""

    def __init__(self, name):
        self.name = name
        self.socket = _open(name)

    def _ask(self, request, value=b""):
        return fcntl.ioctl(self.socket, request, struct.pack("16s24s", self.name.encode(), value))

    def _flags(self):
        return struct.unpack_from("=H", self._ask(GET_FLAGS), 16)[0]

    def is_up(self):
        return bool(self._flags() & UP)

    def has_link(self):
        return bool(self._flags() & RUNNING)

    def set_up(self, up):
        """Bring the port up or down."""
        flags = self._flags()
        self._ask(SET_FLAGS, struct.pack("=H", flags | UP if up else flags & ~UP))

    def mtu(self):
        return struct.unpack_from("=i", self._ask(GET_MTU), 16)[0]

    def set_mtu(self, mtu):
        self._ask(SET_MTU, struct.pack("=i", mtu))

    def mac(self):
        """The port's own address, bytes."""
        return self._ask(GET_MAC)[18:24]

    def source(self, host):
        """The address to send from, bytes. All links of a bond share one address; from a link at rest it would draw the
        host's traffic there, so these links use one of their own, locally administered.
        """
        if not self._flags() & SLAVE:
            return self.mac()
        return b"\x02" + hashlib.sha256(f"{host} {self.name}".encode()).digest()[:5]

    def listen(self):
        """Hear every check frame and ARP frame that arrives, whomever it is for."""
        program = ctypes.create_string_buffer(_FILTER)
        attached = struct.pack("@HP", len(_FILTER) // 8, ctypes.addressof(program))
        self.socket.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, attached)
        self.socket.setsockopt(SOL_PACKET, IGNORE_OUTGOING, 1)
        self.socket.setsockopt(SOL_PACKET, AUXDATA, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, RECEIVE_BUFFER, BUFFER_BYTES)
        index = struct.unpack_from("=i", self._ask(GET_INDEX), 16)[0]
        # The kernel ends promiscuous mode with the socket.
        self.socket.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("=iHH8s", index, PROMISCUOUS, 0, b""))
        self.socket.bind((self.name, EVERY_PROTOCOL))
        self.socket.setblocking(False)

    def receive(self):
        """Return (frame without tag, VLAN id or None)."""
        frame, extra, _flags, _sender = self.socket.recvmsg(LONGEST_BYTES, socket.CMSG_SPACE(_AUXDATA.size))
        for level, kind, data in extra:
            if (level, kind) == (SOL_PACKET, AUXDATA):
                status, *_lengths, tag, _protocol = _AUXDATA.unpack(data[: _AUXDATA.size])
                return frame, tag & 0x0FFF if status & TAGGED else None
        return frame, None

    def send(self, frame):
        """Send a whole frame, tag included."""
        self.socket.sendto(frame, (self.name, 0))


def _open(name):
    """Return a packet socket in the namespace that has the port: this one, or a named one."""
    for path in (None, *sorted(glob.glob(f"{NAMESPACES}/*"))):
        with _inside(path):
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            fcntl.ioctl(opened, GET_INDEX, struct.pack("16s24s", name.encode(), b""))
            return opened
        except OSError:
            opened.close()
    raise OSError(f"this machine has no port {name}")


@contextlib.contextmanager
def _inside(path):
    """Stay in a network namespace; os.setns needs Python 3.12."""
    if path is None:
        yield
        return
    with open("/proc/self/ns/net", "rb") as home, open(path, "rb") as there:
        _enter(there)
        try:
            yield
        finally:
            _enter(home)


def _enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "this network namespace can't be entered")


def own_macs():
    """Return the MAC addresses of all interfaces of this namespace."""
    found = set()
    for path in glob.glob("/sys/class/net/*/address"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as stream:
            found.add(stream.read().strip())
    return found - {"", "00:00:00:00:00:00"}
