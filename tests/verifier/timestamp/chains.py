"""Keys, certificates and chains for tokens: sound ones, and ones with a part replaced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from verifier.policy import Tsa

FIRST, LAST = dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1)
STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
EKU = (STAMPING, True)

Key = Any


def key(kind: str, number: int = 0) -> Key:
    """A key of a kind; the same for the same number."""
    return _key(kind, number)


@cache
def _key(kind: str, number: int) -> Key:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    curves: dict[str, Any] = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1,
                              "k256": ec.SECP256K1}  # fmt: skip
    return ec.generate_private_key(curves[kind]())


def usage(*, sign: bool = False, issue: bool = False, agree: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(sign, False, False, False, agree, issue, issue, False, False)


AUTHORITY = ((x509.BasicConstraints(ca=True, path_length=None), True), (usage(issue=True), True))


def certificate(
    subject: str,
    of: Key,
    issuer: str,
    by: Key,
    extensions=(),
    *,
    first=FIRST,
    last=LAST,
    serial: int | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(of.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def raw(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.DER)


def pem(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.PEM)


def key_pem(of: Key) -> bytes:
    return of.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@dataclass(frozen=True)
class Chain:
    """A root, what lies between, and the signer's certificate with its key."""

    root: x509.Certificate
    between: tuple[x509.Certificate, ...]
    signer: x509.Certificate
    key: Key

    def tsa(self, first: int = 0, last: int = 2**33, name: str = "tsa1") -> Tsa:
        return Tsa(name, first, last, raw(self.root))


def chain(kind: str = "p256", between: int = 0) -> Chain:
    """A sound chain with so many intermediate authorities; the same for the same words."""
    return _chain(kind, between)


@cache
def _chain(kind: str, between: int) -> Chain:
    return make_chain(key(kind, 9), between)


def make_chain(
    signer: Key,
    between: int = 0,
    root_kind: str = "p256",
    *,
    extensions=(EKU,),
    root_extensions=AUTHORITY,
    between_extensions=AUTHORITY,
    root_last=LAST,
    **dates: Any,
) -> Chain:
    issuer, by = "root", key(root_kind, 100)
    root = certificate(issuer, by, issuer, by, root_extensions, last=root_last)
    middle: list[x509.Certificate] = []
    for number in range(between):
        name, of = f"between {number}", key(root_kind, 101 + number)
        middle.append(certificate(name, of, issuer, by, between_extensions))
        issuer, by = name, of
    own = certificate("tsa", signer, issuer, by, extensions, **dates)
    return Chain(root, tuple(reversed(middle)), own, signer)
