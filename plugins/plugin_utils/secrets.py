# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets a plan needs, which of them are missing, and how each is made.

Pure apart from the random source and the clock. A secret is named by its path inside `hospital_secrets`; the shapes are
described in docs/design/secrets.md.
"""

from __future__ import annotations

import base64
import secrets
import string
import struct
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

CA_DAYS = 3653
COROSYNC_KEY_BYTES = 256
# Letters and digits, so that no controller or command line reads one of them as its own; 20 is what IPMI 2.0 takes.
# 20 of 62 signs are 119 bits.
PASSWORD_SIGNS = string.ascii_letters + string.digits
PASSWORD_LENGTH = 20
# CephCryptoKey: type AES, creation time, length of the key (ceph/src/auth/Crypto.cc, CryptoKey::encode).
CEPH_KEY_HEADER = "<HIIH"
CEPH_KEY_TYPE_AES = 1
CEPH_KEY_BYTES = 16


class SecretsError(ValueError):
    """A sentence for the operator."""


@dataclass(frozen=True, order=True)
class Secret:
    """One value inside `hospital_secrets`.

    path: keys from the outside in, e.g. ("ceph", "mon_key").
    kind: how it is made: ca_certificate, ca_key, corosync, ceph or password; `bmc` is a password that somebody else
        may have set.
    """

    path: tuple[str, ...]
    kind: str

    @property
    def name(self) -> str:
        """The path as a person reads it; a key that itself holds a dot stands in brackets."""
        return "".join(f"[{key}]" if "." in key else f".{key}" for key in self.path).removeprefix(".")


def required_secrets(plan: Mapping[str, Any]) -> list[Secret]:
    """Return every secret that the plan needs, in the order in which they are reported.

    plan: {"hosts": {name: host slice}, "guests": {name: guest slice}, "storage": {site: {"backend": ...}}}
    """
    hosts: Mapping[str, Any] = plan["hosts"]
    needed = [Secret(("ca", "certificate"), "ca_certificate"), Secret(("ca", "key"), "ca_key")]
    needed.append(Secret(("corosync_authkey",), "corosync"))
    if any(store.get("backend") == "ceph" for store in plan["storage"].values()):
        needed += [Secret(("ceph", "mon_key"), "ceph"), Secret(("ceph", "admin_key"), "ceph")]
    needed += [Secret(("bmc_passwords", name), "bmc") for name, host in sorted(hosts.items()) if host.get("bmc")]
    archives = {guest["service"] for guest in plan["guests"].values() if guest.get("role") == "pacs_single"}
    needed += [Secret(("pacs_http_passwords", service), "password") for service in sorted(archives)]
    return needed


def _value(have: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return the value at the path, None where a key is missing; raise SecretsError where a mapping is expected."""
    value: Any = have
    for depth, key in enumerate(path):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            where = ".".join(("hospital_secrets", *path[:depth]))
            raise SecretsError(f"{where} holds a single value and must be a mapping; mend it with ansible-vault edit.")
        value = value.get(key)
    return value


def missing_secrets(required: Iterable[Secret], have: Mapping[str, Any]) -> list[Secret]:
    """Return the required secrets without a value; an empty text counts as none."""
    return [secret for secret in required if _value(have, secret.path) in (None, "")]


def new_password() -> str:
    """Return a random password of PASSWORD_LENGTH signs."""
    return "".join(secrets.choice(PASSWORD_SIGNS) for _sign in range(PASSWORD_LENGTH))


def ceph_key(now: datetime) -> str:
    """Return a new CephX key as `ceph-authtool --gen-print-key` prints it."""
    head = struct.pack(CEPH_KEY_HEADER, CEPH_KEY_TYPE_AES, int(now.timestamp()), 0, CEPH_KEY_BYTES)
    return base64.b64encode(head + secrets.token_bytes(CEPH_KEY_BYTES)).decode()


def certificate_authority(hospital: str, now: datetime) -> tuple[str, str]:
    """Return (certificate, key) in PEM of a new root for this hospital alone: ECDSA P-256, ten years."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, hospital),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{hospital} infrastructure root"),
        ]
    )
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # hosts whose clock is not set yet
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), pem_key.decode()


def make_values(
    missing: Iterable[Secret],
    hospital: str,
    bmc_passwords: Mapping[str, str],
    bmc_generated: bool,
    now: datetime | None = None,
) -> dict[Secret, str]:
    """Return a value for every missing secret.

    bmc_passwords: host -> the password that its baseboard controller already has.
    bmc_generated: whether a password may be made for a controller that has none there.

    Raises SecretsError where a value cannot be made: half a CA, or a controller whose password only the operator knows.
    """
    missing = list(missing)
    moment = now or datetime.now(UTC)
    kinds = {secret.kind for secret in missing}
    if len(kinds & {"ca_certificate", "ca_key"}) == 1:
        lost, kept = ("certificate", "key") if "ca_certificate" in kinds else ("key", "certificate")
        raise SecretsError(
            f"hospital_secrets.ca has a {kept} without its {lost}: a new pair would make every certificate of this"
            f" hospital invalid; restore ca.{lost} from a backup, or delete ca.{kept} with ansible-vault edit to start"
            " a new CA."
        )
    unknown = [s.path[-1] for s in missing if s.kind == "bmc" and not bmc_passwords.get(s.path[-1])]
    if unknown and not bmc_generated:
        raise SecretsError(
            f"the passwords of the baseboard controllers of {', '.join(unknown)} are not known: give them once as"
            " hospital_bmc_passwords (host: password) in a vault-encrypted file with -e @FILE, or set"
            " hospital_bmc_passwords_generated: true where the controllers are still to be given new ones."
        )
    authority: tuple[str, str] = certificate_authority(hospital, moment) if "ca_key" in kinds else ("", "")
    makers = {
        "ca_certificate": lambda secret: authority[0],
        "ca_key": lambda secret: authority[1],
        "corosync": lambda secret: base64.b64encode(secrets.token_bytes(COROSYNC_KEY_BYTES)).decode(),
        "ceph": lambda secret: ceph_key(moment),
        "bmc": lambda secret: bmc_passwords.get(secret.path[-1]) or new_password(),
        "password": lambda secret: new_password(),
    }
    return {secret: makers[secret.kind](secret) for secret in missing}


def with_values(have: Mapping[str, Any], values: Mapping[Secret, str]) -> dict[str, Any]:
    """Return a copy of `have` in which the values stand at their paths; nothing that is there is touched."""
    result: dict[str, Any] = deepcopy(dict(have))
    for secret, value in values.items():
        place = result
        for key in secret.path[:-1]:
            if place.get(key) is None:
                place[key] = {}
            place = place[key]
        place[secret.path[-1]] = value
    return result


def overruled(have: Mapping[str, Any], bmc_passwords: Mapping[str, str]) -> list[str]:
    """Return the hosts whose stored BMC password differs from the one that is given now; the stored one is kept."""
    stored = have.get("bmc_passwords") or {}
    return sorted(host for host, given in bmc_passwords.items() if stored.get(host) and stored[host] != given)
