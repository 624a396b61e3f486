"""The transcript that WeChat itself writes: its lines, its segments, what speaks against them.

Shared by the text and the mail reader. The format and the meaning of the notes
stand in ``wechat_official``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date as calendar_date
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..cutting.headed_text import stretches
from ..reader import Note
from ..tally import Tally, merged
from ..view import View, after_header


def _either(text: str) -> bytes:
    """Return an alternation of the text in UTF-8 and in GB18030."""
    return b"(?:" + re.escape(text.encode()) + b"|" + re.escape(text.encode("gb18030")) + b")"


TITLE: Final = re.compile(
    b"(?:" + _either("在微信上的聊天记录如下") + b"|" + _either("微信群上的聊天记录如下") + b")"
)
_PREAMBLE_LINE = re.compile(rb"\s*|Dear:?\s*|[^\r\n]{1,600}" + TITLE.pattern + rb"[^\r\n]{0,40}\s*")
_PREAMBLE_BYTES: Final = 1 << 12
"""The app writes a title, a salutation and empty lines; what is longer is not its own."""
_TWO_PEOPLE = re.compile(
    rb"[ \t]{0,20}+([^\r\n]{3,600}) ?" + _either("在微信上的聊天记录如下") + rb"[^\r\n]{0,40}"
)
_AND = (" 和 ".encode(), " 和 ".encode("gb18030"))
_DASHES = _either("—") + rb"{3,8}"
_DATE_ROW = (
    _DASHES + rb" {0,4}(\d{4})([-/])(\d{1,2})\2(\d{1,2}) {0,4}" + _DASHES + rb"[ \t]*(?=\r?\n|\r?$)"
)
_HEADER = rb"([^\r\n]{1,256}?)  (\d{1,2}):(\d{2})(?=\r?\n|\r?$)"
OPENING = re.compile(rb"\n(?:" + _DATE_ROW + rb"|" + _HEADER + rb")")
_LOOKALIKE = re.compile(rb"\n[ \t>]{0,8}(?:" + _DATE_ROW + rb"|" + _HEADER + rb")")


def view(data: bytes) -> View:
    """Show what follows a record's header."""
    return after_header(data, (OPENING,))


_EPOCH = calendar_date(1970, 1, 1).toordinal()
_GAP = re.compile(rb"[ \t\r]*\n[ \t\r]*(?:\n|$)")


class Line:
    """A line of the transcript that opens a stretch."""


@dataclass(frozen=True)
class Row(Line):
    """A date row."""

    day: int
    separator: bytes
    length: int


@dataclass(frozen=True)
class Head(Line):
    """The header of a record."""

    name: bytes
    written: bytes
    second: int


Shape = tuple[bool, bool, str]
"""Is there an empty line before; after; how is an hour below ten written."""
RowShape = tuple[bool, bytes]
"""Of a date row: is there an empty line before; what separates year, month and day."""


def parse_line(match: re.Match[bytes]) -> Line | None:
    year, separator, month, day, name, hour, minute = match.groups()
    if year is not None:
        try:
            ordinal = calendar_date(int(year), int(month), int(day)).toordinal()
        except ValueError:
            return None
        length = match.end() - match.start() - 1
        return Row(ordinal - _EPOCH, separator, length) if ordinal >= _EPOCH else None
    if int(hour) > 23 or int(minute) > 59 or not name.strip():
        return None
    return Head(name, hour + b":" + minute, int(hour) * 3600 + int(minute) * 60)


@dataclass
class Survey:
    """What the whole transcript shows."""

    records: int = 0
    rows: dict[RowShape, Tally] = field(default_factory=dict)
    people: bytes = b""
    undated: Tally = field(default_factory=Tally)
    shapes: dict[Shape, Tally] = field(default_factory=dict)
    back: Tally = field(default_factory=Tally)
    strangers: Tally = field(default_factory=Tally)
    unread: Tally = field(default_factory=Tally)
    too_large: Tally = field(default_factory=Tally)
    too_long: Tally = field(default_factory=Tally)
    usual: Shape = (True, True, "")
    usual_row: RowShape = (True, b"-")


_DOUBTFUL = ("header_ambiguous",)


