# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of a certificate: its key, which never leaves it, a signing request, the installed files."""

from __future__ import annotations

import os
import subprocess

from .host_files import Entry, apply_all

# NIST P-256: the curve that GnuTLS (libvirt, QEMU), OpenSSL and Python's ssl all accept by default.
_GENERATE = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]


class RequestError(Exception):
    """A sentence for the operator: the path and what openssl said."""


def _openssl(argv, **options):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, **options)
    except FileNotFoundError:
        raise RequestError("openssl is not installed on this host; install the package 'openssl'.") from None
    if done.returncode:
        raise RequestError(f"'{' '.join(argv)}' failed: {done.stderr.strip()}")
    return done.stdout


def ensure_key(path, check):
    """Make the key when there is none; returns whether one was (or in check mode would be) made."""
    if os.path.exists(path):
        return False
    if not check:
        key = _openssl(_GENERATE)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        apply_all([Entry(path=path, content=key, mode="0600", sensitive=True)])
    return True


def signing_request(path):
    """A signing request made with the key; its subject is of no consequence, the authority sets the names."""
    return _openssl(["openssl", "req", "-new", "-key", path, "-subj", "/CN=host"])


def read(path):
    """Content of a text file or None."""
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def install(params, certificate, check):
    """Content of the certificate and the authority, owner and mode of all three; returns (changed paths, diffs)."""
    owner, group = params["owner"], params["group"]
    entries = []
    if params["ca_path"]:
        entries.append(Entry(path=params["ca_path"], content=params["ca_certificate"], mode="0644"))
    if certificate is not None:
        entries.append(Entry(path=params["path"], content=certificate, mode="0644", owner=owner, group=group))
    if os.path.exists(params["key_path"]):
        entries.append(
            Entry(
                path=params["key_path"],
                source=params["key_path"],
                mode=params["key_mode"],
                owner=owner,
                group=group,
                sensitive=True,
            )
        )
    return apply_all(entries, check=check)
