# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt secrets with which QEMU opens Ceph images."""

from __future__ import annotations

import base64
import binascii
from xml.sax.saxutils import escape


class SecretError(Exception):
    """A sentence for the operator: the secret, what is wrong, what to change. Never the value."""


def definition(uuid, usage_name):
    """The secret's XML: readable again by root (to compare), kept over restarts."""
    return (
        f"<secret ephemeral='no' private='no'><uuid>{escape(uuid)}</uuid>"
        f"<usage type='ceph'><name>{escape(usage_name)}</name></usage></secret>"
    )


def key_from_keyring(text, path):
    """The key of the only entity of a keyring file (``key = BASE64``)."""
    keys = [
        line.split("=", 1)[1].strip() for line in text.splitlines() if line.strip().startswith("key") and "=" in line
    ]
    if len(keys) != 1:
        raise SecretError(f"{path} holds {len(keys)} keys and one is needed; make a keyring of one client only.")
    return keys[0]


def decode(key, uuid):
    """The secret's bytes from a CephX key, which is base64."""
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise SecretError(f"The key for secret {uuid} is not base64, as a CephX key is; copy it again.") from None


def ensure(connection, secret, check=False):
    """Bring one secret about; ``secret`` has uuid, usage_name, value (bytes). Returns the list of actions.

    ``connection`` is libvirt's; a usage name held by another uuid is refused, since libvirt allows one owner each.
    """
    held = {found.UUIDString(): found for found in connection.listAllSecrets()}
    for uuid, found in held.items():
        if found.usageID() == secret["usage_name"] and uuid != secret["uuid"]:
            raise SecretError(
                f"libvirt secret {uuid} already has the name {secret['usage_name']!r} wanted for {secret['uuid']};"
                f" remove it with 'virsh secret-undefine {uuid}' if nothing uses it."
            )
    found = held.get(secret["uuid"])
    actions = []
    if found is None or found.usageID() != secret["usage_name"]:
        actions.append(f"define secret {secret['uuid']} ({secret['usage_name']})")
        if found is not None and not check:
            found.undefine()
        found = None if check else connection.secretDefineXML(definition(secret["uuid"], secret["usage_name"]), 0)
    if found is None or _value(found) != secret["value"]:
        actions.append(f"set the value of secret {secret['uuid']}")
        if not check:
            found.setValue(secret["value"], 0)
    return actions


def _value(found):
    """The present value, None when none was set."""
    try:
        return found.value(0)
    except Exception as error:  # pylint: disable=broad-except
        # libvirt's exception class is not importable where this is tested; it has this method.
        if getattr(error, "get_error_code", lambda: None)() is None:
            raise
        return None
