# SPDX-License-Identifier: GPL-3.0-or-later
"""certificates: issued once, renewed for a reason only."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.certificates import (
    Authority,
    CertificateError,
    Wanted,
    issue,
    reasons_to_issue,
    summary,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
WANTED = Wanted(("kvm1", "kvm1-migration"), ("10.0.0.11",))


def pem_of(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def make_authority(key=None, days=3650, now=NOW):
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    certificate = builder.sign(key, None if edwards else hashes.SHA256())
    return Authority(certificate.public_bytes(serialization.Encoding.PEM).decode(), pem_of(key), now), key


def make_request(key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize("key", [None, ed25519.Ed25519PrivateKey.generate()])
def test_issued_certificate_is_good(key):
    authority, _key = make_authority(key)
    request = make_request()
    certificate = issue(request, WANTED, authority)
    assert reasons_to_issue(certificate, request, WANTED, authority) == []
    assert "CN=kvm1\n" in summary(certificate) and "10.0.0.11, kvm1, kvm1-migration" in summary(certificate)


def test_none_yet():
    authority, _key = make_authority()
    assert reasons_to_issue(None, make_request(), WANTED, authority) == ["there is none"]
    assert reasons_to_issue("rubbish", make_request(), WANTED, authority) == ["it is no valid certificate"]


@pytest.mark.parametrize(
    ("wanted", "days", "same_key", "words"),
    [
        (Wanted(("kvm1",), ("10.0.0.11",)), 0, True, "names differ"),
        (Wanted(("kvm1-migration", "kvm1"), ("10.0.0.11",)), 0, True, "names differ"),
        (WANTED, 334, True, None),
        (WANTED, 336, True, "less than 30 days"),
        (WANTED, 0, False, "another key"),
    ],
)
def test_reasons(wanted, days, same_key, words):
    authority, key = make_authority()
    request = make_request()
    certificate = issue(request, WANTED, authority)
    later, _key = make_authority(key, now=NOW + datetime.timedelta(days=days))
    reasons = reasons_to_issue(certificate, request if same_key else make_request(), wanted, later)
    assert (words is None and not reasons) or words in reasons[0]


def test_another_authority():
    request = make_request()
    certificate = issue(request, WANTED, make_authority()[0])
    assert reasons_to_issue(certificate, request, WANTED, make_authority()[0]) == ["another authority signed it"]


def test_expiring_authority_is_refused():
    with pytest.raises(CertificateError, match=r"expires on 2030-01-21, within the 30 days"):
        issue(make_request(), WANTED, make_authority(days=20)[0])


def test_key_of_another_authority_is_refused():
    authority, _key = make_authority()
    pem = authority.certificate.public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(CertificateError, match="does not belong"):
        Authority(pem, pem_of(ec.generate_private_key(ec.SECP256R1())), NOW)
