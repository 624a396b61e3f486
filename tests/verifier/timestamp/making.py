"""Makes tokens, good and bad: every part of one can be replaced before it is signed.

Written on the DER writer of the verifier, so it proves nothing by itself: that its
good tokens are good is what OpenSSL and rfc3161-client say (test_openssl, test_second_opinion).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.verifier.timestamp.chains import Chain, chain, raw
from verifier.timestamp import der, names
from verifier.timestamp.certificate import parse_certificate

STAMPED = b"the bytes that were stamped\n"
NONCE = 0x1234_5678_9ABC_DEF0
GEN_TIME = b"20270601120000Z"
SECONDS = 1811851200
HASHES = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}
OIDS = names.HASH_OIDS
KEY = 0x30  # SEQUENCE, by a shorter name


def algorithm(name: str, *parameters: bytes) -> bytes:
    return der.encode(KEY, der.encode_oid(OIDS.get(name, name)), *parameters)


def octets(value: bytes) -> bytes:
    return der.encode(der.OCTET_STRING, value)


def attribute(kind: str, *values: bytes) -> bytes:
    return der.encode(KEY, der.encode_oid(kind), der.encode(der.SET, *values))


def ess_v2(found: x509.Certificate, name: str = "sha-256", *, serial: bool = False) -> bytes:
    """One ESSCertIDv2."""
    named = b"" if name == "sha-256" else algorithm(name)
    both = b""
    if serial:
        read = parse_certificate(raw(found))
        directory = der.encode(der.context(4), read.issuer)
        both = der.encode(KEY, der.encode(KEY, directory), der.encode_integer(read.serial))
    return der.encode(KEY, named, octets(names.digest(name, raw(found))), both)


def ess_v1(found: x509.Certificate) -> bytes:
    """One ESSCertID."""
    return der.encode(KEY, octets(found.fingerprint(hashes.SHA1())))


def signing_certificate(*ids: bytes, version: int = 2) -> bytes:
    kind = names.SIGNING_CERTIFICATE_V2 if version == 2 else names.SIGNING_CERTIFICATE
    return attribute(kind, der.encode(KEY, der.encode(KEY, *ids)))


@dataclass(frozen=True)
class Token:
    """The parts of a token; ``None`` stands for what is right. ``to_bytes`` signs."""

    chain: Chain
    stamped: bytes = STAMPED
    hash: str = "sha-256"
    imprint_hash: str = "sha-256"
    imprint: bytes | None = None
    imprint_algorithm: bytes | None = None
    gen_time: bytes = GEN_TIME
    accuracy: bytes = der.encode(KEY, der.encode_integer(1))
    ordering: bytes = b""
    nonce: int | None = NONCE
    after_nonce: bytes = b""
    tst_info: bytes | None = None
    content_type: str = names.TST_INFO
    embedded: tuple[bytes, ...] | None = None
    ess: tuple[bytes, ...] | None = None
    extra: tuple[bytes, ...] = ()
    attributes: bytes | None = None
    message_digest: bytes | None = None
    sid: bytes | None = None
    signer_version: int = 1
    version: int = 3
    signature_algorithm: bytes | None = None
    signature: bytes | None = None
    pss: bool = False
    crls: bytes = b""
    unsigned: bytes = b""
    digest_algorithm: bytes | None = None
    wrapping: str = names.SIGNED_DATA
    content: bytes = field(default=b"", init=False)

    def but(self, **changes: Any) -> Token:
        return replace(self, **changes)

    def info(self) -> bytes:
        imprint = self.imprint
        if imprint is None:
            imprint = names.digest(self.imprint_hash, self.stamped)
        return der.encode(
            KEY,
            der.encode_integer(1),
            der.encode_oid("2.999.7"),
            der.encode(
                KEY, self.imprint_algorithm or algorithm(self.imprint_hash), octets(imprint)
            ),
            der.encode_integer(0x1F2E3D),
            der.encode(der.GENERALIZED_TIME, self.gen_time),
            self.accuracy,
            self.ordering,
            b"" if self.nonce is None else der.encode_integer(self.nonce),
            self.after_nonce,
        )

    def signed(self, content: bytes) -> bytes:
        """The signed attributes, without their tag."""
        if self.attributes is not None:
            return self.attributes
        value = self.message_digest
        if value is None:
            value = names.digest(self.hash, content)
        ess = self.ess
        if ess is None:
            ess = (signing_certificate(ess_v2(self.chain.signer)),)
        return b"".join(
            sorted(
                [
                    attribute(names.CONTENT_TYPE, der.encode_oid(self.content_type)),
                    attribute(names.MESSAGE_DIGEST, octets(value)),
                    *ess,
                    *self.extra,
                ]
            )
        )

    def scheme(self) -> bytes:
        if self.signature_algorithm is not None:
            return self.signature_algorithm
        signer = self.chain.key
        if isinstance(signer, rsa.RSAPrivateKey):
            if not self.pss:
                return algorithm(names.RSA, b"\x05\x00")
            return pss_algorithm(self.hash)
        if isinstance(signer, ed25519.Ed25519PrivateKey):
            return algorithm(names.ED25519)
        oid = next(oid for oid, name in names.ECDSA_WITH.items() if name == self.hash)
        return algorithm(oid)

    def sign(self, data: bytes) -> bytes:
        signer, hashed = self.chain.key, HASHES[self.hash]
        if isinstance(signer, rsa.RSAPrivateKey):
            pad: Any = padding.PKCS1v15()
            if self.pss:
                pad = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
            return signer.sign(data, pad, hashed)
        if isinstance(signer, ed25519.Ed25519PrivateKey):
            return signer.sign(data)
        return signer.sign(data, ec.ECDSA(hashed))

    def signed_data(self) -> bytes:
        content = self.tst_info if self.tst_info is not None else self.info()
        signed = self.signed(content)
        signature = self.signature
        if signature is None:
            signature = self.sign(der.encode(der.SET, signed))
        read = parse_certificate(raw(self.chain.signer))
        sid = self.sid or der.encode(KEY, read.issuer, der.encode_integer(read.serial))
        embedded = self.embedded
        if embedded is None:
            embedded = (raw(self.chain.signer), *map(raw, self.chain.between))
        hashed = self.digest_algorithm or algorithm(self.hash)
        signer = der.encode(
            KEY,
            der.encode_integer(self.signer_version),
            sid,
            hashed,
            der.encode(der.context(0), signed),
            self.scheme(),
            octets(signature),
            self.unsigned,
        )
        return der.encode(
            KEY,
            der.encode_integer(self.version),
            der.encode(der.SET, hashed),
            der.encode(
                KEY,
                der.encode_oid(self.content_type),
                der.encode(der.context(0), octets(content)),
            ),
            der.encode(der.context(0), *embedded) if embedded else b"",
            self.crls,
            der.encode(der.SET, signer),
        )

    def to_bytes(self) -> bytes:
        return der.encode(
            KEY, der.encode_oid(self.wrapping), der.encode(der.context(0), self.signed_data())
        )


def pss_algorithm(name: str, mask: str | None = None, salt: int | None = None) -> bytes:
    size = HASHES[name].digest_size if salt is None else salt
    return algorithm(
        names.RSA_PSS,
        der.encode(
            KEY,
            der.encode(der.context(0), algorithm(name)),
            der.encode(der.context(1), algorithm(names.MGF1, algorithm(mask or name))),
            der.encode(der.context(2), der.encode_integer(size)),
        ),
    )


def good(kind: str = "p256", **changes: Any) -> Token:
    """A token by a chain of that kind of key that every verifier accepts."""
    defaults = {"hash": "sha-512"} if kind == "ed25519" else {}
    return Token(chain(kind), **(defaults | changes))
