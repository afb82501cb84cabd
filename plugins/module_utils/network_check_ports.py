# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of one machine during the network check: made ready, used, put back; standard library only."""

from __future__ import annotations

import contextlib
import errno
import time

from .network_check_frames import arp_probe, check_frame
from .network_check_port import Port

# Each frame is sent so often: a single loss is not yet a finding.
ROUNDS = 3
# Between frames and rounds, so that many machines at once fill no queue [E].
FRAME_PAUSE_SECONDS = 0.0005
ROUND_PAUSE_SECONDS = 0.2


def largest_mtu(wanted):
    """Return the MTU that a wanted port ({name, segments}) needs, in bytes."""
    return max(segment["mtu"] for segment in wanted["segments"])


class Ports:
    """The wanted ports ({name, segments: [{segment, vlan, mtu, addresses}]}) that this machine has."""

    def __init__(self, wanted):
        self.wanted = {port["name"]: port for port in wanted}
        self.ports = {}
        self.report = {name: {"found": False, "problem": ""} for name in self.wanted}
        self.before = {}
        for name in self.wanted:
            try:
                self.ports[name] = Port(name)
            except OSError:
                continue
            self.report[name].update(found=True, mac=self.ports[name].mac().hex(":"))

    def make_ready(self, host):
        """Bring ports up, raise MTUs where that is needed, and listen; what was so before is remembered."""
        for name, port in self.ports.items():
            report = self.report[name]
            before = self.before[name] = {"up": port.is_up(), "mtu": port.mtu()}
            needed = largest_mtu(self.wanted[name])
            report.update(before, source=port.source(host).hex(":"))
            if before["mtu"] < needed:
                try:
                    port.set_mtu(needed)
                except OSError as error:
                    report["problem"] = f"it refuses an MTU of {needed} bytes ({error.strerror})"
            if not before["up"]:
                port.set_up(True)
            port.listen()

    def wait_for_links(self, link_seconds, settle_seconds):
        """Wait until every port that was changed has a link, at most ``link_seconds``, then for switches to forward."""
        changed = [
            port
            for name, port in self.ports.items()
            if not self.before[name]["up"] or self.before[name]["mtu"] < largest_mtu(self.wanted[name])
        ]
        deadline = time.monotonic() + link_seconds
        while not all(port.has_link() for port in changed) and time.monotonic() < deadline:
            time.sleep(0.1)
        if any(port.has_link() for port in changed):
            time.sleep(settle_seconds)

    def note_links(self):
        """Note which ports have a link now."""
        for name, port in self.ports.items():
            self.report[name]["link"] = port.has_link()

    def put_back(self):
        """Undo what make_ready did."""
        for name, before in self.before.items():
            port = self.ports[name]
            with contextlib.suppress(OSError):
                if not before["up"]:
                    port.set_up(False)
                if port.mtu() != before["mtu"]:
                    port.set_mtu(before["mtu"])

    def send(self, run, host):
        """Send all frames of the check; returns {port: why it could not send}."""
        problems = {}
        for turn in range(ROUNDS):
            for name, port in self.ports.items():
                for frame in frames(run, host, port.source(host), self.wanted[name]):
                    try:
                        _patiently(port, frame)
                    except OSError as error:
                        problems[name] = f"it can't send {len(frame)} bytes ({error.strerror})"
            if turn < ROUNDS - 1:
                time.sleep(ROUND_PAUSE_SECONDS)
        return problems


def frames(run, host, source, wanted):
    """Yield all frames that a wanted port sends in one round: short, full-size, questions for addresses."""
    for segment in wanted["segments"]:
        said = [run, host, wanted["name"], segment["segment"]]
        yield check_frame(source, segment["vlan"], [*said, "short"])
        yield check_frame(source, segment["vlan"], [*said, "full"], segment["mtu"])
        for address in segment["addresses"]:
            yield arp_probe(source, segment["vlan"], address)


def _patiently(port, frame):
    """Send; a full queue of the card is no problem of the network. A frame that is not taken in the end is one that
    nobody hears, and that is told there.
    """
    for _attempt in range(20):
        try:
            port.send(frame)
            break
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            time.sleep(0.01)
    time.sleep(FRAME_PAUSE_SECONDS)
