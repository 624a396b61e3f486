"""One object read twice over: the same answer as a strict parser, and on every machine the same."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.exports.cutting import json_object
from verifier.exports.cutting.json_cut import ObjectCutter
from verifier.exports.cutting.json_object import MAX_STRUCTURE, Object, read_object, unescape
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.exports.tools.weflow_message import read_message

T = TypeVar("T")
NONE: frozenset[bytes] = frozenset()
HEADER = b'{"weflow":{"generator":"WeFlow"},"messages":['

LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc") | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.sampled_from("abcd") | st.text(max_size=4), VALUE, max_size=6)
WRITTEN = st.builds(
    lambda value, ascii_, indent: json.dumps(value, ensure_ascii=ascii_, indent=indent).encode(),
    OBJECT, st.booleans(), st.sampled_from((None, 1)),
)  # fmt: skip
MORSELS = st.sampled_from(
    [b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"\\u00", b"\\ud83d", b"0", b"1.", b"e5", b"-", b"tru", b"true",
     b"null", b"NaN", b"\n", b"\x0b", b"\x00", b"\xff", b"\xef\xbb\xbf", b'"a":1,', b'"a"', b"[]", b"{}", b'"\\u0061":2,']
)  # fmt: skip


class Twice(Exception):
    """A key occurs twice."""


def parsed(data: bytes, hook: Callable[[list[tuple[str, Any]]], Any] = dict) -> bool:
    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=hook, parse_constant=refuse, parse_int=str
        )
    except ValueError:
        return False
    return isinstance(value, dict)


def no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Twice
    return dict(pairs)


def agrees(data: bytes) -> None:
    """The same verdict as the standard library's, on the fast way and on the slow one."""
    seen = read_object(data, NONE)
    slow = json_object._read_slowly(data, NONE)
    if not seen.flags:
        assert seen == slow
    assert seen.flags == slow.flags
    valid = parsed(data)
    assert ("syntax_invalid" not in seen.flags) is valid, data
    if valid:
        try:
            assert parsed(data, no_twice)
            assert "duplicate_key" not in seen.flags
        except Twice:
            assert "duplicate_key" in seen.flags


@given(data=WRITTEN)
def test_what_a_writer_wrote_is_valid(data: bytes):
    agrees(data)
    assert "syntax_invalid" not in read_object(data, NONE).flags


@given(data=WRITTEN, edits=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 3), MORSELS)))
def test_damaged_objects_are_judged_as_a_strict_parser_does(
    data: bytes, edits: list[tuple[int, int, bytes]]
):
    for place, cut, put in edits:
        at = 1 + place % max(1, len(data) - 1)
        data = data[:at] + put + data[at + cut :]
    for each, _, found in ObjectCutter([HEADER + data + b"]}"], "messages"):
        if each == 1:
            agrees(found)


@given(value=st.dictionaries(st.text(), st.text()))
def test_fields_are_the_bytes_and_unescape_to_the_text(value: dict[str, str]):
    for ascii_ in (False, True):
        found = read_object(json.dumps(value, ensure_ascii=ascii_).encode(), NONE)
        assert found.flags == ()
        assert {key.decode(): unescape(text) for key, text in found.fields.items()} == value


def test_fields_of_inner_objects_are_not_its_own():
    data = b'{"a":{"b":1,"c":[{"b":2}]},"b":"x","d":null,"a" "q":[1]}'
    assert read_object(data, NONE) == Object(
        {b"a": b"", b"b": b"x", b"d": b"null", b"q": b""}, (), ("syntax_invalid",)
    )


def test_what_a_string_holds_is_no_pair():
    data = rb'{"x" "\"createTime\": 1 , \"type\":2","type":"t"}'
    assert read_object(data, NONE).fields == {b"type": b"t"}


def deeper(frames: int, call: Callable[[], T]) -> T:
    return call() if frames == 0 else deeper(frames - 1, call)


@pytest.mark.parametrize(("depth", "flags"), [(10, ()), (63, ()), (64, ("too_complex",)), (960, ("too_complex",)), (50_000, ("too_complex",))])  # fmt: skip
@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_counted_whatever_the_stack(depth: int, flags: tuple[str, ...], pair: tuple[bytes, bytes]):  # fmt: skip
    inner = pair[0] * depth + (b"1" if b"{" in pair[0] else b"") + pair[1] * depth
    data = b'{"createTime":1700000000,"content":' + inner + b"}"
    here = read_message(data)
    assert (here.flags, here.te_lo) == (flags, 1700000000)
    frames = sys.getrecursionlimit() - 300
    assert deeper(frames, lambda: read_message(data)) == here
    reading = read(Source(HEADER + data + b"]}"))
    assert [s.flags for s in reading.segments()] == [(), flags, ()]
    noted = {note.code for note in reading.notes}
    assert ("RECORD_TOO_COMPLEX" in noted) is bool(flags)
    assert "SYNTAX_INVALID" not in noted


def test_more_structure_than_any_message_has_is_read_but_not_judged():
    pairs = b"".join(b'"k%d":1,' % n for n in range(MAX_STRUCTURE))
    message = read_message(b"{" + pairs + b'"createTime":1700000000,"createTime":1700000060}')
    assert message.flags == ("too_complex", "duplicate_key")
    assert (message.te_lo, message.te_hi) == (1700000000, 1700000060)


LONG = [
    (b'{"x" "', b'\\"', b'"}'), (b'{"x":"', b'\\"', b'"}'), (b'{"x":[0', b",[]", b"]}"), (b'{"x":[0', b",[[", b""),
    (b'{"x":', b"[", b""), (b'{"x":1', b',"a":1', b"}"), (b'{"x":1', b',"a" ', b"}"), (b'{"x":1', b"    ", b"}"),
    (b'{"x"', b" ", b"}"), (b'{"x":"', b"\\u0061", b'"}'), (b'{"x":[0', b',{"a":1}', b"]}"), (b'{"x":', b"1", b"}"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "unit", "end"), LONG, ids=lambda each: each.decode())
def test_time_grows_with_the_length_and_not_with_its_square(start: bytes, unit: bytes, end: bytes):
    """2 MB took hours where a pattern was tried from within strings."""
    data = start + unit * (2_000_000 // len(unit)) + end
    began = time.process_time()
    read_message(data)
    reading = read(Source(HEADER + data + b"]}"))
    assert sum(s.length for s in reading.segments()) == len(HEADER + data) + 2
    assert time.process_time() - began < 8
