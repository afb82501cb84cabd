# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a program for a benchmark: its output, its time, its memory."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Run:
    """What a program printed, how it ended (exit code, None: its time was up), wall and CPU seconds, peak memory."""

    output: str
    code: int | None
    seconds: float
    cpu_seconds: float
    peak_mib: int

    @property
    def last_line(self) -> dict[str, Any]:
        """The JSON object in the last line, {} when there is none."""
        lines = self.output.strip().splitlines()
        try:
            answer = json.loads(lines[-1])
        except (IndexError, ValueError):
            return {}
        return answer if isinstance(answer, dict) else {}


def run(command: Sequence[str], time_limit: float, environment: Mapping[str, str] | None = None) -> Run:
    """Run a program on a terminal of its own, so that what it has printed is there when its time is up.

    Time and memory are those of the program and of the children that it waited for.
    """
    terminal, its_end = pty.openpty()
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=its_end,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "TERM": "dumb", **(environment or {})},
    )
    os.close(its_end)
    in_time = False
    try:
        output, in_time = _read(terminal, began + time_limit)
    finally:
        os.close(terminal)
        if not in_time:
            os.killpg(process.pid, signal.SIGKILL)
    __, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        output=output,
        code=process.returncode if in_time else None,
        seconds=time.perf_counter() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=round(usage.ru_maxrss / KIB_PER_MIB),
    )


def _read(terminal: int, until: float) -> tuple[str, bool]:
    """All output, and whether the program closed it before that time."""
    parts: list[bytes] = []
    while (left := until - time.perf_counter()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # Linux: the last writer has gone
            part = b""
        if not part:
            return _text(parts), True
        parts.append(part)
    return _text(parts), False


def _text(parts: list[bytes]) -> str:
    return b"".join(parts).decode(errors="replace").replace("\r\n", "\n")


def peak_mib() -> int:
    """Peak memory of this process so far. (getrusage would count what the starting process had, too.)"""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / KIB_PER_MIB)
