"""The signed attributes of a token: what was signed, and with which certificate.

    contentType            is id-ct-TSTInfo
    messageDigest          is the digest of the TSTInfo
    signingCertificate     ESSCertID, SHA-1 of the signer's certificate (RFC 2634 §5.4)
    signingCertificateV2   ESSCertIDv2, by default SHA-256 (RFC 5035 §3)

Without one of the last two nothing in the token says whose certificate it is,
and another one with the same key could be put in its place.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from ..errors import BindingFailure, HashFailure, Malformed
from . import der
from .certificate import Certificate
from .names import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SHA_256,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    TST_INFO,
    digest,
    read_hash,
)
from .signed_data import MAX_CERTIFICATES, Signer

SHA_1: Final = "sha-1"


class CertificateId(NamedTuple):
    """One ESSCertID: ``algorithm`` and ``value`` of the digest; issuer and serial if they are given."""

    algorithm: str
    value: bytes
    issuer: bytes | None
    serial: int | None

    def matches(self, certificate: Certificate) -> bool:
        """Return whether this identifies the certificate."""
        if self.issuer is not None and self.issuer != certificate.issuer:
            return False
        if self.serial is not None and self.serial != certificate.serial:
            return False
        if self.algorithm == SHA_1:  # SHA-1 is all that RFC 2634 has; it names, it signs nothing
            return hashlib.sha1(certificate.data, usedforsecurity=False).digest() == self.value
        return digest(self.algorithm, certificate.data) == self.value


def check_content(signer: Signer, content: bytes) -> None:
    """Check that the attributes speak of this content. Raises Malformed, HashFailure."""
    kind = _one(signer, CONTENT_TYPE)
    if kind.oid() != TST_INFO:
        raise Malformed("signed attributes: contentType is not that of a time-stamp")
    kind.done()
    value = _one(signer, MESSAGE_DIGEST)
    if value.octets() != digest(signer.digest, content):
        raise HashFailure("signed attributes: messageDigest is not that of the time-stamp")
    value.done()


def certificate_ids(signer: Signer) -> list[list[CertificateId]]:
    """Return the lists of certificate identifiers, the signer's own first in each.

    Raises BindingFailure if there is none, Malformed, and NotCheckable for an unknown digest.
    """
    lists = []
    if SIGNING_CERTIFICATE in signer.attributes:
        lists.append(_ids(_one(signer, SIGNING_CERTIFICATE), second_version=False))
    if SIGNING_CERTIFICATE_V2 in signer.attributes:
        lists.append(_ids(_one(signer, SIGNING_CERTIFICATE_V2), second_version=True))
    if not lists:
        raise BindingFailure("signed attributes: none names the signer's certificate (ESSCertID)")
    return lists


def _one(signer: Signer, kind: str) -> der.Reader:
    """Return a reader of the values of one attribute; the caller takes one and closes it."""
    values = signer.attributes.get(kind)
    if values is None:
        raise Malformed("signed attributes: one that every time-stamp has is missing")
    return der.Reader(values, "signed attributes")


def _ids(values: der.Reader, *, second_version: bool) -> list[CertificateId]:
    attribute = values.open(der.SEQUENCE)
    values.done()
    certificates = attribute.open(der.SEQUENCE)
    attribute.optional(der.SEQUENCE)  # policies of the certificate, which nothing here asks for
    attribute.done()
    found: list[CertificateId] = []
    while certificates.peek() is not None:
        if len(found) == MAX_CERTIFICATES:
            raise Malformed(f"ESSCertID: more than {MAX_CERTIFICATES}")
        found.append(_id(certificates.open(der.SEQUENCE, "ESSCertID"), second_version))
    if not found:
        raise Malformed("ESSCertID: none")
    return found


def _id(inside: der.Reader, second_version: bool) -> CertificateId:
    algorithm = SHA_1
    if second_version:
        # The default must not be written in DER; some do, and it is signed with the rest.
        algorithm = read_hash(inside) if inside.peek() == der.SEQUENCE else SHA_256
    value = inside.octets()
    issuer, serial = None, None
    if inside.peek() is not None:
        both = inside.open(der.SEQUENCE)
        names = both.open(der.SEQUENCE)
        directory = names.open(der.context(4))
        issuer = directory.take(der.SEQUENCE).raw
        directory.done()
        names.done()
        serial = both.integer()
        both.done()
    inside.done()
    return CertificateId(algorithm, value, issuer, serial)
