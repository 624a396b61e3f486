"""Object identifiers of time-stamp tokens, and which algorithms can be computed here.

An algorithm that is not in these tables is never guessed at: the token is
*not checkable here*, whatever else it says.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes

from ..errors import Malformed, NotCheckable
from .der import NULL, SEQUENCE, Element, Reader, encode, encode_oid

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"

GM_SIGNED_DATA: Final = "1.2.156.10197.6.1.4.2.2"
"""SignedData of GM/T 0010: tokens of Chinese authorities that sign with SM2 and SM3."""

SHA_256: Final = "sha-256"
HASHES: Final[dict[str, tuple[str, hashes.HashAlgorithm]]] = {
    "2.16.840.1.101.3.4.2.1": (SHA_256, hashes.SHA256()),
    "2.16.840.1.101.3.4.2.2": ("sha-384", hashes.SHA384()),
    "2.16.840.1.101.3.4.2.3": ("sha-512", hashes.SHA512()),
}
"""Digests that may be relied on, by their object identifiers (RFC 5754)."""
HASH_OIDS: Final = {name: oid for oid, (name, _) in HASHES.items()}

RSA: Final = "1.2.840.113549.1.1.1"
RSA_PSS: Final = "1.2.840.113549.1.1.10"
MGF1: Final = "1.2.840.113549.1.1.8"
ED25519: Final = "1.3.101.112"
RSA_WITH: Final = {
    "1.2.840.113549.1.1.11": SHA_256,
    "1.2.840.113549.1.1.12": "sha-384",
    "1.2.840.113549.1.1.13": "sha-512",
}
ECDSA_WITH: Final = {
    "1.2.840.10045.4.3.2": SHA_256,
    "1.2.840.10045.4.3.3": "sha-384",
    "1.2.840.10045.4.3.4": "sha-512",
}


def read_algorithm(reader: Reader) -> tuple[str, Element | None]:
    """Take an AlgorithmIdentifier; return its object identifier and its parameters."""
    inside = reader.open(SEQUENCE)
    oid = inside.oid()
    parameters = None if inside.peek() is None else inside.any()
    inside.done()
    return oid, parameters


def check_no_parameters(parameters: Element | None, what: str) -> None:
    """Refuse parameters other than none or NULL, which RFC 5754 §2 lets mean the same."""
    if parameters is not None and (parameters.tag != NULL or parameters.content):
        raise Malformed(f"{what}: an algorithm with parameters that it does not have")


def read_hash(reader: Reader) -> str:
    """Take the AlgorithmIdentifier of a digest; return its name. Raises NotCheckable."""
    oid, parameters = read_algorithm(reader)
    if oid not in HASHES:
        raise NotCheckable(f"{reader.what}: the digest algorithm {oid} is not computed here")
    check_no_parameters(parameters, reader.what)
    return HASHES[oid][0]


def hash_of(name: str) -> hashes.HashAlgorithm:
    """Return the algorithm of this name for ``cryptography``."""
    return HASHES[HASH_OIDS[name]][1]


def digest(name: str, data: bytes) -> bytes:
    """Return the digest of ``data``."""
    computed = hashes.Hash(hash_of(name))
    computed.update(data)
    return computed.finalize()


def encode_hash(name: str) -> bytes:
    """Return the AlgorithmIdentifier of a digest, without parameters (RFC 5754 §2)."""
    return encode(SEQUENCE, encode_oid(HASH_OIDS[name]))
