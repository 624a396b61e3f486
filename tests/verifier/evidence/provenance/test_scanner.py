"""The scanner sees the keys that the library sees, and where each of them stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.verifier.evidence.provenance.support import VECTORS
from verifier.evidence.provenance import scanner
from verifier.evidence.provenance.places import Path
from verifier.evidence.provenance.scanner import _Scanner, scan

# -- documents: every leaf is a number of its own, so that its line can be looked up

BARE = st.sampled_from(["a", "b", "c", "no-1", "_", "1979", "true"])
KEYS = st.one_of(
    BARE,
    st.sampled_from(['"a"', "'b'", '""', '"é 字"', '"\\u0061"', "'x.y'", '"a\\"b"', '"#"', "'['"]),
)
DOTTED = st.lists(KEYS, min_size=1, max_size=3).map(" . ".join)
SPACE = st.sampled_from(["", " ", "\t"])
BETWEEN = st.sampled_from(["", " ", "\n", " # x ] \" '\n", "\r\n  "])
TEXTS = st.sampled_from(
    [
        '"x"', "'x'", '""', '"[{,=#]"', "'\"'", '"""a\n[b]\n c = 1"""', "'''\n\"\"\"\n'''",
        '"""a""b"""', '"""\\\n  x\\""""', '""""a""""', "''''a'''''", '"""\r\n"""', '"\\U0001F600"',
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    ["true", "1.5", "-0x1F".replace("-", ""), "2026-03-02", "2026-03-02 10:00:00Z", "inf", "1e3"]
)


class Numbers:
    def __init__(self) -> None:
        self.last = 1000

    def next(self) -> str:
        self.last += 1
        return str(self.last)


@st.composite
def values(draw: st.DrawFn, numbers: Numbers, depth: int = 0) -> str:
    shape = draw(st.integers(0, 5 if depth < 3 else 2))
    if shape == 0:
        return numbers.next()
    if shape == 1:
        return draw(TEXTS)
    if shape == 2:
        return draw(WORDS)
    count = draw(st.integers(0, 3))
    if shape == 3:
        pairs = [
            f"{draw(DOTTED)}{draw(SPACE)}={draw(SPACE)}{draw(values(numbers, depth + 1))}"
            for _ in range(count)
        ]
        return f"{{{draw(SPACE)}{(draw(SPACE) + ', ').join(pairs)}{draw(SPACE)}}}"
    items = [
        f"{draw(BETWEEN)}{draw(values(numbers, depth + 1))}{draw(BETWEEN)}" for _ in range(count)
    ]
    comma = draw(st.sampled_from(["", ","])) if items else ""
    return f"[{','.join(items)}{comma}{draw(BETWEEN)}]"


@st.composite
def documents(draw: st.DrawFn) -> str:
    numbers = Numbers()
    lines = []
    for _ in range(draw(st.integers(0, 8))):
        end = draw(st.sampled_from(["\n", "\r\n", " # [x]\n", "\n\n"]))
        shape = draw(st.integers(0, 4))
        if shape == 0:
            lines.append(f"[{draw(DOTTED)}]{end}")
        elif shape == 1:
            lines.append(f"[[{draw(DOTTED)}]]{end}")
        else:
            lines.append(f"{draw(SPACE)}{draw(DOTTED)} = {draw(values(numbers))}{end}")
    return "".join(lines)


def paths(value: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, each in items:
        yield (*above, key), each
        yield from paths(each, (*above, key))


def library(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except ValueError:
        return None


def compare(text: str) -> bool:
    """Compare scanner and library on a text that the library reads; tell whether it does."""
    found = scan(text)
    read = library(text)
    if read is None:
        return False
    assert not found.limit
    assert [each.error for each in found.statements if each.error] == []
    leaves = dict(paths(read))
    assert set(leaves) == set(found.places)
    lines = text.split("\n")
    for path, value in leaves.items():
        line = lines[found.places[path].line - 1]
        if type(value) is int and value > 1000:
            # The line of a key or of an item is the one it begins in.
            assert str(value) in line or str(path[-1]) in line or '"' in line
        if type(value) is int and isinstance(path[-1], int):
            assert found.places[path].raw in line
    return True


@given(documents())
@example('a = [[\n1001, # ]\n], {b."c d" = 1002}]\n[[t]]\n[[t]]\nx=1\n[t.u]\ny=1\n')
@example("[[a.b]]\n[[a.b.c]]\nx = 1\n[[a.b]]\n[[a.b.c]]\ny = 1\n[a.b.d]\nz = 1\n")
def test_the_scanner_has_exactly_the_keys_of_the_library(text: str) -> None:
    assume(compare(text))


@given(st.text(alphabet="ab.=[]{},\"'#\n\\ 1-:TZ“＝\r\t", max_size=60))
@example('a = "\\e"')
@example("a = {\n}")
@example("a = {b = 1,}")
@example("a = 10:00")
@example('"a" = [1 1]')
def test_whatever_the_library_reads_the_scanner_reads_alike(text: str) -> None:
    compare(text)


@given(st.data(), st.sampled_from(sorted(VECTORS.glob("*.toml"))))
def test_a_damaged_record_is_read_alike_or_refused_by_both(data, path) -> None:
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from(["", '"', "'", "[", "]", "{", "}", "\n", ",", "=", ".", "\\"])
    )
    compare(text[:at] + other + text[at + 1 :])


def test_the_comparison_can_fail(monkeypatch) -> None:
    """Control: a scanner that notes nothing, or one item too few, is noticed."""
    note = _Scanner._note

    def forgetful(self: _Scanner, path: Path, raw: str = "") -> None:
        if path[-1] != 1:
            note(self, path, raw)

    for broken in (forgetful, lambda self, path, raw="": None):
        assert compare("a = [true, true]\n")
        with monkeypatch.context() as patch, pytest.raises((AssertionError, KeyError)):
            patch.setattr(_Scanner, "_note", broken)
            compare("a = [true, true]\n")


# -- the gate

NEWER_TOML = [
    'a = "\\e[0m"',
    'a = "\\x41"',
    "a = { b = 1, }",
    "a = { b = 1,\n c = 2 }",
    "a = {\n}",
    "a = 10:00",
    "a = 2026-03-02T10:00",
    "a = 2026-03-02 10:00Z",
]


@pytest.mark.parametrize("text", NEWER_TOML)
def test_what_only_a_later_python_reads_is_refused_by_every_python(text: str) -> None:
    assert [bool(each.error) for each in scan(text).statements][:1] == [True]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a = " + "[" * 16 + "]" * 16, ""),
        ("a = " + "[" * 17 + "]" * 17, "too_deep"),
        ("a = " + "{a=" * 17, "too_deep"),
        (".".join("abcdefgh") + " = 1", ""),
        (".".join("abcdefghi") + " = 1", "too_deep"),
        ("[" + ".".join("abcdefghi") + "]", "too_deep"),
        ("a = [" + "1," * 99_000 + "]", ""),
        ("a = [" + "1," * 100_000 + "]", "too_many"),
        ("a = 1\n" * 50_000, ""),
        ("a = 1\n" * 50_001, "too_many"),
    ],
)
def test_the_limits_hold_exactly(text: str, limit: str) -> None:
    assert scan(text).limit == limit


def test_reading_again_after_broken_lines_is_bounded(monkeypatch) -> None:
    text = "a = [\n" * 100
    assert not scan(text).limit
    monkeypatch.setattr(scanner, "MAX_REREAD", 0)
    assert scan(text).limit == "unreadable"


def test_long_words_are_no_values() -> None:
    assert scan("a = " + "1" * 100).statements[0].error == ""
    assert scan("a = " + "1" * 101).statements[0].error == "needs_quotes"
