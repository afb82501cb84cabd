# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a host's certificate is still good, and sign a new one. Pure: PEM text in, PEM text out."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError as error:
    IMPORT_ERROR = f"The Python package 'cryptography' is missing on the controller ({error}); run 'make setup'."
else:
    IMPORT_ERROR = None


class CertificateError(Exception):
    """A sentence for the operator: which certificate or key, what is wrong, what to change."""


@dataclass(frozen=True)
class Wanted:
    """What the certificate has to say: DNS names (the first is the subject's CN), IPv4/IPv6 addresses, lifetimes in
    days."""

    names: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    valid_days: int = 365
    renew_days: int = 30


class Authority:
    """A certificate authority from its PEM certificate and unencrypted PEM key; raises CertificateError."""

    def __init__(self, certificate_pem, key_pem, now):
        try:
            self.certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
            self.key = serialization.load_pem_private_key(key_pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CertificateError(
                f"The authority's certificate or key is no valid PEM: {type(error).__name__}."
            ) from None
        if _public(self.key.public_key()) != _public(self.certificate.public_key()):
            raise CertificateError(
                "The authority's key does not belong to its certificate; both have to come from one run."
            )
        self.now = now

    def check_lifetime(self, wanted):
        """Refuse an authority that expires so soon that what it signs would be renewed at each run."""
        left = self.certificate.not_valid_after_utc - self.now
        if left <= datetime.timedelta(days=wanted.renew_days):
            raise CertificateError(
                f"The authority's own certificate expires on {self.certificate.not_valid_after_utc:%Y-%m-%d}, within"
                f" the {wanted.renew_days} days kept for renewal; make a new authority first."
            )


def reasons_to_issue(current_pem, csr_pem, wanted, authority):
    """Why the current certificate (PEM or None) has to be replaced; empty when it is good."""
    if not current_pem:
        return ["there is none"]
    try:
        current = x509.load_pem_x509_certificate(current_pem.encode())
    except ValueError:
        return ["it is no valid certificate"]
    reasons = []
    if _public(current.public_key()) != _public(_request(csr_pem).public_key()):
        reasons.append("it belongs to another key")
    try:
        current.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        reasons.append("another authority signed it")
    if current.subject != _subject(wanted) or _alternatives(current) != _names(wanted):
        reasons.append("its names differ from those wanted")
    if current.not_valid_after_utc - authority.now < datetime.timedelta(days=wanted.renew_days):
        reasons.append(f"it expires on {current.not_valid_after_utc:%Y-%m-%d}, in less than {wanted.renew_days} days")
    return reasons


def issue(csr_pem, wanted, authority):
    """A certificate (PEM) for the key of the signing request, usable as server and as client."""
    authority.check_lifetime(wanted)
    request = _request(csr_pem)
    ends = authority.now + datetime.timedelta(days=wanted.valid_days)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(wanted))
        .issuer_name(authority.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(authority.now - datetime.timedelta(hours=1))
        .not_valid_after(min(ends, authority.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName(_general_names(wanted)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(request.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    edwards = isinstance(authority.key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))
    certificate = builder.sign(authority.key, None if edwards else hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def summary(pem):
    """Lines that tell a person what a certificate says; empty text for None."""
    if not pem:
        return ""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = ", ".join(sorted(_alternatives(certificate)))
    return (
        f"subject {certificate.subject.rfc4514_string()}\nissuer {certificate.issuer.rfc4514_string()}\nnames {names}\n"
        f"expires {certificate.not_valid_after_utc:%Y-%m-%d}\n"
    )


def _request(csr_pem):
    request = x509.load_pem_x509_csr(csr_pem.encode())
    if not request.is_signature_valid:
        raise CertificateError("The host's signing request is not signed by its own key.")
    return request


def _public(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _subject(wanted):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted.names[0])])


def _general_names(wanted):
    names = [x509.DNSName(name) for name in wanted.names]
    return names + [x509.IPAddress(ipaddress.ip_address(address)) for address in wanted.addresses]


def _names(wanted):
    return set(wanted.names) | set(wanted.addresses)


def _alternatives(certificate):
    try:
        values = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(value.value) for value in values}
