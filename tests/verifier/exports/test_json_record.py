"""One record read two ways: the quick one and the patient one say the same, as a parser would."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.exports.test_json_object import MORSELS, OBJECT, WRITTEN, deeper, parsed
from verifier.exports.cutting import json_record
from verifier.exports.cutting.json_object import MAX_STRUCTURE, read_object, strict, unescape
from verifier.exports.cutting.json_record import VALID, Record, read_record

NONE: frozenset[str] = frozenset()


def shown(record: Record) -> tuple[object, ...]:
    """Everything that a reader can ask a record for."""
    keys = sorted(record.values)

    def inside(each: Record) -> object:
        return {key: each.text(key) for key in sorted(each.values)}

    return (
        [(key, record.text(key)) for key in keys],
        [(key, inside(record.object(key))) for key in keys],
        [(key, [e if isinstance(e, bytes) else inside(e) for e in record.elements(key)]) for key in keys],
        record.earlier,
        record.flags,
    )  # fmt: skip


def agrees(data: bytes) -> None:
    quick, slow = read_record(data), json_record._read_slowly(data, NONE)
    assert shown(quick) == shown(slow), data
    assert ("syntax_invalid" in quick.flags) is not parsed(data), data
    assert quick.flags == read_object(data, frozenset()).flags
    if VALID.fullmatch(data):
        assert strict(data)[0]


@given(data=WRITTEN)
def test_what_a_writer_wrote(data: bytes):
    agrees(data)


@given(
    data=WRITTEN,
    edits=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 3), MORSELS), min_size=1),
)
def test_damaged_objects(data: bytes, edits: list[tuple[int, int, bytes]]):
    for place, gone, put in edits:
        at = 1 + place % max(1, len(data) - 2)
        data = data[:at] + put + data[at + gone :]
    if data.startswith(b"{") and data.endswith(b"}"):
        quick, slow = read_record(data), json_record._read_slowly(data, NONE)
        assert shown(quick) == shown(slow), data
        assert quick.flags == read_object(data, frozenset()).flags


@given(value=OBJECT, ascii_=st.booleans())
def test_fields_are_the_values(value: dict[str, Any], ascii_: bool):
    record = read_record(json.dumps(value, ensure_ascii=ascii_).encode())
    for key, each in value.items():
        if isinstance(each, str):
            assert unescape(record.text(key)) == each
        elif each is None or isinstance(each, (list, dict)):
            assert record.text(key) == b""
        else:
            assert record.text(key) == json.dumps(each).encode()
        if isinstance(each, dict):
            assert record.object(key).values.keys() == each.keys()


def test_null_is_nothing_and_the_word_in_quotes_is_a_word():
    for extra in (b"", b',"x":"\\n"', b',"x":tru'):
        record = read_record(b'{"a":null,"b":"null"' + extra + b"}")
        assert (record.text("a"), record.text("b"), "a" in record.values) == (b"", b"null", True)


@pytest.mark.parametrize(
    ("data", "span"),
    [
        (b'{"t":5}', (5, 5)), (b'{"t":5,"t":9}', (5, 9)), (b'{"t":9,"t":5,"t":7}', (5, 9)), (b'{"t":9,"t":"x"}', (None, None)),
        (b'{"t":"x","t":9}', (None, None)), (b'{"t":null,"t":9}', (None, None)), (b"{}", (None, None)), (rb'{"\u0074":5,"t":6}', (5, 6)),
        (b'{"u":{"t":1},"t":5}', (5, 5)),
    ],
)  # fmt: skip
def test_span_of_a_key_that_occurs_twice(data: bytes, span: tuple[int | None, int | None]):
    def number(raw: bytes) -> int | None:
        return int(raw) if raw.isdigit() else None

    assert read_record(data).span("t", number) == span


@pytest.mark.parametrize(
    ("data", "flags"),
    [
        (b'{"a":1,"a":2}', ("duplicate_key",)), (b'{"a":{"b":1,"b":2}}', ("duplicate_key",)),
        (rb'{"a":[{"b":1,"\u0062":2}]}', ("duplicate_key",)), (b'{"a":{"b":1},"b":2}', ()),
        (b'{"a":1,}', ("syntax_invalid",)), (b'{"a":NaN}', ("syntax_invalid",)), (b'{"a":"\xff"}', ("syntax_invalid",)),
        (rb'{"a":"\x07"}', ("syntax_invalid",)), (b'{"a":[1,]}', ("syntax_invalid",)), (b'{"a":[1}}', ("syntax_invalid",)),
        (b'{"a":' + b"[" * 63 + b"]" * 63 + b"}", ()), (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", ("too_complex",)),
        (b'{"a":' + b"1" * 5000 + b"}", ()), (b'{"a":1e999}', ()), (rb'{"a":"\ud83d"}', ()),
    ],
)  # fmt: skip
def test_flags(data: bytes, flags: tuple[str, ...]):
    assert read_record(data).flags == flags
    frames = sys.getrecursionlimit() - 300
    read: Callable[[], Record] = lambda: read_record(data)  # noqa: E731
    assert deeper(frames, read) == read_record(data)


def test_more_structure_than_any_message_has_keeps_what_is_wanted():
    pairs = b"".join(b'"k%d":1,' % n for n in range(MAX_STRUCTURE))
    record = read_record(b"{" + pairs + b'"t":5}', frozenset({"t"}))
    assert (record.flags, record.values) == (("too_complex",), {"t": b"5"})


def test_what_is_long_is_judged_alike_whether_known_to_be_valid_or_not():
    data = b'{"a":[' + b",".join([b'{"b":[]}'] * 60_000) + b"]}"
    assert VALID.fullmatch(data)
    assert read_record(data, valid=True) == read_record(data)
    assert read_record(data).flags == ("too_complex",)


def test_elements_of_an_array():
    for tail in (b"", b',"x":"\\n"', b",,"):
        record = read_record(b'{"a":["x",1,{"b":"y"},[{"b":"z"}],"w"]' + tail + b"}")
        found = [
            each.text("b") if isinstance(each, Record) else each for each in record.elements("a")
        ]
        assert found == [b"x", b"1", b"y", b"w"]
        assert list(record.elements("none")) == []
        assert [each.text("b") for each in record.objects("a")] == [b"y"]
