"""The strict DER reader: every short encoding, and the forms that DER does not have."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import Malformed
from verifier.timestamp import der


def reference(data: bytes) -> tuple[int, bytes] | None:
    """X.690 §8.1 and §10.1 by another road: the value whose one encoding these bytes begin with."""
    for size in range(len(data) - 1):
        for width in range(4):
            head = (
                bytes([size]) if width == 0 else bytes([0x80 | width]) + size.to_bytes(width, "big")
            )
            shortest = width == 0 if size < 0x80 else width == (size.bit_length() + 7) // 8
            if shortest and data[1 : 1 + len(head)] == head and len(data) >= 1 + len(head) + size:
                return data[0], data[1 + len(head) : 1 + len(head) + size]
    return None


def outcome(data: bytes) -> tuple[int, bytes] | None:
    try:
        found = der.Reader(data, "test").any()
    except Malformed:
        return None
    assert data.startswith(found.raw)
    assert der.encode(found.tag, found.content) == found.raw
    return found.tag, found.content


def test_every_encoding_of_up_to_three_bytes_and_every_length_byte() -> None:
    for tag in range(256):
        for rest in itertools.chain(
            [b""],
            (bytes([size]) for size in range(256)),
            (bytes([size, value]) for size in range(256) for value in (0, 1, 0x80, 0xFF)),
        ):
            data = bytes([tag]) + rest
            expected = None if tag & 0x1F == 0x1F else reference(data)
            assert outcome(data) == expected, data


@given(st.integers(0, 255).filter(lambda tag: tag & 0x1F != 0x1F), st.integers(0, 70_000))
def test_what_is_written_is_read(tag: int, size: int) -> None:
    content = bytes(size)
    written = der.encode(tag, content)
    assert outcome(written) == (tag, content)
    assert outcome(written[:-1]) is None
    assert der.Reader(written + b"\0", "test").any().raw == written


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80\x00\x00",  # indefinite
        b"\x30\x81\x05" + bytes(5),  # not the shortest form
        b"\x30\x82\x00\x80" + bytes(128),
        b"\x30\x84\x00\x00\x00\x02" + bytes(2),
        b"\x30\x84\xff\xff\xff\xff",  # huge
        b"\x30\xff" + b"\xff" * 127,
        b"\x30\x83\xff\xff\xff" + bytes(100),
        b"\x30\x05" + bytes(4),  # past the end
        b"\x3f\x81\x00\x00",  # a tag of more than one byte
        b"\x1f\x01\x00",
    ],
)
def test_what_der_does_not_have(data: bytes) -> None:
    assert outcome(data) is None


@given(st.integers(-(2**255), 2**255))
def test_integers(value: int) -> None:
    written = der.encode_integer(value)
    assert der.Reader(written, "test").integer() == value


def test_every_integer_of_one_and_two_bytes_has_one_spelling() -> None:
    for size in (1, 2):
        for number in range(256**size):
            content = number.to_bytes(size, "big")
            value = int.from_bytes(content, "big", signed=True)
            if der.encode_integer(value) == der.encode(der.INTEGER, content):
                assert der.integer_of(content, "test") == value
            else:
                with pytest.raises(Malformed):
                    der.integer_of(content, "test")
    for content in (b"", bytes(34), b"\x01" + bytes(33)):
        with pytest.raises(Malformed):
            der.integer_of(content, "test")


@given(
    st.one_of(
        st.tuples(st.integers(0, 1), st.integers(0, 39)),
        st.tuples(st.just(2), st.integers(0, 2**70)),
    ),
    st.lists(st.integers(0, 2**40), max_size=4),
)
def test_object_identifiers(first: tuple[int, int], rest: list[int]) -> None:
    dotted = ".".join(map(str, (*first, *rest)))
    assert der.Reader(der.encode_oid(dotted), "test").oid() == dotted


def test_known_object_identifiers() -> None:
    # X.690 §8.19.5, and RFC 3161's own.
    assert der.encode_oid("2.999.3") == bytes.fromhex("0603883703")
    assert der.encode_oid("1.2.840.113549.1.9.16.1.4").hex() == "060b2a864886f70d0109100104"
    for content in (b"", b"\x80\x01", b"\x2a\x80\x01", b"\x2a\x86", b"\x2a" * 65):
        with pytest.raises(Malformed):
            der.oid_of(content, "test")


def test_booleans_have_one_spelling_and_no_false() -> None:
    assert der.Reader(b"", "test").true_by_default_false() is False
    assert der.Reader(b"\x01\x01\xff", "test").true_by_default_false() is True
    for data in (b"\x01\x01\x00", b"\x01\x01\x01", b"\x01\x00", b"\x01\x02\xff\xff"):
        with pytest.raises(Malformed):
            der.Reader(data, "test").true_by_default_false()


def test_a_deep_nest_is_opened_no_deeper_than_asked() -> None:
    nest = b""
    for _ in range(4000):  # four times Python's own limit of recursion
        nest = der.encode(0x30, nest)
    reader = der.Reader(nest, "test")
    assert reader.open(0x30).peek() == 0x30
    reader.done()


def test_nothing_may_be_left_and_nothing_may_be_missing() -> None:
    inner = der.encode_integer(1)
    with pytest.raises(Malformed):
        der.read_one(der.encode(0x30, inner) + b"\0", 0x30, "test")
    reader = der.read_one(der.encode(0x30, inner), 0x30, "test")
    with pytest.raises(Malformed):
        reader.done()
    with pytest.raises(Malformed):
        reader.take(der.OID)
    assert reader.optional(der.OID) is None
    assert reader.integer() == 1
    reader.done()
    with pytest.raises(Malformed):
        reader.any()
