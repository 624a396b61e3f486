"""Requests and responses, against OpenSSL's and byte by byte."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.timestamp.making import algorithm, good, octets
from verifier.errors import Malformed, NotCheckable
from verifier.timestamp import der
from verifier.timestamp.messages import Request, Response, parse_request, parse_response

IMPRINT = hashlib.sha256(b"x").digest()


@given(
    st.none() | st.integers(0, 2**128),
    st.none() | st.sampled_from(["1.2.3", "2.999.1"]),
    st.booleans(),
)
def test_what_is_written_is_read(nonce: int | None, policy: str | None, wanted: bool) -> None:
    request = Request(IMPRINT, "sha-256", nonce, policy, wanted)
    assert parse_request(request.to_bytes()) == request


def test_the_plainest_request_is_these_bytes() -> None:
    # RFC 3161 §2.4.1 by hand: version 1, SHA-256 without parameters, the digest, certReq.
    head = bytes.fromhex("3037" "020101" "302f" "300b0609608648016503040201" "0420")  # fmt: skip
    assert Request(IMPRINT).to_bytes() == head + IMPRINT + b"\x01\x01\xff"


def test_an_unknown_digest_is_named_by_its_identifier() -> None:
    imprint = der.encode(0x30, algorithm("1.2.156.10197.1.401"), octets(bytes(32)))
    data = der.encode(0x30, der.encode_integer(1), imprint)
    assert parse_request(data).algorithm == "1.2.156.10197.1.401"


@pytest.mark.parametrize("change", [
    lambda d: d + b"\0", lambda d: d[:-1], lambda d: b"", lambda d: d.replace(b"\x02\x01\x01", b"\x02\x01\x02"),
    lambda d: d.replace(b"\x01\x01\xff", b"\x01\x01\x00"), lambda d: d + bytes(5000),
    lambda d: Request(IMPRINT[:-1]).to_bytes(), lambda d: Request(IMPRINT, "sha-512").to_bytes(),
])  # fmt: skip
def test_bad_requests(change) -> None:
    good_one = Request(IMPRINT, nonce=5).to_bytes()
    assert parse_request(good_one)
    with pytest.raises(Malformed):
        parse_request(change(good_one))


def test_a_request_with_extensions_is_not_answered_as_if_it_had_none() -> None:
    plain = der.Reader(Request(IMPRINT).to_bytes(), "test").any().content
    with pytest.raises(NotCheckable):
        parse_request(der.encode(0x30, plain, der.encode(der.context(0), b"\x30\x00")))


def info(status: int, *more: bytes) -> bytes:
    return der.encode(0x30, der.encode_integer(status), *more)


def test_responses() -> None:
    token = good().to_bytes()
    text = der.encode(0x30, der.encode(der.UTF8_STRING, "不行".encode()))
    bits = {0: b"\x07\x80", 5: b"\x02\x04", 14: b"\x01\x00\x02", 25: b"\x06\x00\x00\x00\x40"}
    assert parse_response(der.encode(0x30, info(0), token)) == Response(0, None, token)
    assert parse_response(der.encode(0x30, info(1, text), token)).token == token
    for bit, content in bits.items():
        data = der.encode(0x30, info(2, text, der.encode(der.BIT_STRING, content)))
        assert parse_response(data) == Response(2, bit, None)
    assert (
        parse_response(der.encode(0x30, info(2, der.encode(der.BIT_STRING, b"\0")))).failure is None
    )
    for bad in (
        der.encode(0x30, info(2), token), der.encode(0x30, info(0)), der.encode(0x30, info(9), token),
        der.encode(0x30, info(0), token) + b"\0", der.encode(0x30, info(0), token, b"\x05\x00"),
        der.encode(0x30, info(0), der.encode(0x30, bytes(20_000))), b"",
    ):  # fmt: skip
        with pytest.raises(Malformed):
            parse_response(bad)
