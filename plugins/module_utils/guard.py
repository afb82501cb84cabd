# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's side of a guarded change: keep the old state, arm the rollback, write, hand over to systemd, confirm.

What happens without Ansible is in guard_rollback, of which the host gets a copy.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass

from . import guard_records, guard_rollback
from .guard_rollback import Guard, boot_id, run_limited
from .host_files import Entry, FilesError, apply_all

PROGRAM_FOLDER = "/usr/lib/medvirt"
PACKAGE = "guard"
BOOT_UNIT = "medvirt-guard.service"
NOT_SHOWN = "(content not shown)\n"
LOADED_SECONDS = 30
_BOOT_UNIT = f"""\
# Managed by medvirt.hospital (module guarded_files); local changes are overwritten.
[Unit]
Description=Take back changes of this host that nobody confirmed
DefaultDependencies=no
Conflicts=shutdown.target
After=systemd-remount-fs.service
Before=systemd-sysctl.service network-pre.target systemd-networkd.service sysinit.target shutdown.target
RequiresMountsFor={guard_rollback.ROOT} {PROGRAM_FOLDER}
ConditionPathExistsGlob={guard_rollback.ROOT}/*/pending

[Service]
Type=oneshot
SyslogIdentifier=medvirt-guard
WorkingDirectory={PROGRAM_FOLDER}
ExecStart={sys.executable} -m {PACKAGE}.guard_rollback boot
TimeoutStartSec=60

[Install]
WantedBy=sysinit.target
"""


@dataclass(frozen=True)
class Change:
    """One wanted change: ``id`` names it between calls; ``hidden`` paths keep their content out of the diff."""

    id: str
    entries: tuple[Entry, ...]
    apply: tuple[tuple[str, ...], ...]
    loaded: tuple[str, ...]
    hidden: frozenset[str]
    confirm_seconds: int
    apply_seconds: int


class System:
    """What is done beside files; replaced in tests."""

    def run(self, argv, seconds=30):
        """None when the command ended well, otherwise a sentence."""
        return run_limited(argv, seconds)

    def start(self, guard, verb, *properties):
        """Have systemd run the host's copy of the program, apart from this session."""
        unit = guard.apply_unit if verb == "apply" else guard.rollback_unit
        problem = self.run(
            ["systemd-run", "--quiet", "--collect", f"--unit={unit}", *properties]
            + [f"--working-directory={PROGRAM_FOLDER}", "--property=SyslogIdentifier=medvirt-guard"]
            + ["--property=TimeoutStopSec=5", sys.executable, "-m", f"{PACKAGE}.guard_rollback", verb, guard.name]
        )
        if problem:
            raise FilesError(f"systemd could not be told to guard the change of {guard.name}: {problem}")

    def install(self):
        """Bring the program and the unit for the boot to the host."""
        folder = os.path.join(PROGRAM_FOLDER, PACKAGE)
        unit = os.path.join("/etc/systemd/system", BOOT_UNIT)
        changed, _diffs = apply_all(
            [Entry(f"{folder}/__init__.py", "", "0644")]
            + [Entry(f"{folder}/{_name(part)}.py", _source(part), "0644") for part in (guard_records, guard_rollback)]
            + [Entry(unit, _BOOT_UNIT, "0644"), Entry(guard_rollback.ROOT, state="directory", mode="0700")]
        )
        link = os.path.join("/etc/systemd/system/sysinit.target.wants", BOOT_UNIT)
        if unit not in changed and os.path.islink(link):
            return
        for argv in (["systemctl", "daemon-reload"], ["systemctl", "enable", "--quiet", BOOT_UNIT]):
            problem = self.run(argv)
            if problem:
                raise FilesError(f"The rollback at boot could not be prepared: {problem}")


