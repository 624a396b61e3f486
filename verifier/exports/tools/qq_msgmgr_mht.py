"""QQ's message manager (PC versions before 9.7.25), "export as MHT".

    From: <Save by Tencent MsgMgr> … one HTML part, then one part for each picture
    <tr><td …>日期: 2016-05-01</td></tr>
    <tr><td><div …><div …>小周</div>10:30:05</div><div …>押金…</div></td></tr>

A record is a table row with a name and a time of day; the date stands in a row
of its own, which the record is ``dated_by``. Everything else is framing, the
pictures' parts too: they lie in the same file, so a record that shows one has
no media of its own (type ``image``), and a picture whose part is not there is
noted. The HTML is cut on bytes and never rendered.

The program's MIME header is malformed (no ``;`` after the charset), so mail
programs do not open the file; its row markup is known from converters only,
hence ``COUNT_APPARENT``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date as calendar_date
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import MAX_FIELD_BYTES
from ..charset import encoding_notes, encoding_of
from ..cutting.markup import plain_text
from ..cutting.markup_cut import pieces
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from ..view import View, plain

NAME = "qq-msgmgr-mht/1"

_MAKER = re.compile(rb"(?:\xef\xbb\xbf)?From: ?<Save by Tencent MsgMgr>\r?\n")
_BOUNDARY = re.compile(rb'boundary="([^"\r\n]{1,200})"')
_MALFORMED = re.compile(rb'charset="[^"\r\n]{1,40}"\r?\n')
_ROW = re.compile(
    rb"<tr[^<>]{0,300}>\s*+<td[^<>]{0,300}>\s*+<div[^<>]{0,300}>\s*+<div[^<>]{0,300}>([^<]{0,2000})</div>"
    rb"\s*+((?:\d{4}-\d{1,2}-\d{1,2} )?\d{1,2}:\d{2}:\d{2}(?: ?[AP]M)?)\s*+</div>"
)
_CLOCK = re.compile(rb"(?:(\d{4})-(\d{1,2})-(\d{1,2}) )?(\d{1,2}):(\d{2}):(\d{2})(?: ?([AP])M)?")
_DATE_ROW = re.compile(
    rb"<tr[^<>]{0,300}>\s*+<td[^<>]{0,300}>\s*+(?:<[^<>]{0,300}>\s*+){0,8}"
    rb"\xe6\x97\xa5\xe6\x9c\x9f(?::|\xef\xbc\x9a) ?(\d{4})[-/](\d{1,2})[-/](\d{1,2})\s*+<"
)
_OTHER_ROW = re.compile(
    rb"<tr[^<>]{0,300}>\s*+<td[^<>]{0,300}>\s*+(?:<[^<>]{0,300}>\s*+){0,8}"
    rb"\xe6\xb6\x88\xe6\x81\xaf(?:\xe8\xae\xb0\xe5\xbd\x95|\xe5\x88\x86\xe7\xbb\x84(?::|\xef\xbc\x9a)"
    rb"|(\xe5\xaf\xb9\xe8\xb1\xa1)(?::|\xef\xbc\x9a))"
)
"""消息记录, 消息分组:, 消息对象: - the last begins another conversation."""
_TABLE_END = re.compile(rb"</table>(?:\s|</?(?:body|html)>)*+\Z")
_PART = re.compile(rb"\r?\n--[^\r\n]{1,204}\r?\n(?:[A-Za-z-]{1,40}:[^\r\n]{0,1000}\r?\n)++\r?\n")
_TAGS = re.compile(rb"<style[^<>]*+>[^<]*+</style>|<[^<>]*+>", re.IGNORECASE)
_LOCATION = re.compile(rb"\nContent-Location: ?([^\r\n]{1,300})", re.IGNORECASE)
_IMAGE = re.compile(rb'<img[^<>]{0,300}?src="?([^"<>\s]{1,300})', re.IGNORECASE)
_ACCOUNT = re.compile(rb"(?:\(\d{4,12}\)|&lt;[^&\s]{1,100}@[^&\s]{1,100}&gt;)\s*+\Z")
_SYSTEM = re.compile(rb"(?:.*\()?(?:10000|1000000)\)?\Z")
_RECALL = "撤回了一条消息".encode()
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()
_MAX_NAMES: Final = 100_000


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the program's own sender line."""
    head = source.head(HEAD_BYTES)
    if not _MAKER.match(head):
        return ()
    return (Reason("MSGMGR_HEADER"),) + ((Reason("DATE_ROW"),) if _rows(head) else ())


def _rows(head: bytes) -> bool:
    return "日期:".encode() in head


@dataclass
class _Survey:
    """What the whole file shows."""

    records: int = 0
    last: int | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    images: dict[bytes, list[int]] = field(default_factory=dict)
    parts: set[bytes] = field(default_factory=set)

    def add(self, code: str, index: int) -> None:
        """Count a segment under a note's code and detail."""
        self.tallies.setdefault(code, Tally()).add(index)


def read(source: Source) -> Reading:
    """Read a file: one pass to survey it, another for each call of ``segments``."""
    head = source.head(HEAD_BYTES)
    boundary = _BOUNDARY.search(head)
    marker = _marker(boundary[1] if boundary else b"")
    encoding = encoding_of(source)
    seen = _Survey()
    for _ in _cut(source, marker, seen):
        pass

    def segments() -> Iterator[Segment]:
        return _cut(source, marker, _Survey())

    malformed = _MALFORMED.search(head[:2000]) is not None
    return Reading(
        NAME,
        "mht",
        "wall",
        encoding,
        (*_notes(seen, malformed=malformed), *encoding_notes(encoding)),
        segments,
    )


