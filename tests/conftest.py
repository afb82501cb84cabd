# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `ansible_collections.medvirt.hospital` importable from the checkout, wherever it lies."""

from __future__ import annotations

import sys
import types
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent


# The same examples in every run, and nothing written into the checkout.
settings.register_profile("repeatable", database=None, derandomize=True, deadline=None)
settings.load_profile("repeatable")


def _package(name: str, path: list[str]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = path
    sys.modules[name] = module
    return module


if "ansible_collections.medvirt.hospital" not in sys.modules:
    parent = sys.modules.get("ansible_collections") or _package("ansible_collections", [])
    parent.medvirt = _package("ansible_collections.medvirt", [])
    parent.medvirt.hospital = _package("ansible_collections.medvirt.hospital", [str(ROOT)])
