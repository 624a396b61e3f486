"""The CMS wrapping of a time-stamp token (RFC 5652 §5.1, RFC 3161 §2.4.2).

    ContentInfo ::= SEQUENCE { id-signedData, [0] SignedData }
    SignedData  ::= SEQUENCE { version 3, SET OF digest algorithm,
                               SEQUENCE { id-ct-TSTInfo, [0] OCTET STRING },
                               [0] certificates OPTIONAL, [1] crls OPTIONAL, SET OF SignerInfo }
    SignerInfo  ::= SEQUENCE { version, who signed, digest algorithm, [0] signed attributes,
                               signature algorithm, OCTET STRING, [1] unsigned attributes OPTIONAL }

Strict DER but for one thing: the certificates may stand in any order, because
`openssl ts -reply` and others do not sort them. Exactly one signer, exactly one
digest algorithm, which is the signer's. Nothing is verified here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from ..errors import Malformed, NotCheckable
from . import der
from .names import GM_SIGNED_DATA, SIGNED_DATA, TST_INFO, read_algorithm, read_hash

MAX_BYTES: Final = 16384
"""Longest token, and longest certificate, as in a receipt (SPEC §6.2)."""
MAX_CERTIFICATES: Final = 16
MAX_ATTRIBUTES: Final = 16


class Signer(NamedTuple):
    """One SignerInfo. ``issuer`` is the raw Name, ``key_identifier`` replaces issuer and serial.

    ``attributes`` maps an object identifier to the raw value of the attribute's one value;
    ``signed`` is the DER of the attributes as a SET, which is what the signature is over.
    """

    issuer: bytes
    serial: int
    key_identifier: bytes | None
    digest: str
    attributes: dict[str, bytes]
    signed: bytes
    algorithm: str
    parameters: der.Element | None
    signature: bytes


class SignedData(NamedTuple):
    """A token's parts; ``content`` is the DER of the TSTInfo, ``unread`` names what is carried
    and neither signed nor looked at.
    """

    content: bytes
    certificates: tuple[bytes, ...]
    signer: Signer
    unread: tuple[str, ...]


def parse_signed_data(token: bytes) -> SignedData:
    """Return the parts of a DER TimeStampToken.

    Raises Malformed, and NotCheckable for digests and wrappings that are not computed here.
    """
    if len(token) > MAX_BYTES:
        raise Malformed(f"token: {len(token)} bytes, more than the {MAX_BYTES} allowed")
    outer = der.read_one(token, der.SEQUENCE, "token")
    kind = outer.oid()
    if kind == GM_SIGNED_DATA:
        raise NotCheckable("token: a SignedData of GM/T 0010 (SM2, SM3) is not computed here")
    if kind != SIGNED_DATA:
        raise Malformed("token: not a SignedData")
    wrapped = outer.open(der.context(0))
    outer.done()
    data = wrapped.open(der.SEQUENCE)
    wrapped.done()
    if data.integer() != 3:
        raise Malformed("token: not version 3 of SignedData, as a time-stamp has")
    algorithms = data.open(der.SET)
    algorithm = read_hash(algorithms)
    algorithms.done()
    content = _content(data.open(der.SEQUENCE))
    certificates = data.optional(der.context(0))
    unread = [] if data.optional(der.context(1)) is None else ["revocation lists"]
    signers = data.open(der.SET)
    data.done()
    signer, unsigned = _signer(signers.open(der.SEQUENCE, "signer"))
    signers.done()
    if signer.digest != algorithm:
        raise Malformed("token: the signer's digest algorithm is not the one that is announced")
    if unsigned:
        unread.append("unsigned attributes")
    found = () if certificates is None else _certificates(certificates.content)
    return SignedData(content, found, signer, tuple(unread))


def _content(inside: der.Reader) -> bytes:
    if inside.oid() != TST_INFO:
        raise Malformed("token: what is signed is not a time-stamp (id-ct-TSTInfo)")
    wrapped = inside.open(der.context(0))
    inside.done()
    content = wrapped.octets()
    wrapped.done()
    return content


def _certificates(content: bytes) -> tuple[bytes, ...]:
    reader = der.Reader(content, "token: certificates")
    found: list[bytes] = []
    while reader.peek() is not None:
        if len(found) == MAX_CERTIFICATES:
            raise Malformed(f"token: more than {MAX_CERTIFICATES} certificates")
        found.append(reader.take(der.SEQUENCE).raw)
    return tuple(found)


def _signer(inside: der.Reader) -> tuple[Signer, bool]:
    version = inside.integer()
    issuer, serial, key_identifier = b"", 0, None
    # RFC 5652 §5.3: version 1 names the signer by issuer and serial, 3 by the key.
    if version == 1:
        name = inside.open(der.SEQUENCE)
        issuer, serial = name.take(der.SEQUENCE).raw, name.integer()
        name.done()
    elif version == 3:
        key_identifier = inside.take(der.context(0, constructed=False)).content
    else:
        raise Malformed("signer: neither version 1 nor version 3")
    algorithm = read_hash(inside)
    attributes = inside.take(der.context(0))
    found = _attributes(attributes.content)
    signature_algorithm, parameters = read_algorithm(inside)
    signature = inside.octets()
    unsigned = inside.optional(der.context(1)) is not None
    inside.done()
    # RFC 5652 §5.4: the signature is over the attributes under the tag of a SET OF.
    signed = der.encode(der.SET, attributes.content)
    return (
        Signer(
            issuer, serial, key_identifier, algorithm, found, signed,
            signature_algorithm, parameters, signature,
        ),
        unsigned,
    )  # fmt: skip


def _attributes(content: bytes) -> dict[str, bytes]:
    reader = der.Reader(content, "signed attributes")
    raws: list[der.Element] = []
    while reader.peek() is not None:
        if len(raws) == MAX_ATTRIBUTES:
            raise Malformed(f"signed attributes: more than {MAX_ATTRIBUTES}")
        raws.append(reader.take(der.SEQUENCE))
    if any(a.raw >= b.raw for a, b in pairwise(raws)):  # RFC 5652 §5.3: DER, whatever the rest is
        raise Malformed("signed attributes: not in the order of DER, or one stands twice")
    found: dict[str, bytes] = {}
    for element in raws:
        attribute = der.Reader(element.content, "signed attributes")
        kind = attribute.oid()
        values = attribute.take(der.SET).content
        attribute.done()
        if kind in found:
            raise Malformed("signed attributes: one stands twice")
        found[kind] = values
    return found