def _marker(boundary: bytes) -> re.Pattern[bytes]:
    """Return what begins a piece: a row, the table's end, a MIME part (its name where it has no header)."""
    part = rb"|" + re.escape(boundary) if boundary else b""
    return re.compile(rb"<tr(?=[\s>])|</table>|\r?\n--(?:----=_NextPart_" + part + rb")")


def _cut(source: Source, marker: re.Pattern[bytes], seen: _Survey) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``."""
    day: int | None = None
    dated_by: int | None = None
    for index, (length, data) in enumerate(pieces(source.chunks(), marker)):
        if data is None:
            seen.add("RECORD_TOO_LARGE", index)
            yield Segment(UNPARSED, length)
            continue
        row = _ROW.match(data)
        if row is not None:
            yield _record(row, data, day, dated_by, index, seen)
            continue
        kind = FRAMING
        date = _DATE_ROW.match(data)
        other = None if date else _OTHER_ROW.match(data)
        if date is not None:
            day, dated_by = _day(date.groups()), index
        elif other is not None:
            if other[1]:
                day = dated_by = None
        elif not (index == 0 and _MAKER.match(data)) and not _framing(data, seen):
            kind = UNPARSED
            seen.add("SYNTAX_INVALID outside-records", index)
        yield Segment(kind, length)


def _framing(data: bytes, seen: _Survey) -> bool:
    """Tell whether a piece is the table's end or a part; remember where a part belongs."""
    if _TABLE_END.match(data) or (data.strip().endswith(b"--") and len(data) < 300):
        return True
    part = _PART.match(data)
    if part is None:
        return False
    if b"text/html" in part[0].lower():
        return _TAGS.sub(b"", data[part.end() :]).strip() in (b"", b"QQ Message")
    location = _LOCATION.search(part[0])
    if location and len(seen.parts) < _MAX_NAMES:
        seen.parts.add(location[1].strip())
    return True


def _day(written: tuple[bytes, ...]) -> int | None:
    year, month, day = map(int, written)
    try:
        days = calendar_date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return days if days >= 0 else None


def _record(
    row: re.Match[bytes], data: bytes, day: int | None, dated_by: int | None, index: int,
    seen: _Survey,
) -> Segment:  # fmt: skip
    name, time = row[1].strip(), row[2]
    clock = _CLOCK.fullmatch(time)
    second = None
    if clock is not None:
        if clock[1]:
            day, dated_by = _day(clock.groups()[:3]), None
        second = _second(clock)
    te = None if day is None or second is None else day * 86400 + second
    flags: tuple[str, ...] = ()
    if _SYSTEM.match(name):
        flags += ("system",)
    if _RECALL in data:
        flags += ("recalled",)
        seen.add("RECALLED", index)
    image = _IMAGE.search(data, row.end())
    if image and len(seen.images) < _MAX_NAMES:
        seen.images.setdefault(image[1], []).append(index)
    seen.records += 1
    if not _ACCOUNT.search(name):
        seen.add("SENDER_NAME_ONLY", index)
    if te is None:
        seen.add("DATE_PARTIAL time-of-day-only", index)
    elif seen.last is not None and te < seen.last:
        seen.add("TIME_NOT_MONOTONE", index)
    seen.last = seen.last if te is None else te
    if len(name) > MAX_FIELD_BYTES:
        seen.add("FIELD_TOO_LONG", index)
    return Segment(
        RECORD, len(data), time, te, te, None if te is None else dated_by, name, b"",
        b"image" if image else b"", (), flags,
    )  # fmt: skip


def _second(clock: re.Match[bytes]) -> int | None:
    hour, minute, second = int(clock[4]), int(clock[5]), int(clock[6])
    if clock[7]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock[7] == b"P" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _notes(seen: _Survey, *, malformed: bool) -> tuple[Note, ...]:
    notes = [
        Note(code, seen.records)
        for code in ("COUNT_APPARENT", "FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE")
    ]
    missing = sorted({n for name in seen.images.keys() - seen.parts for n in seen.images[name]})
    if missing:
        notes.append(Note("MEDIA_MISSING", len(missing), tuple(missing[:20])))
    if malformed:
        notes.append(Note("SYNTAX_INVALID", detail="mail-header"))
    for name in (
        "SENDER_NAME_ONLY", "DATE_PARTIAL time-of-day-only", "TIME_NOT_MONOTONE", "RECALLED",
        "SYNTAX_INVALID outside-records", "RECORD_TOO_LARGE", "FIELD_TOO_LONG",
    ):  # fmt: skip
        tally = seen.tallies.get(name)
        if tally is not None:
            code, _, detail = name.partition(" ")
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    return tuple(notes)


def view_row(data: bytes) -> View:
    """Return the words of one row, ``[图片]`` where it shows a picture; never raises."""
    row = _ROW.match(data)
    body = plain(data[row.end() if row else 0 :]).text
    return View(plain_text(re.sub(r"(?i)<img\b[^<>]*+>", "[图片]", body)))


REASONS: Final = {
    "MSGMGR_HEADER": Text(
        "以 QQ 消息管理器的邮件头开始。", "The file begins with the header of QQ's message manager."
    ),
    "DATE_ROW": Text("开头部分有日期行。", "There are date rows near the beginning."),
}

READER = Reader(
    NAME,
    Text("QQ 消息管理器导出（MHT）", "QQ message manager export (MHT)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    types={b"image": ("media",)},
    view=view_row,
)
