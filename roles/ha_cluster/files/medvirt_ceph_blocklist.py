# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut a host off from Ceph: blocklist of its storage address, its OSDs marked down.

Shared by the fence agent fence_ceph_blocklist and the boot-time program that
lifts a host's own entry.  Talks to the monitors through librados; starting the
``ceph`` command line would cost a second that a failover does not have.
"""

import datetime
import json
import syslog
import time

CONNECT_SECONDS = 5
TAG = "medvirt-fencing"


class CephError(Exception):
    """The monitors did not answer or refused; the text says what."""


def log(text, priority=syslog.LOG_NOTICE):
    """One line to syslog, with a tag that tests and operators look for."""
    syslog.openlog(TAG, syslog.LOG_PID, syslog.LOG_DAEMON)
    syslog.syslog(priority, text)


class Monitors:
    """Connection to the monitors as one client; ``rados`` is the module (replaceable in tests)."""

    def __init__(self, client, conf="/etc/ceph/ceph.conf", timeout=CONNECT_SECONDS, rados=None):
        if rados is None:
            import rados as module

            rados = module
        self._rados = rados
        self._timeout = timeout
        options = {"rados_mon_op_timeout": str(timeout), "client_mount_timeout": str(timeout)}
        try:
            self._cluster = rados.Rados(conffile=conf, name="client." + client, conf=options)
            self._cluster.connect(timeout=timeout)
        except (rados.Error, OSError) as exc:
            raise CephError("client.%s cannot reach the monitors: %s" % (client, exc)) from exc

    def command(self, prefix, **arguments):
        """Run a monitor command; return its decoded JSON (None without output)."""
        request = json.dumps({"prefix": prefix, "format": "json", **arguments})
        try:
            code, output, message = self._cluster.mon_command(request, b"", timeout=self._timeout)
        except (self._rados.Error, OSError) as exc:
            raise CephError("%s: %s" % (prefix, exc)) from exc
        if code:
            raise CephError("%s: error %d, %s" % (prefix, code, message))
        return json.loads(output) if output else None

    def close(self):
        self._cluster.shutdown()


def host_of(address):
    """Return the IP of '10.0.0.1:0/0', 'v2:10.0.0.1:6800' or '[fd00::1]:0/0'."""
    text = address.split("/")[0]
    for kind in ("v1:", "v2:", "any:"):
        text = text[len(kind) :] if text.startswith(kind) else text
    if text.startswith("["):
        return text[1:].split("]")[0]
    return text.rsplit(":", 1)[0] if text.count(":") == 1 else text


def entry_key(address):
    """Return how the monitors list an entry for a whole IP (port 0, nonce 0)."""
    return "[%s]:0/0" % address if ":" in address else "%s:0/0" % address


def expiry(dump, address):
    """Return the expiry (aware datetime) of the entry for the whole IP, None when there is none."""
    text = (dump.get("blocklist") or {}).get(entry_key(address))
    if text is None:
        return None
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def osds_up(dump, address):
    """Return the ids (sorted) of the OSDs that the map calls up and that listen on ``address``."""
    found = []
    for osd in dump.get("osds", []):
        addresses = [item["addr"] for item in osd.get("public_addrs", {}).get("addrvec", [])]
        addresses.append(osd.get("public_addr", ""))
        if osd.get("up") and address in [host_of(item) for item in addresses if item]:
            found.append(osd["osd"])
    return sorted(found)


def is_blocked(monitors, address, now=None):
    """True when an unexpired entry for the whole IP is in the map."""
    until = expiry(monitors.command("osd dump"), address)
    return until is not None and until > (now or datetime.datetime.now(datetime.UTC))


def cut_off(monitors, address, seconds):
    """Blocklist ``address`` for ``seconds`` and mark its OSDs down.

    An existing entry is renewed, so that it lasts from now.  Returns the ids of the OSDs marked down.
    Raises CephError unless the map, read back, holds the entry.
    """
    monitors.command("osd blocklist", blocklistop="add", addr=address, expire=float(seconds))
    if not is_blocked(monitors, address):
        raise CephError("osd blocklist: the map does not hold %s after adding it" % address)
    log("blocklisted %s for %d s" % (address, seconds))
    return mark_down(monitors, address)


def mark_down(monitors, address):
    """Spare clients the heartbeat grace.  Failing here leaves the host fenced all the same, so it is only logged."""
    try:
        osds = osds_up(monitors.command("osd dump"), address)
        if osds:
            monitors.command("osd down", ids=[str(osd) for osd in osds])
            log("marked down %s on %s" % (", ".join("osd.%d" % osd for osd in osds), address))
    except CephError as exc:
        log("OSDs of %s not marked down: %s" % (address, exc), syslog.LOG_WARNING)
        return []
    return osds


def seconds_to_wait(dump, address, seconds, minimum, now=None):
    """Return how long the entry (made for ``seconds``) must still stay to be ``minimum`` seconds old; None without one.

    The clients' watches must have been dropped before the address may speak again.
    """
    until = expiry(dump, address)
    if until is None:
        return None
    made = until - datetime.timedelta(seconds=seconds)
    age = ((now or datetime.datetime.now(datetime.UTC)) - made).total_seconds()
    return max(0.0, minimum - age)


def lift(monitors, address, seconds, minimum, sleep=time.sleep):
    """Remove this host's own entry once it is old enough; return True when there was one."""
    wait = seconds_to_wait(monitors.command("osd dump"), address, seconds, minimum)
    if wait is None:
        return False
    if wait:
        log("entry for %s stays %d s more" % (address, wait))
        sleep(wait)
    monitors.command("osd blocklist", blocklistop="rm", addr=address)
    log("lifted the blocklist entry of %s" % address)
    return True
