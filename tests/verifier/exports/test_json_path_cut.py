"""Arrays anywhere in a file, and lines: cut alike however the bytes arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.evidence.segment import FRAMING, RECORD, UNPARSED
from verifier.exports.cutting import json_lines, json_path_cut
from verifier.exports.cutting.json_cut import ObjectCutter
from verifier.exports.cutting.json_lines import LineCutter
from verifier.exports.cutting.json_path_cut import PathCutter
from verifier.exports.cutting.json_record import VALID
from verifier.exports.source import Source

PATHS = ("", "m", "a.m", "a.l[].m", "[].m")


def cut(data: bytes, *paths: str, size: int = 1 << 20) -> tuple[list[tuple[int, int]], PathCutter]:
    cutter = PathCutter((data[n : n + size] for n in range(0, len(data), size)), *paths)
    found = list(cutter)
    assert sum(each.length for each in found) == len(data)
    at = 0
    for each in found:
        if each.kind == RECORD:
            assert each.data == data[at : at + each.length]
        at += each.length
    return [(each.kind, each.length) for each in found], cutter


@pytest.mark.parametrize(
    ("data", "path", "records"),
    [
        (b'[{"x":1},{"x":2}]', "", 2),
        (b'{"m":[{"x":1},{"x":2}]}', "m", 2),
        (b'{"a":{"m":[{"x":1}]},"m":[{"x":2},{"x":3}]}', "a.m", 1),
        (b'{"a":{"l":[{"m":[{}]},{"m":[{},{}]}]}}', "a.l[].m", 3),
        (b'[{"m":[{}]},{"m":[{"m":[{}]}]}]', "[].m", 2),
        (b'{"m" : \n\t[{}]}', "m", 1),
        (rb'{"\u006d":[{}]}', "m", 1),
        (b'{"b":"m","m":[{}]}', "m", 1),
        (b'{"m":{"x":[{}]}}', "m", 0),
        (b'{"a":[{"m":[{}]}]}', "a.m", 0),
        (b'{"a":"m":[{}]}', "m", 1),
        (b'{"m" "m2":[{}]}', "m", 0),
        (b'{"m",[{}]}', "m", 0),
        (b'[["m",[{}]]]', "m", 0),
        (b'{"x":{"m":[{}]}}', "m", 0),
        (b'{"[]":{"m":[{}]}}', "[].m", 0),
    ],
)
def test_which_arrays_are_cut(data: bytes, path: str, records: int):
    cuts, cutter = cut(data, path)
    assert sum(kind == RECORD for kind, _ in cuts) == records
    assert cutter.balanced


@pytest.mark.parametrize(
    ("data", "kinds", "balanced", "separated"),
    [
        (b"[]", [FRAMING], True, True),
        (b"[ ]", [FRAMING], True, True),
        (b"[{}]", [FRAMING, RECORD, FRAMING], True, True),
        (b"[{} , {}]", [FRAMING, RECORD, FRAMING, RECORD, FRAMING], True, True),
        (b"[{}{}]", [FRAMING, RECORD, RECORD, FRAMING], True, False),
        (b"[{},,{}]", [FRAMING, RECORD, FRAMING, RECORD, FRAMING], True, False),
        (b"[,{}]", [FRAMING, RECORD, FRAMING], True, False),
        (b"[{},]", [FRAMING, RECORD, FRAMING], True, False),
        (b"[{},1]", [FRAMING, RECORD, UNPARSED], True, False),
        (b"[{}] tail", [FRAMING, RECORD, UNPARSED], True, True),
        (b"[{}", [FRAMING, RECORD], False, True),
        (b"[{", [FRAMING, UNPARSED], False, True),
        (b"\xef\xbb\xbf[{}]\n", [FRAMING, RECORD, FRAMING], True, True),
    ],
)
def test_cutting(data: bytes, kinds: list[int], balanced: bool, separated: bool):
    cuts, cutter = cut(data, "")
    assert [kind for kind, _ in cuts] == kinds
    assert (cutter.balanced, cutter.separated) == (balanced, separated)


def test_the_frame_is_what_stands_around():
    _, cutter = cut(
        b'\xef\xbb\xbf{"a":{"n":1,"m":[{"x":1},{"x":2}],"more":true},"m":[]}', "a.m", "m"
    )
    assert cutter.frame == b'{"a":{"n":1,"m":[],"more":true},"m":[]}'
    assert (cutter.arrays, cutter.depth, cutter.frame_whole) == (2, 2, True)


def test_a_frame_too_large_to_keep(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_path_cut, "MAX_FRAME", 20)
    _, cutter = cut(b'{"a":"' + b"x" * 30 + b'","m":[{}],"z":1}', "m")
    assert not cutter.frame_whole
    assert len(cutter.frame) <= 20


VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["", "m", "[{", '"', "\\", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("alm"), inner, max_size=3)
    ),
    max_leaves=14,
)
EDITS = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 2), st.sampled_from(
        [b"", b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b'"m":[', b"{}", b"\xef\xbb\xbf"]
    )),
    max_size=3,
)  # fmt: skip


def objects_at(value: object, steps: list[str]) -> int:
    """Count the objects of the arrays at a path in a parsed value: what a parser would find."""
    if not steps:
        return sum(isinstance(each, dict) for each in value) if isinstance(value, list) else 0
    if steps[0] == "[]":
        return sum(objects_at(each, steps[1:]) for each in value) if isinstance(value, list) else 0
    return objects_at(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else 0


@given(value=VALUE, path=st.sampled_from(PATHS), indent=st.sampled_from((None, 1)))
def test_valid_files_give_what_a_parser_finds(value: object, path: str, indent: int | None):
    data = json.dumps(value, indent=indent).encode()
    cuts, cutter = cut(data, path)
    steps = [step for step in path.replace("[]", ".[]").split(".") if step]
    assert sum(kind == RECORD for kind, _ in cuts) == objects_at(value, steps)
    if isinstance(value, (dict, list)):
        assert cutter.balanced


@given(value=VALUE, edits=EDITS, path=st.sampled_from(PATHS), size=st.integers(1, 9))
def test_damaged_files_are_cut_alike_however_they_arrive(
    value: object, edits: list[tuple[int, int, bytes]], path: str, size: int
):
    data = json.dumps(value).encode()
    for place, gone, put in edits:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + gone :]
    whole, one = cut(data, path)
    small, other = cut(data, path, size=size)
    assert small == whole
    names = ("arrays", "balanced", "separated", "depth")
    for name in (*names, "frame") if one.balanced else names:
        assert getattr(one, name) == getattr(other, name)


@given(value=VALUE, edits=EDITS)
def test_the_first_key_is_cut_as_by_the_cutter_for_one_key(
    value: object, edits: list[tuple[int, int, bytes]]
):
    data = json.dumps({"l": 1, "m": value}).encode()
    for place, gone, put in edits:
        at = place % (len(data) + 1)
        data = data[:at] + put.replace(b"\xef\xbb\xbf", b"") + data[at + gone :]
    wide, cutter = cut(data, "m")
    if cutter.balanced and VALID.fullmatch(data):
        assert wide == [(each.kind, each.length) for each in ObjectCutter([data], "m")]


def lines(data: bytes) -> list[tuple[int, bytes]]:
    at, out = 0, []
    for each in LineCutter(Source(data)):
        out.append((each.kind, data[at : at + each.length]))
        assert each.data in (b"", data[at : at + each.length])
        at += each.length
    assert at == len(data)
    return out


def test_lines():
    data = b'\xef\xbb\xbf{"a":1}\r\n# note\n\n {"b":{"c":[1]}} \nbroken {\n{"d":"x\n{"e":1} {"f":2}\n{"g":1}'
    assert lines(data) == [
        (FRAMING, b"\xef\xbb\xbf"), (RECORD, b'{"a":1}'), (FRAMING, b"\r\n# note\n\n "),
        (RECORD, b'{"b":{"c":[1]}}'), (FRAMING, b" \n"),
        (UNPARSED, b'broken {\n{"d":"x\n{"e":1} {"f":2}\n'), (RECORD, b'{"g":1}'),
    ]  # fmt: skip


@pytest.mark.parametrize("ends", [b"\n", b""])
def test_a_line_longer_than_a_record_may_be(monkeypatch: pytest.MonkeyPatch, ends: bytes):
    monkeypatch.setattr(json_lines, "MAX_RECORD_BYTES", 20)
    long = b'{"a":"' + b"x" * 40 + b'"}' + ends
    assert lines(b'{"a":1}\n' + long + (b'{"b":2}' if ends else b""))[2:] == (
        [(UNPARSED, long), (RECORD, b'{"b":2}')] if ends else [(UNPARSED, long)]
    )


@given(
    data=st.lists(
        st.sampled_from([b'{"a":1}', b"{", b"}", b"\n", b"\r", b" ", b"#", b'"', b"x"])
    ).map(b"".join)
)
def test_any_lines_partition(data: bytes):
    kinds = [kind for kind, _ in lines(data)]
    assert all(a != b or a == RECORD for a, b in pairwise(kinds))


HOSTILE: list[Callable[[int], bytes]] = [
    lambda n: b"[" * n, lambda n: b'{"m":' * (n // 5), lambda n: b'{"a":{"l":[' + b'{"m":[{}]},' * (n // 11),
    lambda n: b'"' * n, lambda n: b'"m":' * (n // 4), lambda n: b"[" + b"{" * n, lambda n: b"[" + b'{"a":[' * (n // 6),
    lambda n: b"[" + b'{"a":1,' * (n // 7), lambda n: b"{" + b" " * n, lambda n: b"[{}" + b"," * n,
]  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE)
def test_hostile_files_take_time_as_they_are_long(make: Callable[[int], bytes]):
    for path in PATHS:
        cut(make(600_000), path)
