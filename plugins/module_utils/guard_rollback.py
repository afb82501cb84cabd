# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that takes itself back unless it is confirmed: the host's part, which needs no Ansible.

The host runs a copy of this file in three ways, all outside of any login session: ``apply NAME`` right after the files
of the guard NAME were written, ``rollback NAME`` by a timer that was armed before, ``boot`` before the network starts.
Below ``/var/lib/medvirt/guard/NAME``, readable for root only, there is

    pending/old.json    what the touched paths were before, see guard_records
    pending/state.json  {id, step, apply, apply_seconds, deadline, boot, reason}; step is armed, applied or rolling_back
    result.json         {id, step, reason, problems} of the last change; step is confirmed, rolled_back, rollback_failed

``pending`` exists exactly while a change is unconfirmed. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from .guard_records import put_back, settle

ROOT = "/var/lib/medvirt/guard"
DELAY_SECONDS = 1.0
ATTEMPTS = 3
PAUSE_SECONDS = 3.0
_UNITS = "/etc/systemd/"


def say(text):
    """A line for the journal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run_limited(argv, seconds):
    """Run a command with a time limit; None when it ended well, otherwise a sentence."""
    command = f"'{' '.join(argv)}'"
    # A file, not a pipe: what a daemon that the command starts keeps open would be waited for.
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            return f"{command} can't be run: {error.strerror}."
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"{command} did not end within {seconds} seconds."
        output.seek(0)
        words = " / ".join(output.read().decode("utf-8", "replace").strip().splitlines()[-4:])
    return None if code == 0 else f"{command} ended with {code}: {words.rstrip('.') or 'it said nothing'}."


def boot_id():
    """The kernel's name for this boot."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
        return stream.read().strip()


class Guard:
    """The files of one guard; ``run``, ``say`` and ``sleep`` are replaced in tests."""

    def __init__(self, name, root=ROOT, run=run_limited, say=say, sleep=time.sleep):
        self.name, self.folder = name, os.path.join(root, name)
        self.pending = os.path.join(self.folder, "pending")
        self.apply_unit, self.rollback_unit = (f"medvirt-guard-{name}-{what}" for what in ("apply", "rollback"))
        self.run, self.say, self.sleep = run, say, sleep

    @contextlib.contextmanager
    def locked(self, wait=True):
        """Hold the guard's lock; yields whether it is held, which without ``wait`` it may not be."""
        handle = os.open(os.path.join(self.folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                held = True
            except BlockingIOError:
                held = False
            yield held
        finally:
            os.close(handle)

    def state(self):
        """The unconfirmed change or None."""
        return load(os.path.join(self.pending, "state.json"))

    def result(self):
        """How the last change ended or None."""
        return load(os.path.join(self.folder, "result.json"))

    def records(self):
        """What the touched paths were before."""
        return load(os.path.join(self.pending, "old.json")) or []

    def begin(self, records, state):
        """Keep the old state; from here on a start of the host puts it back."""
        new = self.pending + ".new"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new, mode=0o700)
        store(os.path.join(new, "old.json"), records)
        store(os.path.join(new, "state.json"), {**state, "step": "armed"})
        os.rename(new, self.pending)
        settle([self.pending])

    def step(self, **changes):
        """Change the state of the unconfirmed change."""
        store(os.path.join(self.pending, "state.json"), {**self.state(), **changes})

    def finish(self, step, reason="", problems=()):
        """Write down how the change ended and forget the old state, unless it could not be put back."""
        paths = [entry["path"] for entry in self.records()]
        settle(paths)
        result = {"id": self.state()["id"], "step": step, "reason": reason, "problems": list(problems)}
        store(os.path.join(self.folder, "result.json"), result)
        if step == "rollback_failed":
            return
        gone = self.pending + ".gone"
        shutil.rmtree(gone, ignore_errors=True)
        os.rename(self.pending, gone)
        settle([self.pending])
        shutil.rmtree(gone, ignore_errors=True)

    def disarm(self):
        """Stop the timer; harmless when it is gone."""
        self.run(["systemctl", "stop", self.rollback_unit + ".timer"], 15)


def load(path):
    """Content of a JSON file, None when it is not there or torn."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def store(path, content):
    """Write a JSON file for root only, atomically and through to the disk."""
    handle = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(path + ".new", path)
    settle([path])


def apply(guard):
    """Put the written files into effect; when that fails, put the old ones back at once."""
    # Lets the answer to the controller out before the network may change.
    guard.sleep(DELAY_SECONDS)
    state = guard.state()
    if state is None or state["step"] != "armed":
        return
    problem = next(filter(None, (guard.run(argv, state["apply_seconds"]) for argv in state["apply"])), None)
    with guard.locked():
        state = guard.state()
        if state is None or state["step"] != "armed":
            return
        if problem is None:
            guard.step(step="applied")
            return
        put_all_back(guard, problem)
    guard.disarm()


def rollback(guard, reason, booting=False):
    """Put the old state back, unless the change was confirmed or taken back meanwhile."""
    state = guard.state()
    # Later, the commands are over, or their failure has begun the way back, which holds the lock until it is done.
    if not booting and state is not None and state["step"] == "armed":
        guard.run(["systemctl", "stop", guard.apply_unit + ".service"], 15)
    with guard.locked():
        if guard.state() is not None:
            put_all_back(guard, guard.state()["reason"] or reason, booting)


def put_all_back(guard, reason, booting=False):
    """Files, then commands; at boot the services start later anyway. The guard's lock is held."""
    state, records = guard.state(), guard.records()
    guard.step(step="rolling_back", reason=reason)
    guard.say(f"The change of {guard.name} is taken back: {reason} ({len(records)} paths)")
    problems = put_back(records)
    step = "rollback_failed" if problems else "rolled_back"
    if booting:
        if any(entry["path"].startswith(_UNITS) for entry in records):
            guard.run(["systemctl", "daemon-reload"], 30)
    else:
        problems += _run_again(guard, state)
    for problem in problems:
        guard.say(f"Rollback of {guard.name}: {problem}")
    if step == "rollback_failed":
        guard.say(f"Rollback of {guard.name} failed; what was there before is kept in {guard.pending}/old.json.")
    elif problems:
        guard.say(
            f"Rollback of {guard.name}: the old files are back, but not in effect; a reboot puts them into effect."
        )
    else:
        guard.say(f"The change of {guard.name} was taken back.")
    guard.finish(step, reason, problems)


def _run_again(guard, state):
    """All commands, even after one that fails, and a few times when one does."""
    for attempt in range(ATTEMPTS):
        if attempt:
            guard.sleep(PAUSE_SECONDS)
        problems = [problem for argv in state["apply"] if (problem := guard.run(argv, state["apply_seconds"]))]
        if not problems:
            break
    return problems


def main(arguments, root=ROOT):
    """Entry point on the host."""
    verb, names = arguments[0], arguments[1:]
    if verb == "boot":
        names = [name for name in sorted(os.listdir(root)) if os.path.isdir(os.path.join(root, name, "pending"))]
    for name in names:
        guard = Guard(name, root)
        if verb == "apply":
            apply(guard)
        elif verb == "rollback":
            rollback(guard, "it was not confirmed in time.")
        else:
            rollback(guard, "the host started again before it was confirmed.", booting=True)


if __name__ == "__main__":
    main(sys.argv[1:])