def cut(chunks: Iterable[bytes], *, first: int, seen: Survey) -> Iterator[Segment]:
    """Yield the segments of a transcript whose first segment has index ``first``.

    Fills ``seen`` on the way. Flags follow ``seen.usual`` and ``seen.people``,
    so a first run with a new ``Survey`` surveys, and one with ``usual`` set cuts.
    """
    index = first - 1
    row: tuple[int, int] | None = None  # segment and day of the last date row
    last = -1
    before = True  # does an empty line, or nothing, stand before the next header
    flags: tuple[str, ...]
    for length, head, body in stretches(chunks, OPENING, parse_line):
        index += 1
        if body is None:
            seen.too_large.add(index)
            yield Segment(UNPARSED, length)
        elif head is None:
            lines = body[:_PREAMBLE_BYTES].split(b"\n")
            seen.people = _people(lines)
            known = len(body) <= _PREAMBLE_BYTES and all(map(_PREAMBLE_LINE.fullmatch, lines))
            yield Segment(FRAMING if known else UNPARSED, length)
        elif isinstance(head, Row):
            row = (index, head.day)
            seen.rows.setdefault((before, head.separator), Tally()).add(index)
            flags = () if (before, head.separator) == seen.usual_row else _DOUBTFUL
            if not body.strip():
                yield Segment(FRAMING, length, flags=flags)
            else:  # text under a date row that no header claims
                framing = head.length + body.find(b"\n") + 1
                yield Segment(FRAMING, framing, flags=flags)
                index += 1
                yield Segment(UNPARSED, length - framing)
        else:
            assert isinstance(head, Head), "parse_line returns nothing else"
            hour = head.written.partition(b":")[0]
            fill = "1" if len(hour) == 1 else "0" if hour < b"1" else ""
            shape = (before, _GAP.match(body) is not None, fill)
            time = -1 if row is None else row[1] * 86400 + head.second
            doubts = _doubts(seen, index, head, shape, body, back=0 <= time < last)
            flags = _DOUBTFUL if doubts else ()
            if row is None:
                seen.undated.add(index)
                yield Segment(RECORD, length, head.written, sender=head.name, flags=flags)
            else:
                last = time
                yield Segment(
                    RECORD, length, head.written, time, time + 59, row[0], head.name, flags=flags
                )
        before = body is not None and body.rstrip(b" \t\r").endswith(b"\n")


def _doubts(seen: Survey, index: int, head: Head, shape: Shape, body: bytes, *, back: bool) -> bool:
    """Count what speaks against a header, and tell whether anything does."""
    seen.records += 1
    seen.shapes.setdefault(shape, Tally()).add(index)
    stranger = bool(seen.people) and not any(
        seen.people.startswith(head.name + word) or seen.people.endswith(word + head.name)
        for word in _AND
    )
    unread = b"\n" in body and _LOOKALIKE.search(body) is not None
    for tally, found in ((seen.back, back), (seen.strangers, stranger), (seen.unread, unread)):
        if found:
            tally.add(index)
    return back or stranger or unread or _deviates(shape, seen.usual)


def _people(preamble: list[bytes]) -> bytes:
    """Return ``A 和 B`` from the title of a two-person chat, empty for any other."""
    for line in preamble:
        match = _TWO_PEOPLE.match(line)
        if match and any(word in match[1] for word in _AND):
            return match[1].rstrip()
    return b""


def _deviates(shape: Shape, usual: Shape) -> bool:
    return shape[:2] != usual[:2] or shape[2] not in ("", usual[2])


def _usual(shapes: dict[Shape, Tally]) -> Shape:
    """Return the commonest surroundings and the commonest filling of the hour."""
    around = max(
        ((True, True), (True, False), (False, True), (False, False)),
        key=lambda pair: sum(t.count for shape, t in shapes.items() if shape[:2] == pair),
    )
    fills = {fill: sum(t.count for s, t in shapes.items() if s[2] == fill) for fill in ("0", "1")}
    return (*around, "1" if fills["1"] > fills["0"] else "0")


def survey(chunks: Iterable[bytes], *, first: int) -> Survey:
    """Go through a transcript once."""
    seen = Survey()
    for index, segment in enumerate(cut(chunks, first=first, seen=seen), first):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    seen.usual = _usual(seen.shapes)
    if seen.rows:
        seen.usual_row = max(seen.rows, key=lambda shape: seen.rows[shape].count)
    return seen


def again(seen: Survey) -> Survey:
    """Return what ``cut`` needs to know, without the counts of the first run."""
    return Survey(people=seen.people, usual=seen.usual, usual_row=seen.usual_row)


def notes_of(seen: Survey) -> tuple[Note, ...]:
    """Return everything that the transcript leaves open."""
    deviant = merged(t for shape, t in seen.shapes.items() if _deviates(shape, seen.usual))
    rows = merged(t for shape, t in seen.rows.items() if shape != seen.usual_row)
    notes = [
        Note(code, seen.records)
        for code in (
            "COUNT_APPARENT", "FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE",
            "SENDER_NAME_ONLY", "TIME_MINUTE_ONLY",
        )
    ]  # fmt: skip
    for code, tally, detail in (
        ("HEADER_AMBIGUOUS", deviant, "spelling"),
        ("HEADER_AMBIGUOUS", seen.back, "backwards"),
        ("HEADER_AMBIGUOUS", seen.strangers, "not-in-title"),
        ("HEADER_AMBIGUOUS", seen.unread, "inside-body"),
        ("HEADER_AMBIGUOUS", rows, "date-row"),
        ("DATE_PARTIAL", seen.undated, "time-of-day-only"),
        ("TIME_NOT_MONOTONE", seen.back, ""),
        ("RECORD_TOO_LARGE", seen.too_large, ""),
        ("FIELD_TOO_LONG", seen.too_long, ""),
    ):
        if tally.count:
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    return tuple(notes)
