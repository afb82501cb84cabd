# SPDX-License-Identifier: GPL-3.0-or-later
"""Many TCP sessions through the gateways, all of which send and hear something five times a second."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

PROGRAM = ["python3", "-u", "-c", Path(__file__).with_name("sessions_inside.py").read_text()]


class Sessions:
    """Listeners in some segments of the probe, and who talks to all of them from another.

    inside: segment -> argv before a command that runs it in that segment; listeners: {segment: (address, port)};
    count: sessions to each listener.
    """

    def __init__(self, inside: Callable[[str], list[str]], talker: str, listeners: dict, count: int):
        self._running = []
        for segment, (address, port) in listeners.items():
            self._start([*inside(segment), *PROGRAM, "listen", address, str(port)])
        targets = [f"{address}:{port}" for address, port in listeners.values()]
        self._talker = self._start([*inside(talker), *PROGRAM, "talk", str(count), *targets])

    def __enter__(self) -> "Sessions":
        return self

    def __exit__(self, *__) -> None:
        for process in reversed(self._running):
            process.stdin.close()
            process.wait(10)

    def _start(self, argv: list[str]) -> subprocess.Popen:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._running.append(process)
        assert process.stdout.readline() == "ready\n", f"the sessions did not start in {argv[:8]}"
        return process

    def report(self) -> dict:
        """{"open": sessions, "alive": of them heard within 2 s, "gaps": [[begin, end]] in seconds since the epoch}."""
        self._talker.stdin.write("\n")
        self._talker.stdin.flush()
        return json.loads(self._talker.stdout.readline())

    def longest_gap(self, since: float) -> float:
        """Seconds of the longest silence in any session that ended after a moment; 0: none over 0.5 s."""
        return max((end - begin for begin, end in self.report()["gaps"] if end >= since), default=0.0)
