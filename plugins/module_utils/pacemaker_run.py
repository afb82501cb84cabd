# SPDX-License-Identifier: GPL-3.0-or-later
"""Talk to Pacemaker's command line tools (this host's rim of the module ``pacemaker_cib``)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from contextlib import contextmanager

from . import pacemaker_simulate, pacemaker_status


class ClusterError(Exception):
    """A tool failed; the text names it and what it said."""


class Cluster:
    """The local Pacemaker; ``timeout`` in seconds bounds every command."""

    def __init__(self, timeout=60):
        self.timeout = timeout

    def available(self):
        """True when Pacemaker is installed and its CIB answers."""
        return (
            bool(shutil.which("cibadmin"))
            and self._call(["cibadmin", "--query", "--scope", "crm_config"]).returncode == 0
        )

    def _call(self, command, text=None):
        try:
            return subprocess.run(
                command,
                input=text,
                capture_output=True,
                text=True,
                timeout=self.timeout,
                check=False,
                env={**os.environ, "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise ClusterError("%s could not be run: %s" % (command[0], exc)) from exc

    def _output(self, command, text=None, accepted=(0,)):
        done = self._call(command, text)
        if done.returncode not in accepted:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise ClusterError("%s failed (%d): %s" % (command[0], done.returncode, said[-1] if said else "no message"))
        return done.stdout

    def cib(self):
        """Return the live <cib> element."""
        return ET.fromstring(self._output(["cibadmin", "--query"]))

    def status(self):
        """Return pacemaker_status.parse() of the live cluster."""
        return pacemaker_status.parse(
            self._output(["crm_mon", "--one-shot", "--inactive", "--fence-history=2", "--output-as=xml"])
        )

    def simulate(self, cib):
        """Return pacemaker_simulate.parse() of what the scheduler makes of ``cib``."""
        with scratch(cib) as path:
            return pacemaker_simulate.parse(self._output(pacemaker_simulate.command(path)))

    def verify(self, cib):
        """Raise ClusterError when Pacemaker itself finds the configuration faulty."""
        with scratch(cib) as path:
            self._output(["crm_verify", "--xml-file", path])

    def apply(self, old, new):
        """Patch the live CIB with the difference only, so that a concurrent change elsewhere survives."""
        with scratch(old) as first, scratch(new) as second:
            # crm_diff ends with 1 when there is a difference.
            patch = self._output(["crm_diff", "--original", first, "--new", second, "--no-version"], accepted=(0, 1))
        if patch.strip():
            self._output(["cibadmin", "--patch", "--sync-call", "--xml-pipe"], patch)

    def forget(self, resource, node):
        """Forget what happened to a resource on a node; Pacemaker then looks anew whether it runs there."""
        self._output(["crm_resource", "--refresh", "--resource", resource, "--node", node])

    def wait_until_settled(self):
        """Return when the cluster has nothing left to do."""
        self._output(["crm_resource", "--wait", "--timeout=%d" % (self.timeout - 5)])


@contextmanager
def scratch(element):
    """Write an element to a private file for the time of a command."""
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as stream:
        stream.write(ET.tostring(element, encoding="unicode"))
        stream.flush()
        yield stream.name
