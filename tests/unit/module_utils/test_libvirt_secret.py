# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt_secret: defined once, value kept in step, never told."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.libvirt_secret import (
    SecretError,
    decode,
    ensure,
    key_from_keyring,
)

UUID = "6b1f6c64-2f0e-4d1d-9f1c-7d7a9a0f6c55"
SECRET = {"uuid": UUID, "usage_name": "client.guests", "value": b"one"}


class LibvirtError(Exception):
    def get_error_code(self):
        return 66


class FakeSecret:
    def __init__(self, connection, uuid, name):
        self.connection, self.uuid, self.name, self.held = connection, uuid, name, None

    def UUIDString(self):  # noqa: N802
        return self.uuid

    def usageID(self):  # noqa: N802
        return self.name

    def value(self, flags):
        if self.held is None:
            raise LibvirtError
        return self.held

    def setValue(self, value, flags):  # noqa: N802
        self.held = value

    def undefine(self):
        self.connection.secrets.remove(self)


class FakeConnection:
    def __init__(self):
        self.secrets = []

    def listAllSecrets(self):  # noqa: N802
        return list(self.secrets)

    def secretDefineXML(self, xml, flags):  # noqa: N802
        self.secrets.append(FakeSecret(self, UUID, xml.split("<name>")[1].split("<")[0]))
        return self.secrets[-1]


def test_defined_once_then_kept():
    connection = FakeConnection()
    assert len(ensure(connection, SECRET, check=True)) == 2 and not connection.secrets
    assert len(ensure(connection, SECRET)) == 2
    assert ensure(connection, SECRET) == []
    assert connection.secrets[0].held == b"one"


def test_changed_value_and_name():
    connection = FakeConnection()
    ensure(connection, SECRET)
    assert ensure(connection, {**SECRET, "value": b"two"}) == [f"set the value of secret {UUID}"]
    assert len(ensure(connection, {**SECRET, "usage_name": "client.other"})) == 2
    assert [found.name for found in connection.secrets] == ["client.other"]


def test_name_of_another_secret_is_refused():
    connection = FakeConnection()
    connection.secrets.append(FakeSecret(connection, "other-uuid", "client.guests"))
    with pytest.raises(SecretError, match="virsh secret-undefine other-uuid"):
        ensure(connection, SECRET)


def test_keyring_with_one_key_only():
    assert key_from_keyring('[client.guests]\n\tkey = QUJD\n\tcaps mon = "x"\n', "/k") == "QUJD"
    with pytest.raises(SecretError, match="/k holds 2 keys"):
        key_from_keyring("[a]\nkey = x\n[b]\nkey = y\n", "/k")


def test_key_that_is_no_base64_is_not_repeated():
    with pytest.raises(SecretError) as caught:
        decode("hunter2!", UUID)
    assert "hunter2" not in str(caught.value)
