# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts, throughout a proof, on which hosts a guest's process exists, whatever the cluster believes."""

import os
import threading
import time
from pathlib import Path

from proof.lab import Lab, run


def _namespace(pid: str) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def _is_copy(process: Path, guest: str) -> bool:
    """Whether a process of this machine is a QEMU that runs the guest, frozen ones included and corpses not."""
    try:
        command = (process / "cmdline").read_bytes()
        if not command.startswith(b"/usr/bin/qemu-system-") or f"guest={guest},".encode() not in command:
            return False
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class CopyWatch(threading.Thread):
    """Samples the process table five times a second until stopped.

    ``samples``: list of (seconds since the epoch, set of host names on which a copy of the guest exists).
    """

    def __init__(self, lab: Lab, guest: str):
        super().__init__(daemon=True)
        self.lab = lab
        self.guest = guest
        self.samples: list[tuple[float, set[str]]] = []
        self._ended = threading.Event()
        self._hosts: dict[str, str] = {}

    def _learn_namespaces(self) -> None:
        for host in self.lab.hosts.values():
            pid = run("podman", "inspect", "--format", "{{.State.Pid}}", host.container).strip()
            namespace = _namespace(pid) if pid != "0" else None
            if namespace:
                self._hosts[namespace] = host.name

    def _sample(self) -> set[str]:
        processes = (path for path in Path("/proc").iterdir() if path.name.isdigit())
        copies = [_namespace(path.name) for path in processes if _is_copy(path, self.guest)]
        if any(namespace not in self._hosts for namespace in copies if namespace):
            self._learn_namespaces()
        return {self._hosts.get(namespace, "elsewhere") for namespace in copies if namespace}

    def run(self) -> None:
        self._learn_namespaces()
        while not self._ended.is_set():
            self.samples.append((time.time(), self._sample()))
            self._ended.wait(0.2)

    def __enter__(self) -> "CopyWatch":
        self.start()
        return self

    def __exit__(self, *__) -> None:
        self._ended.set()
        self.join()

    def most(self) -> int:
        """The largest number of copies that ever existed at once."""
        return max((len(hosts) for _time, hosts in self.samples), default=0)

    def first_on(self, hosts: list[str], since: float) -> float | None:
        """When a copy first existed on one of these hosts after a moment, seconds since the epoch."""
        return next((when for when, where in self.samples if when >= since and where & set(hosts)), None)

    def seen_between(self, begin: float, end: float) -> set[str]:
        """All hosts on which a copy existed in an interval."""
        return set().union(*(where for when, where in self.samples if begin <= when <= end))
