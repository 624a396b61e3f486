"""From a time-stamp request to its response (RFC 3161 §2.4). Development only.

ECDSA P-256 with SHA-256, ESSCertIDv2, genTime in whole seconds cut off, so the
accuracy stated is one second. The policy is an identifier from the arc that
ITU-T keeps for examples, because this authority has none.
"""

from __future__ import annotations

import time
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from verifier.errors import Malformed, NotCheckable
from verifier.timestamp import der
from verifier.timestamp.certificate import parse_certificate
from verifier.timestamp.messages import Request, parse_request
from verifier.timestamp.names import (
    CONTENT_TYPE,
    HASH_OIDS,
    MESSAGE_DIGEST,
    SHA_256,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    TST_INFO,
    digest,
    encode_hash,
)

from .folder import Keys
from .state import ClockWentBack, Stamp, State

POLICY: Final = "2.999.1"
_ECDSA_SHA_256: Final = "1.2.840.10045.4.3.2"

# PKIFailureInfo, the bits that RFC 3161 §2.4.2 lists.
BAD_ALGORITHM: Final = 0
BAD_DATA_FORMAT: Final = 5
TIME_NOT_AVAILABLE: Final = 14
UNACCEPTED_POLICY: Final = 15
UNACCEPTED_EXTENSION: Final = 16
SYSTEM_FAILURE: Final = 25
_REJECTION: Final = 2


class Authority:
    """Answers requests with one key and one state."""

    def __init__(self, keys: Keys, state: State) -> None:
        self._key = keys.key
        self._certificate = keys.certificate.public_bytes(serialization.Encoding.DER)
        self._state = state

    def respond(self, query: bytes) -> bytes:
        """Return the DER TimeStampResp for a TimeStampReq: a token, or why there is none."""
        try:
            request = parse_request(query)
        except Malformed:
            return _refusal(BAD_DATA_FORMAT)
        except NotCheckable:
            return _refusal(UNACCEPTED_EXTENSION)
        if request.algorithm not in HASH_OIDS:
            return _refusal(BAD_ALGORITHM)
        if request.policy not in (None, POLICY):
            return _refusal(UNACCEPTED_POLICY)
        try:
            stamp = self._state.next()
        except ClockWentBack:
            return _refusal(TIME_NOT_AVAILABLE)
        except OSError:
            return _refusal(SYSTEM_FAILURE)
        granted = der.encode(der.SEQUENCE, der.encode_integer(0))
        return der.encode(der.SEQUENCE, granted, self.token(request, stamp))

    def token(self, request: Request, stamp: Stamp) -> bytes:
        """Return the DER TimeStampToken for a request and a stamp that is spent with it."""
        content = _tst_info(request, stamp)
        certificate = parse_certificate(self._certificate)
        ess = der.encode(
            der.SEQUENCE, der.encode(der.OCTET_STRING, digest(SHA_256, certificate.data))
        )
        attributes = (
            _attribute(CONTENT_TYPE, der.encode_oid(TST_INFO)),
            _attribute(MESSAGE_DIGEST, der.encode(der.OCTET_STRING, digest(SHA_256, content))),
            _attribute(
                SIGNING_CERTIFICATE_V2, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, ess))
            ),
        )
        signature = self._key.sign(der.encode_set(*attributes), ec.ECDSA(hashes.SHA256()))
        signer = der.encode(
            der.SEQUENCE,
            der.encode_integer(1),
            der.encode(der.SEQUENCE, certificate.issuer, der.encode_integer(certificate.serial)),
            encode_hash(SHA_256),
            der.encode_set(*attributes, tag=der.context(0)),
            der.encode(der.SEQUENCE, der.encode_oid(_ECDSA_SHA_256)),
            der.encode(der.OCTET_STRING, signature),
        )
        signed_data = der.encode(
            der.SEQUENCE,
            der.encode_integer(3),
            der.encode_set(encode_hash(SHA_256)),
            der.encode(
                der.SEQUENCE,
                der.encode_oid(TST_INFO),
                der.encode(der.context(0), der.encode(der.OCTET_STRING, content)),
            ),
            der.encode(der.context(0), certificate.data) if request.certificates else b"",
            der.encode_set(signer),
        )
        return der.encode(
            der.SEQUENCE, der.encode_oid(SIGNED_DATA), der.encode(der.context(0), signed_data)
        )


def _tst_info(request: Request, stamp: Stamp) -> bytes:
    gen_time = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(stamp.seconds)).encode()
    return der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        der.encode_oid(POLICY),
        der.encode(
            der.SEQUENCE,
            encode_hash(request.algorithm),
            der.encode(der.OCTET_STRING, request.imprint),
        ),
        der.encode_integer(stamp.serial),
        der.encode(der.GENERALIZED_TIME, gen_time),
        der.encode(der.SEQUENCE, der.encode_integer(1)),
        b"" if request.nonce is None else der.encode_integer(request.nonce),
    )


def _attribute(kind: str, value: bytes) -> bytes:
    return der.encode(der.SEQUENCE, der.encode_oid(kind), der.encode(der.SET, value))


def _refusal(bit: int) -> bytes:
    octets = bytearray(bit // 8 + 1)
    octets[-1] = 0x80 >> bit % 8
    unused = 7 - bit % 8
    info = der.encode(
        der.SEQUENCE,
        der.encode_integer(_REJECTION),
        der.encode(der.BIT_STRING, bytes([unused]) + bytes(octets)),
    )
    return der.encode(der.SEQUENCE, info)
