# SPDX-License-Identifier: GPL-3.0-or-later
"""Real TCP connections of a network probe: listeners where packets are to arrive, and the kernel's own clients."""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import time

from .network_probe_ports import inside

# Closed by a reset, so that no side keeps the connection in memory.
LINGER_NOT = struct.pack("ii", 1, 0)
UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM)


def listen(places):
    """Listeners at (namespace, address, port); a port that a service already has needs none. Returns the sockets."""
    made = []
    for namespace, address, port in places:
        with inside(namespace):
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
            listener.listen(64)
            made.append(listener)
        except OSError:
            listener.close()
    return made


def connect(wanted, timeout_seconds):
    """Outcome of a connection for each key: connected, reset, unreachable or timeout.

    wanted: {key: (namespace, source address, target address, port)}; all are opened at once.
    """
    outcomes, waiting = {}, {}
    selector = selectors.DefaultSelector()
    for key, (namespace, source, target, port) in wanted.items():
        with inside(namespace):
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        try:
            client.bind((source, 0))
            code = client.connect_ex((target, port))
        except OSError as exc:
            code = exc.errno
        if code == errno.EINPROGRESS:
            waiting[client] = key
            selector.register(client, selectors.EVENT_WRITE)
        else:
            outcomes[key] = _outcome(code)
            client.close()
    deadline = time.monotonic() + timeout_seconds
    while waiting and time.monotonic() < deadline:
        for event, __mask in selector.select(deadline - time.monotonic()):
            client = event.fileobj
            selector.unregister(client)
            outcomes[waiting.pop(client)] = _outcome(client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            client.close()
    for client, key in waiting.items():
        outcomes[key] = "timeout"
        client.close()
    selector.close()
    return outcomes


def _outcome(code):
    if code == 0:
        return "connected"
    if code == errno.ECONNREFUSED:
        return "reset"
    return "unreachable" if code in UNREACHABLE else "timeout"
