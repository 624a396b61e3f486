"""Quotes are held against what they quote, and only where that can be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.evidence.segment import FRAMING, RECORD, Segment
from verifier.exports.inspection.gaps import quotes
from verifier.exports.inspection.gaps.quotes import Quotes
from verifier.exports.tools import any_file
from verifier.exports.view import View


def seen(data: bytes) -> View:
    """A record here is ``text|reply_to|quoted``."""
    text, reply_to, quoted = data.decode().split("|")
    return View(text, reply_to.encode(), quoted)


READER = replace(any_file.READER, view=seen)


def compared(*records: tuple[str, str]) -> Quotes:
    """Each record is its id and ``text|reply_to|quoted``."""
    found = Quotes(READER)
    rows = []
    for number, (id_, data) in enumerate(records, 1):
        flags = ("quote",) if not data.endswith("||") else ()
        segment = Segment(RECORD, len(data), native_id=id_.encode(), flags=flags)
        rows.append((segment, data.encode()))
        found.add(number, segment, data.encode())
    found.look_up(iter([(Segment(FRAMING, 1), b""), *rows]))
    return found


def result(*records: tuple[str, str]) -> tuple[list[int], list[int]]:
    found = compared(*records)
    return found.missing.places, found.differing.places


@pytest.mark.parametrize(
    ("quoted", "differs"),
    [
        ("I owe you 500", False),
        ("I owe  you\n500", False),
        ("I owe you…", False),
        ("I owe you...", False),
        ("owe you", False),  # a part may be quoted
        ("", False),  # nothing is said of the words
        ("[Photo]", False),  # a picture is not compared
        ("I owe you 5000", True),
        ("I do not owe you 500", True),
    ],
)
def test_a_quote_differs_where_the_original_does_not_hold_it(quoted: str, differs: bool):
    records = ("7", "I owe you 500||"), ("8", f"ok|7|{quoted}")
    assert result(*records) == ([], [2] if differs else [])
    assert result(*reversed(records)) == ([], [1] if differs else [])


def test_a_missing_original_is_a_finding_and_one_without_an_id_is_not():
    assert result(("8", "ok|7|hello"), ("9", "ok||hello there|"[:-1])) == ([1], [])
    found = compared(("9", "ok||hello"))
    assert (found.without_id, found.missing.count, found.kept) == (1, 0, 0)


def test_an_original_that_is_a_picture_is_not_compared():
    assert result(("7", "[Photo]||"), ("8", "ok|7|the view")) == ([], [])


def test_of_two_originals_with_one_id_the_first_counts():
    records = ("7", "a||"), ("7", "b||"), ("8", "ok|7|b")
    assert result(*records) == ([], [3])


def test_the_bound_is_admitted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quotes, "MAX_QUOTES", 1)
    found = compared(("8", "ok|7|x"), ("9", "ok|7|y"))
    assert (found.kept, found.left_out, found.missing.places) == (1, 1, [1])


def test_without_quotes_the_file_is_not_read_again():
    def rows() -> Iterator[tuple[Segment, bytes]]:
        read.append(True)
        yield Segment(RECORD, 1, native_id=b"1"), b"a||"

    read: list[bool] = []
    Quotes(READER).look_up(rows())
    assert not read


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_never_differs_from_itself(text: str, other: str):
    assert not quotes._differs(quotes.comparable(text), quotes.comparable(text))
    assert not quotes._differs(quotes.comparable(text), quotes.comparable(text + other))
