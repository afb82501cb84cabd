# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine and the versions that a benchmark ran with."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("ortools", "numba", "numpy")
PROXLB = Path(__file__).resolve().parents[2] / "build/peers/proxlb/.installed"


def describe() -> dict[str, Any]:
    """Date, processor, cores, memory, versions."""
    return {**hardware(), "versions": {"Python": platform.python_version(), **_packages(), **_peers()}}


def hardware() -> dict[str, Any]:
    """Date, processor, cores, memory."""
    return {
        "date": date.today().isoformat(),
        "processor": _value("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int((_value("/proc/meminfo", "MemTotal") or "0").split()[0]) / 2**20),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _packages() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _peers() -> dict[str, str]:
    words = subprocess.run(["hbal", "--version"], capture_output=True, text=True, check=True).stdout.split()
    return {"hbal": words[words.index("version") + 1], "proxlb-solver": PROXLB.read_text().strip()}


def _value(file: str, key: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return ""
