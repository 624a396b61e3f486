"""WhatsApp "Export chat" as text, from Android and iPhone, in the languages it writes.

    12/9/20, 23:55 - Alice: hello
    [2024/5/1 下午2:31:00] 甲: 下周一

A record is a header line with everything up to the next header line; the body
may hold further lines, which cannot be told from headers if they look like
one. So the number of records is always *apparent* (note ``COUNT_APPARENT``),
and where something speaks against a header, or a line inside a body looks like
one, both the note ``HEADER_AMBIGUOUS`` and the flag ``header_ambiguous`` on
the record say so. A forged line that keeps to the dialect and to the order of
times leaves no such trace; nothing in a text file could show it.

``time`` is date and time as written; ``sender`` the bytes before the first
``": "`` (a name that holds one is cut there; a line without any is of the
app itself, flag ``system``). Times are wall time of the phone that exported,
whole minutes span 60 seconds, and where the file does not decide the order of
day and month, ``te_lo`` and ``te_hi`` span all orders that remain.

A two-digit year in front (16/5/1) is considered with hyphens, and otherwise
where the beginning of the file holds Chinese, Japanese or Korean text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...evidence.segment import RECORD, UNPARSED, Segment
from ..charset import encoding_notes, encoding_of
from ..cutting.headed_text import stretches
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View, after_header
from .whatsapp_judge import Judgement, deviates, judge, notes_of
from .whatsapp_survey import MAX_REMEMBERED, Dialect, Survey, earlier, family_of, survey
from .whatsapp_time import HEADERS, LOOKALIKE, LRM, ClockTime, DateForms
from .whatsapp_words import MARKS, PLACEHOLDERS, is_notice, marks

NAME = "whatsapp-text/1"

_ENOUGH_HEADERS = 5
"""A text cut off at its beginning is recognised by so many headers, if they are
at least one line in five; otherwise its first line must be one."""


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the header lines of the app near the beginning."""
    head = source.head(HEAD_BYTES)
    family, count = family_of(head)
    if not family:
        return ()
    lines = [line for line in head.split(b"\n") if line.strip(b" \r\t")]
    first = family_of(lines[0])[0] == family
    if not first and not (count >= _ENOUGH_HEADERS and count * 5 >= len(lines)):
        return ()
    notice = is_notice(head[:2000])
    if family == "bracket" and not notice and LRM not in head and _LOG_LINE.match(lines[0]):
        return ()
    reasons = [Reason("WHATSAPP_HEADERS", count)]
    if first:
        reasons.append(Reason("FIRST_LINE_IS_HEADER"))
    if notice:
        reasons.append(Reason("WHATSAPP_NOTICE"))
    return tuple(reasons)


_LOG_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]")
"""Many programs write their logs so; here it needs another sign of the app."""


def read(source: Source) -> Reading:
    """Read a chat: one pass to survey it, another for each call of ``segments``."""
    family = family_of(source.head(HEAD_BYTES))[0] or next(iter(HEADERS))
    dialect = Dialect(source, family)
    seen = survey(source, dialect)
    found = judge(seen)
    encoding = encoding_of(source)

    def segments() -> Iterator[Segment]:
        return _cut(source, dialect, found)

    variant = f"{_PHONES[family]} {found.order_text()} {_clock_text(seen)}"
    notes: tuple[Note, ...] = (*notes_of(seen, found), *encoding_notes(encoding))
    return Reading(NAME, variant, "wall", encoding, notes, segments)


_PHONES = {"dash": "android", "bracket": "ios", "colon": "ios-old"}


def _clock_text(seen: Survey) -> str:
    if 0 < seen.half_days < seen.records:
        return "12h+24h"
    return "12h" if seen.half_days else "24h"


class _Date:
    """A written date as this file's orders read it."""

    __slots__ = ("days", "fits", "high", "low", "shape")

    def __init__(self, forms: DateForms, found: Judgement) -> None:
        known = [day for day in forms.days if day is not None]
        orders = found.orders or (0, 1, 2)
        # None only of a line that is no record: its clock shows no time, or it is too long.
        readings = [day for order in orders if (day := forms.days[order]) is not None] or known
        self.days = forms.days
        self.low = min(readings) * 86400
        self.high = max(readings) * 86400
        self.fits = forms.days[found.usual_order] is not None
        self.shape = (forms.shape, forms.padding)


def _cut(source: Source, dialect: Dialect, found: Judgement) -> Iterator[Segment]:
    """Yield the segments. One loop without calls per record where nothing is special: 3 µs each."""
    dates: dict[bytes, _Date | None] = {}
    read_clock = dialect.clock

    def parse(match: re.Match[bytes]) -> tuple[bytes, _Date, bytes, ClockTime, bytes] | None:
        _, written, written_clock, _, sender = match.groups(b"")
        if written in dates:
            date = dates[written]
        else:
            if len(dates) >= MAX_REMEMBERED:
                dates.clear()
            forms = dialect.date(written)
            date = _Date(forms, found) if forms else None
            dates[written] = date
        clock = read_clock(written_clock)
        return (written, date, written_clock, clock, sender) if date and clock else None

    new = tuple.__new__
    last_written, last_days, last_second = b"", _NO_DAYS, -1
    for length, head, body in stretches(source.chunks(), dialect.pattern, parse):
        if head is None or body is None:
            yield Segment(UNPARSED, length)
            continue
        written, date, written_clock, clock, sender = head
        second, span, _, shape, padding = clock
        flags: tuple[str, ...] = ()
        media: tuple[bytes, ...] = ()
        if MARKS.search(body) or body.strip() in PLACEHOLDERS:
            flags, media = marks(body)
        if not sender and "system" not in flags:
            flags += ("system",)
        if date.low != date.high:
            flags += ("date_order_ambiguous",)
        if written == last_written:
            doubtful = second < last_second
        else:
            back = earlier(date.days, second, last_days, last_second)
            doubtful = back & found.compared == found.compared
            last_written, last_days = written, date.days
        last_second = second
        if (
            doubtful
            or not (date.fits or found.orders)
            or deviates((*date.shape, shape, padding), found.usual)
            or ((b"\n" in body or b"\r" in body) and LOOKALIKE.search(body))
        ):
            flags += ("header_ambiguous",)
        yield new(
            Segment,
            (
                RECORD, length, written + written_clock, date.low + second,
                date.high + second + span, None, sender, b"", b"", media, flags,
            ),
        )  # fmt: skip


_NO_DAYS: tuple[int | None, ...] = (None, None, None)

REASONS: Final = {
    "WHATSAPP_HEADERS": Text(
        "开头部分有 WhatsApp 导出格式的消息头。",
        "There are headers in WhatsApp's export format near the beginning.",
    ),
    "FIRST_LINE_IS_HEADER": Text("第一行即为消息头。", "The first line is such a header."),
    "WHATSAPP_NOTICE": Text(
        "开头有该应用的端到端加密提示。", "The app's notice about encryption stands first."
    ),
}


def view(data: bytes) -> View:
    """Show what follows the header; a line of the app has no sender in it."""
    return after_header(data, HEADERS.values())


READER = Reader(
    NAME,
    Text("WhatsApp 导出的聊天记录（文本）", "WhatsApp exported chat (text)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    view=view,
)
