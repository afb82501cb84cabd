# SPDX-License-Identifier: GPL-3.0-or-later
"""Listen in the background while all machines send their frames; standard library only.

Ansible runs three steps on all machines, one after the other: listening, sent, stopped. Nobody sends before the last
one listens, whatever the number of forks, and no clocks are compared. The listener ends by itself after a time limit
and puts its ports back, so a lost controller leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import signal
import time

from .network_check_frames import ARP, CHECK, ethertype, read_arp, read_check
from .network_check_port import own_macs
from .network_check_ports import Ports

FOLDER = "/run/medvirt/network_check"
# Frames on their way when the last machine has sent.
LAST_FRAMES_SECONDS = 0.5
END_SECONDS = 20


class CheckError(Exception):
    """A sentence for the operator."""


class Ear:
    """What the ports of this machine hear of one run, and who claims one of the addresses asked for."""

    def __init__(self, run, addresses):
        self.run = run
        self.addresses = addresses
        self.frames = set()
        self.claims = set()

    def hear(self, port, frame, vlan):
        """Note one frame; vlan is None when it came untagged."""
        kind = ethertype(frame)
        if kind == CHECK:
            said = read_check(frame)
            if said and said[0] == self.run and len(said) == 5:
                self.frames.add((port, vlan, *said[1:]))
        elif kind == ARP:
            claim = read_arp(frame)
            if claim and claim[0] in self.addresses:
                self.claims.add((port, vlan, *claim))

    def heard(self):
        """Return lists: heard [port, vlan, sender, its port, segment, size], claims [port, vlan, address, MAC]."""
        return {"heard": sorted(self.frames, key=str), "claims": sorted(self.claims, key=str)}


def start(run, host, wanted, link_seconds, settle_seconds, limit_seconds):
    """Make the ports ready and leave a listener behind."""
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    _end_listener()
    lock = _lock()
    if lock is None:
        raise CheckError(f"a listener of another check does not end; end the process that {FOLDER}/pid names.")
    ports = Ports(wanted)
    try:
        ports.make_ready(host)
        ports.wait_for_links(link_seconds, settle_seconds)
        _forget()
        if os.fork() == 0:
            _listen(run, ports, limit_seconds)
    except BaseException:
        ports.put_back()
        raise


def send(run, host, wanted):
    """Send all frames; returns {port: why it could not send}."""
    if _lock() is not None:
        raise CheckError("the listener on this machine has ended before its time; run the check again.")
    return Ports(wanted).send(run, host)


def stop(run):
    """End the listener and return {ports, heard, claims, macs}."""
    time.sleep(LAST_FRAMES_SECONDS)
    _end_listener()
    try:
        with open(f"{FOLDER}/heard.json", encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError):
        found = {}
    if found.get("run") != run:
        raise CheckError(
            "the listener on this machine left nothing, or another check took its place; run the check again."
        )
    _forget()
    return found


def _listen(run, ports, limit_seconds):
    """The background process: hear until told to end, put the ports back, write what was heard. Does not return."""
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        stopped = []
        signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        _write("pid", str(os.getpid()))
        try:
            ear = _hear(run, ports, limit_seconds, stopped)
            ports.note_links()
        finally:
            ports.put_back()
        macs = own_macs() | {port[key] for port in ports.report.values() for key in ("mac", "source") if key in port}
        _write("heard.json", json.dumps({"run": run, "ports": ports.report, "macs": sorted(macs), **ear.heard()}))
    finally:
        os._exit(0)


def _hear(run, ports, limit_seconds, stopped):
    asked = {a for port in ports.wanted.values() for segment in port["segments"] for a in segment["addresses"]}
    ear = Ear(run, asked)
    deadline = time.monotonic() + limit_seconds
    with selectors.DefaultSelector() as ready:
        for port in ports.ports.values():
            ready.register(port.socket, selectors.EVENT_READ, port)
        while not stopped and time.monotonic() < deadline:
            for key, _events in ready.select(timeout=0.2):
                # A port that goes down reports that as an error once.
                with contextlib.suppress(OSError):
                    ear.hear(key.data.name, *key.data.receive())
    return ear


def _lock():
    """Return the open lock of this machine's listener when nobody holds it, else None; it ends with its process."""
    lock = open(f"{FOLDER}/lock", "w", encoding="ascii")  # noqa: SIM115 - held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _end_listener():
    """End a listener that runs and wait until its ports are put back."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        free = _lock()
        if free is not None:
            free.close()
            return
        with contextlib.suppress(OSError, ValueError), open(f"{FOLDER}/pid", encoding="ascii") as stream:
            os.kill(int(stream.read()), signal.SIGTERM)
        time.sleep(0.1)


def _forget():
    for name in ("pid", "heard.json"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{FOLDER}/{name}")


def _write(name, text):
    temporary = f"{FOLDER}/{name}.new"
    with open(temporary, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(temporary, f"{FOLDER}/{name}")
