"""What records quote, held against the records that they quote.

A reader marks a record that quotes another with the flag ``quote`` (or says by
which bytes one is known), and its ``view`` tells the other one's id and what it is said to have been. The quotes
are collected in one pass, and their originals looked for in a second one,
which a file without quotes does not need.

A quote that has no id is compared with nothing: its words may be shortened, so
that they are not found shows nothing. A quote of a picture or a card, written
as one word in brackets, is not compared either. What is left is held to differ
only where the original, white space aside, does not hold the quoted words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ....evidence.segment import RECORD, Segment
from ...reader import MAX_PLACES, Reader
from ...tally import Tally
from .remembered import digest_of

MAX_QUOTES: Final = 200_000
"""So many quotes are looked up; memory is then under 200 MB."""
_MAX_QUOTED: Final = 500
"""Characters of a quote that are kept; what is longer is compared up to here."""
_STAND_IN = re.compile(r"[\[【<].{0,300}[\]】>]", re.DOTALL)
_SPACE = re.compile(r"\s+")
_CUT_OFF = re.compile(r"(?:\.{3,6}|…{1,2})$")


class _Quote(NamedTuple):
    number: int
    words: str


class Quotes:
    """Collects the quotes of a file, then compares them."""

    def __init__(self, reader: Reader) -> None:
        self._view, self._mark = reader.view, reader.quotes
        self._wanted: dict[bytes, list[_Quote]] = {}
        self._found: set[bytes] = set()
        self._missing: list[int] = []
        self._differ: list[int] = []
        self.kept = 0
        self.without_id = 0
        self.left_out = 0

    def add(self, number: int, segment: Segment, data: bytes) -> None:
        """Take one record of the first pass, if it quotes another."""
        if self._mark:
            if self._mark not in data:
                return
        elif "quote" not in segment.flags:
            return
        view = self._view(data)
        if not view.reply_to:
            self.without_id += "quote" in segment.flags
        elif self.kept >= MAX_QUOTES:
            self.left_out += 1
        else:
            self.kept += 1
            quote = _Quote(number, comparable(view.quoted)[:_MAX_QUOTED])
            self._wanted.setdefault(digest_of(view.reply_to), []).append(quote)

    def look_up(self, records: Iterable[tuple[Segment, bytes]]) -> None:
        """Go through the file once more, if anything was quoted by its id."""
        if not self._wanted:
            return
        for segment, data in records:
            if segment.kind != RECORD or not segment.native_id:
                continue
            id_ = digest_of(segment.native_id)
            quotes = self._wanted.get(id_)
            if quotes is None:
                continue
            first = id_ not in self._found
            self._found.add(id_)
            if first and any(quote.words for quote in quotes):
                original = comparable(self._view(data).text)
                self._differ += [each.number for each in quotes if _differs(each.words, original)]
        self._missing = [
            quote.number
            for id_, quotes in self._wanted.items()
            if id_ not in self._found
            for quote in quotes
        ]

    @property
    def missing(self) -> Tally:
        """Records that quote one which is not in the file."""
        return Tally(len(self._missing), sorted(self._missing)[:MAX_PLACES])

    @property
    def differing(self) -> Tally:
        """Records whose quote is not what the quoted record says."""
        return Tally(len(self._differ), sorted(self._differ)[:MAX_PLACES])


def comparable(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


def _differs(words: str, original: str) -> bool:
    words = _CUT_OFF.sub("", words).rstrip()
    if not words or not original or _STAND_IN.fullmatch(words) or _STAND_IN.fullmatch(original):
        return False
    return words not in original
