# SPDX-License-Identifier: GPL-3.0-or-later
"""One end of the traffic that tests/bench/firewall.py sends through a gateway; it is run inside a network namespace.

    python traffic.py client|server|router

Reads a JSON list per line (a function and its arguments), answers with a JSON value per line. Standard library only.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BULK_PORT, SHORT_PORT = 5201, 5202
FIRST_UDP_PORT, UDP_PORTS = 20000, 10000
BATCH = 250
# The server answers this one; its kernel throws longer ones away.
HELLO = b"?"
PAYLOAD = b"medvirt bench pack"
MIB = 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)


class Vector(ctypes.Structure):
    """struct iovec"""

    _fields_ = [("base", ctypes.c_char_p), ("length", ctypes.c_size_t)]


class Header(ctypes.Structure):
    """struct msghdr"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(Vector)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class Message(ctypes.Structure):
    """struct mmsghdr"""

    _fields_ = [("header", Header), ("sent", ctypes.c_uint32)]


def cpu() -> float:
    """CPU seconds of this process; the kernel's forwarding is done on the account of whom it interrupts."""
    return time.process_time()


def bulk(server: str, mib: int) -> None:
    """So many MiB over one TCP connection."""
    source = os.memfd_create("bulk")
    os.truncate(source, MIB)
    left = mib * MIB
    with socket.create_connection((server, BULK_PORT)) as connection:
        while left:
            left -= os.sendfile(connection.fileno(), source, 0, min(left, MIB))
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)  # the other end closes when it has everything
    os.close(source)


def connections(server: str, count: int) -> None:
    """TCP connections, one after the other, each opened and reset."""
    reset = struct.pack("ii", 1, 0)
    for __ in range(count):
        with socket.create_connection((server, SHORT_PORT)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)


def packets(server: str, count: int) -> None:
    """Small UDP packets of one connection, after its first two."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(5)
        sender.sendto(HELLO, (server, FIRST_UDP_PORT))
        sender.recv(1)
        messages = _messages([(server, FIRST_UDP_PORT)] * BATCH)
        for __ in range(count // BATCH):
            _send(sender, messages, 0)


def firsts(server: str, count: int) -> None:
    """Small UDP packets, each the first of a connection."""
    messages = _messages([(server, FIRST_UDP_PORT + port) for port in range(UDP_PORTS)])
    for __ in range(count // UDP_PORTS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for start in range(0, UDP_PORTS, BATCH):
                _send(sender, messages, start)


def _messages(targets: list[tuple[str, int]]) -> Any:
    vector = Vector(PAYLOAD, len(PAYLOAD))
    names = [
        struct.pack("=HH4s8x", socket.AF_INET, socket.htons(port), socket.inet_aton(host)) for host, port in targets
    ]
    made = (Message * len(names))()
    for message, name in zip(made, names, strict=True):
        message.header = Header(name, len(name), ctypes.pointer(vector), 1)
    return made


def _send(sender: socket.socket, messages: Any, start: int) -> None:
    """BATCH messages in as few calls as the kernel allows."""
    end = start + BATCH
    while start < end:
        part = ctypes.byref(messages, start * ctypes.sizeof(Message))
        sent = LIBC.sendmmsg(sender.fileno(), part, end - start, 0)
        if sent < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        start += sent


def received(interface: str) -> int:
    """Packets that an interface has received since it is there."""
    return int(Path(f"/sys/class/net/{interface}/statistics/rx_packets").read_text())


def load(text: str) -> float:
    """Load a rule set, forget all connections. Returns the seconds of the loading."""
    began = time.perf_counter()
    subprocess.run(["nft", "--file", "-"], input=text, text=True, check=True)
    taken = time.perf_counter() - began
    forget()
    return taken


def forget() -> None:
    """Remove all connections from the kernel's table (ctnetlink: delete without a filter)."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as netlink:  # 12: NETLINK_NETFILTER
        request, acknowledge, delete = 1, 4, (1 << 8) | 2
        netlink.send(struct.pack("=IHHIIBBH", 20, delete, request | acknowledge, 1, 0, socket.AF_UNSPEC, 0, 0))
        answer = netlink.recv(4096)
        error = struct.unpack_from("=i", answer, 16)[0]
        if error:
            raise OSError(-error, "the connections could not be removed")


def listen() -> None:
    """Accept on both ports, answer the first packet of a UDP connection."""
    for port, serve in ((BULK_PORT, _swallow), (SHORT_PORT, socket.socket.close)):
        server = socket.create_server(("0.0.0.0", port), backlog=1024)
        threading.Thread(target=_accept, args=(server, serve), daemon=True).start()
    answering = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answering.bind(("0.0.0.0", FIRST_UDP_PORT))
    threading.Thread(target=_answer, args=(answering,), daemon=True).start()


def _accept(server: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        serve(server.accept()[0])


def _answer(server: socket.socket) -> None:
    while True:
        server.sendto(HELLO, server.recvfrom(1)[1])


def _swallow(connection: socket.socket) -> None:
    with connection:
        while connection.recv(MIB, socket.MSG_TRUNC):
            pass


def main() -> None:
    """Serve until the input ends."""
    if sys.argv[1] == "server":
        listen()
    functions = {f.__name__: f for f in (bulk, connections, packets, firsts, cpu, received, load, forget)}
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(functions[name](*arguments)), flush=True)


if __name__ == "__main__":
    main()
