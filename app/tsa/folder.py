"""The folder of a development authority: its key and its two certificates.

    tsa.key     PKCS #8, only its owner may read it
    tsa.crt     the authority's certificate, critical id-kp-timeStamping and nothing else
    root.crt    its issuer, for `openssl ts -verify -CAfile` and for a policy
    state       see ``state``; written last, so a folder without it is not finished

The root's key is thrown away once it has signed: nothing else can be issued under it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from verifier.encoding import to_base64, to_time

from .state import State, write_durably

NAME: Final = "Beilin TSA - DEVELOPMENT ONLY, NOT INDEPENDENT"
ROOT_NAME: Final = "Beilin TSA root - DEVELOPMENT ONLY, NOT INDEPENDENT"
_DER: Final = serialization.Encoding.DER
_YEARS: Final = timedelta(days=3650)


class Keys(NamedTuple):
    """What an authority signs with."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    root: x509.Certificate


def create(folder: Path) -> Keys:
    """Make an authority in a folder that is empty or not there. Raises FileExistsError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _sign(_certificate(ROOT_NAME, ROOT_NAME, root_key, now), root_key, authority=True)
    certificate = _sign(_certificate(NAME, ROOT_NAME, key, now), root_key, authority=False)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_durably(folder / "tsa.key", secret, 0o600)
    write_durably(folder / "tsa.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    write_durably(folder / "root.crt", root.public_bytes(serialization.Encoding.PEM), 0o644)
    State.create(folder)
    return Keys(key, certificate, root)


def load(folder: Path) -> Keys:
    """Read an authority's key and certificates. Raises OSError, ValueError for what is not ours."""
    key = serialization.load_pem_private_key((folder / "tsa.key").read_bytes(), None)
    certificate = x509.load_pem_x509_certificate((folder / "tsa.crt").read_bytes())
    root = x509.load_pem_x509_certificate((folder / "root.crt").read_bytes())
    if not isinstance(key, ec.EllipticCurvePrivateKey) or (
        key.public_key() != certificate.public_key()
    ):
        raise ValueError("tsa.key is not the key of tsa.crt")
    return Keys(key, certificate, root)


def policy_line(keys: Keys, name: str) -> str:
    """Return the line of a policy (SPEC §11.1) that relies on this authority for its whole life."""
    first = to_time(int(keys.certificate.not_valid_before_utc.timestamp()))
    last = to_time(int(keys.certificate.not_valid_after_utc.timestamp()))
    return f"tsa {name} {first} {last} {to_base64(keys.root.public_bytes(_DER))}"


def _certificate(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(int.from_bytes(os.urandom(16), "big") >> 1 | 1)
        .not_valid_before(now)
        .not_valid_after(now + _YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _sign(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = builder.add_extension(usage, critical=True).add_extension(
        x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True
    )
    if not authority:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamping, critical=True).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    return builder.sign(key, hashes.SHA256())
