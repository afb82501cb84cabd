# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a Ceph cluster's monitors for modules that run on a managed host.

It uses Debian's ``python3-rados`` (a dependency of ``ceph-common``), because one connection serves many
commands and the key stays in this process: no keyring file, no command line.
"""

from __future__ import annotations

import json
import os

try:
    import rados
except ImportError:
    rados = None

CONF = "/etc/ceph/ceph.conf"


class CephError(Exception):
    """A sentence for the operator."""


class CephAbsent(CephError):
    """No cluster can be reached from this host (yet)."""


class Cluster:
    """Monitor commands as ``client.admin``.

    fsid: the wanted cluster; another cluster's monitors are refused.
    timeout: seconds to wait for a quorum, and for each command.
    """

    def __init__(self, fsid, admin_key, timeout=60, conf=CONF):
        self.fsid = fsid
        self.timeout = int(timeout)
        self._handle = None
        self._options = {
            "key": admin_key,
            "client_mount_timeout": str(self.timeout),
            "rados_mon_op_timeout": str(self.timeout),
            "rados_osd_op_timeout": str(self.timeout),
        }
        self._conf = conf

    def __enter__(self):
        if rados is None:
            raise CephAbsent("The Python library rados is missing on this host; install the package python3-rados.")
        if not os.path.exists(self._conf):
            raise CephAbsent("There is no %s on this host." % self._conf)
        try:
            handle = rados.Rados(conffile=self._conf, name="client.admin", conf=self._options)
            handle.connect(timeout=self.timeout)
        except rados.PermissionDeniedError as exc:
            raise CephError(
                "The monitors refuse client.admin's key; compare storage_ceph_admin_key with "
                "'ceph auth get client.admin' on a monitor host."
            ) from exc
        except rados.Error as exc:
            raise CephAbsent(
                "The Ceph monitors form no quorum that answers within %d s (%s); "
                "look at 'systemctl status ceph-mon@*' on the monitor hosts." % (self.timeout, exc)
            ) from exc
        self._handle = handle
        found = handle.get_fsid()
        if found != self.fsid:
            self.__exit__(None, None, None)
            raise CephError(
                "The monitors in %s belong to cluster %s, wanted is %s (storage_ceph_fsid)."
                % (self._conf, found, self.fsid)
            )
        return self

    def __exit__(self, *exc):
        if self._handle is not None:
            self._handle.shutdown()
            self._handle = None

    def call(self, prefix, inbuf=b"", **arguments):
        """Run one monitor command and return (errno, text out, message)."""
        command = dict(arguments, prefix=prefix)
        ret, out, message = self._handle.mon_command(json.dumps(command), inbuf, timeout=self.timeout)
        return ret, out.decode() if isinstance(out, bytes) else out, message

    def run(self, prefix, inbuf=b"", **arguments):
        """Run one monitor command; returns its text, raises CephError on refusal."""
        ret, out, message = self.call(prefix, inbuf, **arguments)
        if ret != 0:
            raise CephError("'ceph %s' failed: %s (error %d)." % (prefix, message or "no message", ret))
        return out

    def read(self, prefix, **arguments):
        """Run one monitor command and return its JSON."""
        return json.loads(self.run(prefix, format="json", **arguments))

    def silent_osds(self, seconds=10):
        """Ids of OSDs that do not answer: after a power cut the map calls dead ones up for a while."""
        command = json.dumps({"prefix": "version"})
        silent = []
        for osd_id in self.read("osd ls"):
            try:
                ret = self._handle.osd_command(osd_id, command, b"", timeout=seconds)[0]
            except rados.Error:
                ret = -1
            if ret != 0:
                silent.append(osd_id)
        return silent

    def init_rbd_pool(self, pool):
        """Make a pool ready for RBD images, as ``rbd pool init`` does."""
        import rbd

        with self._handle.open_ioctx(pool) as ioctx:
            rbd.RBD().pool_init(ioctx, False)


def connection_arguments():
    """The options that every module talking to the cluster shares."""
    return {
        "fsid": {"type": "str", "required": True},
        "admin_key": {"type": "str", "required": True, "no_log": True},
        "timeout": {"type": "int", "default": 60},
    }


def run_on_cluster(module, would, work):
    """Open the cluster, hand it to ``work(cluster)`` and exit the module with the dict that it returns.

    would: what a check run says when the cluster does not exist yet ("would create ...").
    """
    params = module.params
    timeout = min(params["timeout"], 15) if module.check_mode else params["timeout"]
    try:
        with Cluster(params["fsid"], params["admin_key"], timeout) as cluster:
            result = work(cluster)
    except CephAbsent as exc:
        if not module.check_mode:
            module.fail_json(msg=str(exc))
        module.exit_json(changed=True, msg="%s (now: %s)" % (would, exc))
    except CephError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(**result)
