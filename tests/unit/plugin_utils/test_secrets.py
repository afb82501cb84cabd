# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets a plan needs, and that what exists is never touched."""

import base64
import struct
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.secrets import (
    CEPH_KEY_HEADER,
    SecretsError,
    make_values,
    missing_secrets,
    overruled,
    required_secrets,
    with_values,
)
from cryptography import x509
from cryptography.hazmat.primitives import serialization

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = {
    "hosts": {"kvm2": {"bmc": {"address": "192.0.2.2"}}, "kvm1": {"bmc": {"address": "192.0.2.1"}}},
    "guests": {"pacs1": {"service": "pacs", "role": "pacs_single"}},
    "storage": {"main": {"backend": "ceph"}},
}


def complete(**given):
    """Return everything that PLAN needs, made for a new hospital."""
    values = make_values(required_secrets(PLAN), "test", given, True, NOW)
    return with_values({}, values)


def names(secrets):
    return [secret.name for secret in secrets]


def test_required_follow_from_hosts_storage_and_services():
    assert names(required_secrets(PLAN)) == [
        "ca.certificate",
        "ca.key",
        "corosync_authkey",
        "ceph.mon_key",
        "ceph.admin_key",
        "bmc_passwords.kvm1",
        "bmc_passwords.kvm2",
        "pacs_http_passwords.pacs",
    ]


def test_nothing_is_required_for_what_the_plan_has_not():
    bare = {"hosts": {"kvm1": {"bmc": None}}, "guests": {}, "storage": {}}
    assert names(required_secrets(bare)) == ["ca.certificate", "ca.key", "corosync_authkey"]


def test_complete_secrets_lack_nothing():
    assert missing_secrets(required_secrets(PLAN), complete()) == []


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_value_is_missing(empty):
    have = {**complete(), "corosync_authkey": empty}
    assert names(missing_secrets(required_secrets(PLAN), have)) == ["corosync_authkey"]


def test_a_new_host_adds_only_its_own_and_keeps_the_rest():
    have = complete()
    plan = {**PLAN, "hosts": {**PLAN["hosts"], "kvm3": {"bmc": {"address": "192.0.2.3"}}}}
    missing = missing_secrets(required_secrets(plan), have)
    after = with_values(have, make_values(missing, "test", {}, True, NOW))

    assert names(missing) == ["bmc_passwords.kvm3"]
    del after["bmc_passwords"]["kvm3"]
    assert after == have


def test_other_keys_of_the_operator_stay():
    assert with_values({"own": {"thing": 1}}, {})["own"] == {"thing": 1}


def test_a_value_where_a_mapping_belongs_is_named():
    with pytest.raises(SecretsError, match=r"hospital_secrets\.ceph holds a single value"):
        missing_secrets(required_secrets(PLAN), {"ceph": "text"})


def test_known_bmc_passwords_are_taken_and_unknown_ones_refused():
    bmc = [secret for secret in required_secrets(PLAN) if secret.kind == "bmc"]
    assert list(make_values(bmc, "test", {"kvm1": "a", "kvm2": "b"}, False, NOW).values()) == ["a", "b"]
    with pytest.raises(SecretsError, match=r"baseboard controllers of kvm2 are not known"):
        make_values(bmc, "test", {"kvm1": "a"}, False, NOW)


def test_a_stored_bmc_password_wins_and_the_difference_is_told():
    assert overruled(complete(kvm1="stored"), {"kvm1": "other"}) == ["kvm1"]
    assert overruled(complete(kvm1="stored"), {"kvm1": "stored"}) == []


@pytest.mark.parametrize(("lost", "kept"), [("key", "certificate"), ("certificate", "key")])
def test_half_a_ca_is_refused(lost, kept):
    have = complete()
    del have["ca"][lost]
    with pytest.raises(SecretsError, match=f"has a {kept} without its {lost}"):
        make_values(missing_secrets(required_secrets(PLAN), have), "test", {}, True, NOW)


def test_ca_signs_certificates_and_lasts_ten_years():
    ca = complete()["ca"]
    certificate = x509.load_pem_x509_certificate(ca["certificate"].encode())
    key = serialization.load_pem_private_key(ca["key"].encode(), None)

    assert certificate.public_key() == key.public_key()
    assert certificate.not_valid_after_utc - NOW == timedelta(days=3653)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    certificate.verify_directly_issued_by(certificate)


def test_keys_have_the_forms_that_their_programs_read():
    have = complete()
    raw = base64.b64decode(have["ceph"]["mon_key"])
    assert struct.unpack_from(CEPH_KEY_HEADER, raw) == (1, int(NOW.timestamp()), 0, 16)
    assert len(raw) == struct.calcsize(CEPH_KEY_HEADER) + 16
    assert len(base64.b64decode(have["corosync_authkey"])) == 256
    assert have["bmc_passwords"]["kvm1"].isalnum()


def test_no_two_secrets_are_alike():
    have = complete()
    values = [
        *have["ceph"].values(),
        *have["bmc_passwords"].values(),
        *have["pacs_http_passwords"].values(),
    ]
    assert len(set(values)) == len(values)
