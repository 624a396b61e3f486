"""One thing that stands out in a file, in the numbers that people count by.

A reader's note names segments from 0, framing included; a finding names
records from 1, as ``inspect`` prints them and ``disclose`` takes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..codes import DETAILS, DIRECTIONS, NOTES
from ..codes.notes import NoteText
from ..text import Text
from .live_secrets import KINDS

_UNKNOWN: Final = NoteText("（无此项说明）", "(no text for this code)", ())


@dataclass(frozen=True)
class SourceFinding:
    """A code with its count and its places.

    ``count`` is how often, 0 where it concerns the file as a whole. ``places``
    are the numbers of the first records concerned; ``after`` is for what lies
    between records, the number of the record before it, 0 for the beginning.
    ``detail`` is short ASCII, as in a note.
    """

    code: str
    count: int = 0
    places: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    detail: str = ""

    @property
    def text(self) -> Text:
        """Return the sentence of the code."""
        note = NOTES.get(self.code, _UNKNOWN)
        return Text(note.zh, note.en)

    @property
    def is_of_file(self) -> bool:
        """Whether its sentence speaks of the file as such, and not of some of its records."""
        return NOTES.get(self.code, _UNKNOWN).is_of_file

    @property
    def rows(self) -> tuple[str, ...]:
        """Return the examined factors that it bears on."""
        return NOTES.get(self.code, _UNKNOWN).rows


_NUMBERS: Final = (
    (re.compile(r"declared (\S{1,40}) found (\S{1,40})"), "自称 {0}，读到 {1}", "declared {0}, found {1}"),
    (re.compile(r"declared (\d[\d :-]{3,30}) to (\d[\d :-]{3,30})"), "自称 {0} 至 {1}",
     "declared {0} to {1}"),
    (re.compile(r"declared (\S{1,40})"), "自称 {0}", "declared {0}"),
    (re.compile(r"missing (\d{1,20})"), "共缺 {0} 个编号", "{0} numbers in all"),
)  # fmt: skip


_TOTALS: Final = re.compile(r"declared ([a-z]+) (\d{1,20}) (\S{1,40}) found (\d{1,20}) (\S{1,40})")


def detail_text(detail: str) -> Text:
    """Return a detail in words where there are words for it, else as it is."""
    if detail in DETAILS:
        return DETAILS[detail]
    total = _TOTALS.fullmatch(detail)
    if total is not None and total[1] in DIRECTIONS:
        way = DIRECTIONS[total[1]]
        return Text(
            f"{way.zh}：自称 {total[2]} 笔 {total[3]} 元，读到 {total[4]} 笔 {total[5]} 元",
            f"{way.en}: declared {total[2]} of {total[3]} yuan in all, found {total[4]} of {total[5]}",
        )
    for pattern, zh, en in _NUMBERS:
        match = pattern.fullmatch(detail)
        if match is not None:
            return Text(zh.format(*match.groups()), en.format(*match.groups()))
    kinds = [part.partition("=") for part in detail.split(" ")]
    if detail and all(name in KINDS and count.isdigit() for name, _, count in kinds):
        return Text(
            "；".join(f"{KINDS[name].zh} {count} 处" for name, _, count in kinds),
            "; ".join(f"{KINDS[name].en}: {count}" for name, _, count in kinds),
        )
    return Text(detail, detail)