def checked_name(name):
    """The name of a guard, which names a folder and units; raises FilesError."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name):
        raise FilesError(f"name: {name!r} is no name of a guard; use small letters, digits and underscores.")
    return name


def _name(part):
    return part.__name__.rpartition(".")[2]


def _source(part):
    return inspect.getsource(part)


def begin(change, guard, system, check=False):
    """Do, or in check mode tell, what is needed; the result's ``armed`` says that a confirmation is awaited."""
    changed, diffs = apply_all(change.entries, check=True)
    waiting = guard.state() is not None
    stale = not changed and not waiting and not _is_loaded(change.loaded)
    if stale:
        diffs.append({
            "before_header": guard.name, "after_header": guard.name, "before": "not in effect\n",
            "after": "".join(f"{' '.join(argv)}\n" for argv in change.apply),
        })  # fmt: skip
    result = {
        "changed": bool(changed) or stale,
        "changed_paths": changed,
        "diff": [_shown(diff, change.hidden) for diff in diffs],
        "armed": False,
    }
    if check:
        return {**result, "waiting": waiting}
    if waiting:
        return {"changed": False, "busy_seconds": _busy_seconds(guard, system)}
    if result["changed"]:
        _arm(change, changed, guard, system)
        result["armed"] = True
    return result


def _arm(change, changed, guard, system):
    os.makedirs(guard.folder, mode=0o700, exist_ok=True)
    with guard.locked():
        _refuse_overlap(changed, guard)
        system.install()
        directories = {entry.path for entry in change.entries if entry.state == "directory"}
        state = {
            "id": change.id,
            "apply": [list(argv) for argv in change.apply],
            "apply_seconds": change.apply_seconds,
            "deadline": time.monotonic() + change.confirm_seconds,
            "boot": boot_id(),
            "reason": "",
        }
        guard.begin(guard_records.record(changed, set(changed) - directories), state)
        try:
            system.start(
                guard, "rollback", f"--on-active={change.confirm_seconds}s", "--timer-property=AccuracySec=250ms"
            )
            apply_all(change.entries)
            guard_records.settle(changed)
            system.start(guard, "apply")
        except (FilesError, OSError) as error:
            problems = guard_records.put_back(guard.records())
            guard.finish("rollback_failed" if problems else "rolled_back", str(error), problems)
            guard.disarm()
            raise FilesError(" ".join([str(error), *(problems or ["Nothing was changed."])])) from None


def _refuse_overlap(changed, guard):
    """Two unconfirmed changes of one path could not both be taken back."""
    root = os.path.dirname(guard.folder)
    for name in sorted(os.listdir(root)):
        other = Guard(name, root)
        shared = sorted({entry["path"] for entry in other.records()} & set(changed)) if name != guard.name else []
        if shared:
            raise FilesError(
                f"{shared[0]} belongs to the change of {name} that is not confirmed yet; wait until it is confirmed or "
                "taken back, and run again."
            )


def _busy_seconds(guard, system):
    """How long until an earlier change that nobody confirmed is taken back; starts that when no timer would."""
    state = guard.state() or {}
    left = state.get("deadline", 0) - time.monotonic()
    if state.get("boot") == boot_id() and left > 0 and state.get("step") != "rolling_back":
        return left
    # It runs already, or failed before; a second start of the same unit does no harm.
    system.run(["systemctl", "reset-failed", guard.rollback_unit + ".service"])
    try:
        system.start(guard, "rollback")
    except FilesError:
        pass
    return 1.0


def answer(change_id, guard, confirm=False):
    """Where the change stands: ``{step, reason, problems}``; with ``confirm`` an applied one is kept for good."""
    state = guard.state()
    if confirm and state and state["id"] == change_id:
        with guard.locked(wait=False) as held:
            state = guard.state()
            if held and state and state["id"] == change_id and state["step"] == "applied":
                guard.finish("confirmed")
                guard.disarm()
    state = guard.state()
    if state and state["id"] == change_id and not _is_over(guard, change_id):
        return {"step": state["step"], "reason": state["reason"], "problems": []}
    result = guard.result()
    if result and result["id"] == change_id:
        return {key: result[key] for key in ("step", "reason", "problems")}
    return {"step": "unknown", "reason": "", "problems": []}


def _is_over(guard, change_id):
    """A rollback that failed keeps the old state, and is over all the same."""
    result = guard.result()
    return result is not None and result["id"] == change_id


def _is_loaded(argv):
    if not argv:
        return True
    try:
        return subprocess.run(argv, capture_output=True, check=False, timeout=LOADED_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _shown(diff, hidden):
    if diff["before_header"] not in hidden or diff["after"] == "absent\n":
        return diff
    return {**diff, "before": "", "after": NOT_SHOWN}
