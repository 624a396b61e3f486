"""The first look at a whole WhatsApp text: its dialect, and what contradicts it.

One pass over the file collects which order of day, month and year holds for
*every* header, which spelling of the header is the usual one, and which
headers do not fit: another spelling, a step back in time, a date that only
another order allows. The reader must not decide more than this carries.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ..bounds import MAX_MEDIA
from ..cutting.headed_text import stretches
from ..reader import HEAD_BYTES
from ..source import Source
from ..tally import Tally
from .whatsapp_time import HEADERS, LOOKALIKE, ClockTime, DateForms, read_clock, read_date
from .whatsapp_words import MARKS, PLACEHOLDERS, is_notice, marks

MAX_REMEMBERED: Final = 50_000
"""Bound on tables that the content fills: so many different dates or times are kept."""

_MAX_SHAPES = 1_000
_OTHER = (b"", "", b"", "")
_CJK = re.compile(rb"[\xe3-\xed][\x80-\xbf][\x80-\xbf]")

Shape = tuple[bytes, str, bytes, str]
"""Spelling and zero-filling of a header's date, then of its time."""

Allowed = tuple[bool, bool, bool, bool, bool, bool]
"""Of a date: does each entry of ``ORDERS`` allow it; are dmy = mdy, dmy = ymd, mdy = ymd."""


class Dialect:
    """How one file's headers are read; remembers dates and times, which a chat repeats."""

    def __init__(self, source: Source, family: str) -> None:
        head = source.head(HEAD_BYTES)
        self.family = family
        self.pattern = HEADERS[family]
        self.year_first = _CJK.search(head) is not None or not _is_utf8(head)
        self._dates: dict[bytes, DateForms | None] = {}
        self._clocks: dict[bytes, ClockTime | None] = {}

    def date(self, written: bytes) -> DateForms | None:
        """Return the calendar readings of a date, None if it has none."""
        if written not in self._dates:
            if len(self._dates) >= MAX_REMEMBERED:
                self._dates.clear()
            self._dates[written] = read_date(written, year_first=self.year_first)
        return self._dates[written]

    def clock(self, written: bytes) -> ClockTime | None:
        """Return the time of day, None if no clock shows it."""
        if written not in self._clocks:
            if len(self._clocks) >= MAX_REMEMBERED:
                self._clocks.clear()
            self._clocks[written] = read_clock(written)
        return self._clocks[written]


def _is_utf8(head: bytes) -> bool:
    try:
        head[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 6  # a character cut by the end of the head
    return True


@dataclass
class Survey:
    """What the whole file shows."""

    records: int = 0
    first_is_notice: bool = False
    minutes: int = 0
    half_days: int = 0
    short_years: int = 0
    too_large: Tally = field(default_factory=Tally)
    unread: Tally = field(default_factory=Tally)
    """Bodies with a line that looks like a header but is not taken for one."""
    too_long: Tally = field(default_factory=Tally)
    """Records with more media than a segment may name; names and senders are short by pattern."""
    dates: dict[Allowed, Tally] = field(default_factory=dict)
    shapes: dict[Shape, Tally] = field(default_factory=dict)
    back: dict[int, Tally] = field(default_factory=dict)
    """Bits of the orders under which a header is earlier than the one before it."""
    flags: dict[str, Tally] = field(default_factory=dict)


def family_of(head: bytes) -> tuple[str, int]:
    """Return the header family with most headers in ``head``, and how many; ("", 0) if none."""
    counts = Counter(
        {
            family: sum(_is_header(family, match) for match in pattern.finditer(b"\n" + head))
            for family, pattern in HEADERS.items()
        }
    )
    family, most = counts.most_common(1)[0]
    return (family, most) if most else ("", 0)


def _is_header(family: str, match: re.Match[bytes]) -> bool:
    """Tell whether a match is a sign of this app: a real date and a real time, as it writes them.

    Bracketed lines without seconds are Signal's and others'; year-first lines
    with seconds and without brackets are program logs.
    """
    forms, clock = read_date(match[2], year_first=True), read_clock(match[3])
    if forms is None or clock is None:
        return False
    year_first = forms.shape.startswith(b"y")
    if family == "dash":
        return clock.span > 0 or not year_first
    return clock.span == 0 and not (family == "colon" and year_first)


def survey(source: Source, dialect: Dialect) -> Survey:
    """Look at every header of the file once."""
    seen = Survey()

    def parse(match: re.Match[bytes]) -> tuple[bytes, DateForms, ClockTime] | None:
        date = match[2]
        forms, clock = dialect.date(date), dialect.clock(match[3])
        return (date, forms, clock) if forms is not None and clock is not None else None

    last_date, last_second = b"", -1
    last: tuple[int | None, ...] = (None, None, None)
    shape: Shape | None = None
    shape_tally = date_tally = Tally()
    index = -1
    for _, head, body in stretches(source.chunks(), dialect.pattern, parse):
        index += 1
        if head is None:
            continue
        if body is None:
            seen.too_large.add(index)
            continue
        date, forms, clock = head
        if not seen.records:
            seen.first_is_notice = is_notice(body)
        seen.records += 1
        second = clock.second
        if date == last_date:
            bits = 0b111 if second < last_second else 0
        else:
            bits = earlier(forms.days, second, last, last_second)
            last_date, last = date, forms.days
            date_tally = seen.dates.setdefault(_allowed(forms.days), Tally())
        last_second = second
        if bits:
            seen.back.setdefault(bits, Tally()).add(index)
        date_tally.add(index)
        now = (forms.shape, forms.padding, clock.shape, clock.padding)
        if now != shape:
            shape = now
            known = now in seen.shapes or len(seen.shapes) < _MAX_SHAPES
            shape_tally = seen.shapes.setdefault(now if known else _OTHER, Tally())
        shape_tally.add(index)
        seen.minutes += clock.span != 0
        seen.half_days += clock.half_days
        seen.short_years += forms.two_digit_year
        if MARKS.search(body) or body.strip() in PLACEHOLDERS:
            found, media = marks(body)
            if len(media) > MAX_MEDIA:
                seen.too_long.add(index)
            for flag in found:
                seen.flags.setdefault(flag, Tally()).add(index)
        if (b"\n" in body or b"\r" in body) and LOOKALIKE.search(body):
            seen.unread.add(index)
    return seen


def earlier(
    days: tuple[int | None, ...], second: int, last: tuple[int | None, ...], last_second: int
) -> int:
    """Return the bits of the orders under which this header is earlier than the last one."""
    bits = 0
    for order, (day, before) in enumerate(zip(days, last, strict=True)):
        if day is not None and before is not None and (day, second) < (before, last_second):
            bits |= 1 << order
    return bits


def _allowed(days: tuple[int | None, int | None, int | None]) -> Allowed:
    dmy, mdy, ymd = days
    return (
        dmy is not None, mdy is not None, ymd is not None,
        dmy == mdy, dmy == ymd, mdy == ymd,
    )  # fmt: skip
