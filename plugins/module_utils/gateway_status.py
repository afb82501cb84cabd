# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at one gateway of a pair: the addresses it has, what runs, its rules, its connections. Standard library only."""

from __future__ import annotations

import json
import re
import subprocess

SERVICES = ("keepalived", "conntrackd")
# Loaded and unchanged since; the role segment_gateway puts it there.
RULES = "/usr/lib/medvirt/gateway"
# conntrackd -s: both caches, each with its number of entries first.
CACHE = re.compile(r"^cache (internal|external):\s*\n\s*current active connections:\s*(\d+)", re.MULTILINE)


def held(shown, virtual):
    """Return which of the virtual addresses an `ip -json address` lists, in their order."""
    present = {entry["local"] for link in json.loads(shown or "[]") for entry in link.get("addr_info", [])}
    return [address for address in virtual if address in present]


def caches(statistics):
    """Return {"internal": own connections, "external": those of the peer}; {} when conntrackd said nothing."""
    return {name: int(number) for name, number in CACHE.findall(statistics)}


def answer(argv, run=subprocess.run):
    """Return (whether the command succeeded, its standard output); a program that is missing did not."""
    try:
        done = run(argv, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False, ""
    return done.returncode == 0, done.stdout


def look(virtual, run=subprocess.run):
    """Return {"held", "stopped", "rules_loaded", "connections"} of this machine.

    virtual: the pair's addresses, one per segment; held: those that are here; stopped: services that do not run.
    """
    return {
        "held": held(answer(["ip", "-json", "-4", "address"], run)[1], virtual),
        "stopped": [name for name in SERVICES if not answer(["systemctl", "is-active", "--quiet", name], run)[0]],
        "rules_loaded": answer([RULES, "check"], run)[0],
        "connections": caches(answer(["conntrackd", "-s"], run)[1]),
    }
