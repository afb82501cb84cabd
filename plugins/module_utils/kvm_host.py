# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a hypervisor's open ports."""

from __future__ import annotations

import socket
import struct

LIBVIRT_PORTS = (16509, 16514)
_LISTEN = "0A"


def listening(tables, ports):
    """Sorted ``address:port`` of listening sockets on ``ports``; ``tables`` are texts of /proc/net/tcp and tcp6."""
    found = set()
    for table in tables:
        for line in table.splitlines()[1:]:
            fields = line.split()
            if len(fields) < 4 or fields[3] != _LISTEN:
                continue
            address, port = fields[1].split(":")
            if int(port, 16) in ports:
                found.add(f"{_address(address)}:{int(port, 16)}")
    return sorted(found)


def _address(text):
    """The kernel prints addresses as 32-bit words in host byte order."""
    words = [int(text[i : i + 8], 16) for i in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    if len(packed) == 4:
        return socket.inet_ntop(socket.AF_INET, packed)
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"
