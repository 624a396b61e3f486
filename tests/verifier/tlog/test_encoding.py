"""One spelling per value: whatever is accepted is written back to the same characters."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import encoding
from verifier.errors import Malformed

NEAR_NUMBERS = st.one_of(
    st.text(max_size=24),
    st.text("0123456789+-_ \n.xe٣７", max_size=21),
    st.integers(-5, 2**64).map(str),
)
NEAR_BASE64 = st.one_of(
    st.text(max_size=60),
    st.text("ABCDwxyz0189+/=-_ \n", max_size=60),
    st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode()),
)
NEAR_TIMES = st.one_of(
    st.text(max_size=24),
    st.text("0123456789-:TZ ٣", min_size=20, max_size=20),
    st.integers(0, 253402300799).map(encoding.to_time),
    st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z"),
)


@given(NEAR_NUMBERS)
def test_decimal(text: str) -> None:
    try:
        value = encoding.parse_decimal(text, "n")
    except Malformed:
        return
    assert str(value) == text
    assert 0 <= value <= 2**63 - 1


@pytest.mark.parametrize(
    "text", ["", "042", "+42", "-0", " 42", "42\n", "4_2", "٤٢", "７", "0x7", "1e3", str(2**63)]
)
def test_decimal_refuses_what_int_takes(text: str) -> None:
    with pytest.raises(Malformed):
        encoding.parse_decimal(text, "n")


@given(NEAR_BASE64)
def test_base64(text: str) -> None:
    try:
        data = encoding.parse_base64(text, "b")
    except Malformed:
        return
    assert encoding.to_base64(data) == text


@given(st.binary(max_size=100))
def test_base64_round_trip(data: bytes) -> None:
    text = encoding.to_base64(data)
    assert encoding.parse_base64(text, "b", length=len(data)) == data
    with pytest.raises(Malformed):
        encoding.parse_base64(text, "b", length=len(data) + 1)


@given(NEAR_TIMES)
def test_time(text: str) -> None:
    try:
        seconds = encoding.parse_time(text, "t")
    except Malformed:
        return
    assert encoding.to_time(seconds) == text


@given(st.one_of(st.binary(max_size=80), st.text(max_size=40).map(str.encode)))
def test_lines(data: bytes) -> None:
    try:
        lines = encoding.split_lines(data, "text", maximum_bytes=60)
    except Malformed:
        return
    assert "".join(line + "\n" for line in lines).encode() == data


@given(st.binary(max_size=60))
def test_any_name_has_one_line(raw: bytes) -> None:
    text = encoding.escape_bytes(raw)
    assert encoding.unescape_bytes(text, "name") == raw
    assert not any(ord(character) < 0x20 or character == "\x7f" for character in text)


@given(st.one_of(st.text(max_size=30), st.text("ab%2541cC0Fefg \n碑", max_size=30)))
def test_a_name_has_one_spelling(text: str) -> None:
    try:
        raw = encoding.unescape_bytes(text, "name")
    except Malformed:
        return
    assert encoding.escape_bytes(raw) == text
