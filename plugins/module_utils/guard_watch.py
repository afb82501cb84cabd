# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's part of a guarded change: ask until the host has kept it or taken it back, then say so."""

from __future__ import annotations

from dataclasses import dataclass

# Until a host that rolled back is reachable again: commands, ARP entries, spanning tree of the switches.
GRACE_SECONDS = 120
PAUSE_SECONDS = 1.0
_LISTED = 3


@dataclass(frozen=True)
class Ended:
    """How a change ended. step: confirmed, rolled_back, rollback_failed, unknown, or silent (no answer to the end).

    seconds: since the change. lost: whether the host was out of reach meanwhile.
    """

    step: str
    seconds: float
    lost: bool = False
    reason: str = ""
    problems: tuple[str, ...] = ()


def watch(ask, confirm_seconds, clock, sleep):
    """Ask over and over until the change has ended.

    ``ask(confirm)`` opens a connection of its own; it returns the host's answer, None when the host can't be reached.
    A change is confirmed only by a connection that began after the host had said that it was applied.
    """
    begun, lost, applied = clock(), False, False
    while True:
        sleep(0 if applied else PAUSE_SECONDS)
        said = ask(applied)
        seconds = clock() - begun
        if said is None:
            lost, applied = True, False
        elif said["step"] == "applied":
            applied = not applied
        elif said["step"] in ("armed", "rolling_back"):
            applied = False
        else:
            return Ended(said["step"], seconds, lost, said["reason"], tuple(said["problems"]))
        if seconds > confirm_seconds + GRACE_SECONDS:
            return Ended("silent", seconds, lost)


def verdict(host, name, paths, confirm_seconds, ended):
    """One sentence, or two, for a change that was not kept."""
    what = f"the change of {name} ({_listed(paths)})" if paths else f"the change of {name}"
    after = f"{ended.seconds:.0f} s after the change"
    if ended.step == "silent":
        return (
            f"{host} could not be reached for {ended.seconds:.0f} s after {what}, though it takes the change back by "
            f"itself after {confirm_seconds} s: look at its console (journalctl -t medvirt-guard); a restart takes the "
            "change back too."
        )
    if ended.step == "rollback_failed":
        return (
            f"{host} could not take back {what} ({ended.reason.rstrip('.')}): {' '.join(ended.problems)} "
            f"The old files are kept in /var/lib/medvirt/guard/{name}/pending on it."
        )
    if ended.step == "unknown":
        return f"{host} knows nothing of {what}; somebody else changed it at the same time. Run again."
    left = f" Not everything went back: {' '.join(ended.problems)}" if ended.problems else ""
    if ended.lost:
        return (
            f"{host} could not be reached within {confirm_seconds} s of {what}, so it put the old configuration back "
            f"by itself and was reachable again {after}.{left} Correct the addresses, VLANs or rules of the change "
            "and run again."
        )
    return f"{host} put the old configuration back {after}: {what} failed, because {ended.reason}{left}"


def _listed(paths):
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return ", ".join(paths[:_LISTED]) + more
