# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of a network probe: sockets inside named network namespaces."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct

# linux/if_packet.h
SOL_PACKET = 263
PACKET_ADD_MEMBERSHIP, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 1, 6, 23
PACKET_MR_PROMISC = 1
ETH_P_ALL = 3
# asm-generic/socket.h: beyond net.core.rmem_max, for root
SO_RCVBUFFORCE = 33
CLONE_NEWNET = 0x40000000
RECEIVE_BYTES = 8 << 20
FRAME_BYTES = 2048
FOLDER = "/run/netns"


class ProbeError(Exception):
    """A sentence for the operator: the segment, what is missing, what makes it."""


def _setns(descriptor):
    if hasattr(os, "setns"):
        os.setns(descriptor, CLONE_NEWNET)
        return
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def inside(namespace):
    """Make sockets in a named namespace; None is the machine's own. A socket stays where it was made."""
    if namespace is None:
        yield
        return
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(os.path.join(FOLDER, namespace), os.O_RDONLY)
        try:
            _setns(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _setns(home)
    finally:
        os.close(home)


class Port:
    """One port: a raw socket that sends frames and hears what comes in, and the neighbours it has found.

    neighbours: address -> MAC address, None for one that does not answer.
    """

    def __init__(self, segment, namespace, interface, address):
        self.segment, self.namespace, self.address = segment, namespace, address
        self.neighbours = {}
        try:
            with inside(namespace):
                self.socket = _raw_socket(interface)
        except OSError as exc:
            where = "namespace %s" % namespace if namespace else "the machine itself"
            raise ProbeError(
                "The probe has no port %s in %s for segment %s (%s); run site.yml, and see `systemctl status "
                "medvirt-probe` on the probe." % (interface, where, segment, exc.strerror)
            ) from exc
        self.mac = self.socket.getsockname()[4]

    def send(self, data):
        """Send a frame; a full queue is waited for, a port without carrier is a silent one."""
        try:
            self.socket.send(data)
        except OSError:
            return False
        return True

    def receive(self):
        """All frames that are waiting."""
        while True:
            try:
                yield self.socket.recv(FRAME_BYTES)
            except OSError:
                return

    def lost(self):
        """Frames that came in and found no room since the last question."""
        return struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]


def _raw_socket(interface):
    # Protocol 0 hears nothing until bind() names the one interface.
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES)
    made.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    made.bind((interface, ETH_P_ALL))
    # Frames that a switch floods, or that leak in from another segment, are addressed to somebody else.
    membership = struct.pack("iHH8s", socket.if_nametoindex(interface), PACKET_MR_PROMISC, 0, b"")
    made.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership)
    made.setblocking(False)
    return made
