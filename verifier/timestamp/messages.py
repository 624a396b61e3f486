"""Request and response of the time-stamp protocol (RFC 3161 §2.4).

    TimeStampReq  ::= SEQUENCE { version 1, MessageImprint, reqPolicy OPTIONAL, nonce OPTIONAL,
                                 certReq DEFAULT FALSE, [0] extensions OPTIONAL }
    TimeStampResp ::= SEQUENCE { PKIStatusInfo, TimeStampToken OPTIONAL }
    PKIStatusInfo ::= SEQUENCE { status, SEQUENCE OF text OPTIONAL, failInfo OPTIONAL }

A request carries a digest and never the data. A token inside a response is only
cut out here; ``verify`` says what it is worth.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import Malformed, NotCheckable
from . import der
from .names import HASH_OIDS, SHA_256, check_no_parameters, encode_hash, hash_of, read_algorithm
from .signed_data import MAX_BYTES

MAX_RESPONSE_BYTES: Final = MAX_BYTES + 2048
"""A token and what an authority says beside it."""
MAX_REQUEST_BYTES: Final = 4096
GRANTED: Final = (0, 1)
"""granted, and grantedWithMods: what was changed shows in the token, which is verified."""
_NAMES: Final = {oid: name for name, oid in HASH_OIDS.items()}


class Request(NamedTuple):
    """What is asked for; ``algorithm`` is a name of ours, or the identifier of an unknown digest."""

    imprint: bytes
    algorithm: str = SHA_256
    nonce: int | None = None
    policy: str | None = None
    certificates: bool = True

    def to_bytes(self) -> bytes:
        """Return the DER of the request."""
        return der.encode(
            der.SEQUENCE,
            der.encode_integer(1),
            der.encode(
                der.SEQUENCE,
                encode_hash(self.algorithm),
                der.encode(der.OCTET_STRING, self.imprint),
            ),
            b"" if self.policy is None else der.encode_oid(self.policy),
            b"" if self.nonce is None else der.encode_integer(self.nonce),
            der.encode(der.BOOLEAN, b"\xff") if self.certificates else b"",
        )


def parse_request(data: bytes) -> Request:
    """Return a request. Raises Malformed, NotCheckable where it has extensions."""
    if len(data) > MAX_REQUEST_BYTES:
        raise Malformed(f"request: {len(data)} bytes, more than the {MAX_REQUEST_BYTES} allowed")
    inside = der.read_one(data, der.SEQUENCE, "request")
    if inside.integer() != 1:
        raise Malformed("request: not version 1")
    imprint = inside.open(der.SEQUENCE, "request: imprint")
    oid, parameters = read_algorithm(imprint)
    check_no_parameters(parameters, "request: imprint")
    value = imprint.octets()
    imprint.done()
    algorithm = _NAMES.get(oid, oid)
    if algorithm in HASH_OIDS and len(value) != hash_of(algorithm).digest_size:
        raise Malformed("request: an imprint of another length than its digest has")
    policy = inside.oid() if inside.peek() == der.OID else None
    nonce = inside.integer() if inside.peek() == der.INTEGER else None
    certificates = inside.true_by_default_false()
    if inside.optional(der.context(0)) is not None:
        raise NotCheckable("request: extensions, of which none is known here")
    inside.done()
    return Request(value, algorithm, nonce, policy, certificates)


class Response(NamedTuple):
    """An authority's answer: its status and the token's DER, None where it refused.

    ``failure`` is the number of the first bit of failInfo, None if it gave none.
    """

    status: int
    failure: int | None
    token: bytes | None


def parse_response(data: bytes) -> Response:
    """Return an authority's answer. Raises Malformed, also for a status that its token belies."""
    if len(data) > MAX_RESPONSE_BYTES:
        raise Malformed(f"response: {len(data)} bytes, more than the {MAX_RESPONSE_BYTES} allowed")
    outer = der.read_one(data, der.SEQUENCE, "response")
    info = outer.open(der.SEQUENCE)
    status = info.integer()
    info.optional(der.SEQUENCE)  # free text of a stranger; the number says enough
    bits = info.optional(der.BIT_STRING)
    info.done()
    token = outer.optional(der.SEQUENCE)
    outer.done()
    if (token is not None) != (status in GRANTED):
        raise Malformed("response: granted without a token, or a token without being granted")
    return Response(status, _first_bit(bits), None if token is None else token.raw)


def _first_bit(bits: der.Element | None) -> int | None:
    if bits is None:
        return None
    for at, byte in enumerate(bits.content[1:5]):
        if byte:
            return 8 * at + 8 - byte.bit_length()
    return None
