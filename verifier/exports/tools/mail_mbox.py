"""A mailbox of many mails in one file (mbox), in its several variants.

    From alice@example.com Wed May  1 10:30:05 2024
    From: Alice <alice@example.com>
    …

A record is a separator line with the mail after it. A line that begins with
"From " is a separator if it has the form of one and a header field follows:
either ``-`` alone, as Mozilla writes it, or one word and a date as asctime
writes it, with or without a zone. ``From Russia with love`` is none, even
where no ">" was put before it (``mboxo`` and ``mboxrd`` do that; a mailbox
that does not is told by nothing else).

So a body that holds such a line *with* a date and a field after it is cut
there: the number of mails is always apparent (``COUNT_APPARENT``). What speaks
against a separator is flagged ``header_ambiguous`` and noted as
``MBOX_AMBIGUOUS``: no empty line before it, a line inside a mail that begins
with "From ", and a ``Content-Length`` which disagrees with the cut in a
mailbox where most agree (``mboxcl``).

Time, sender and id are those of the mail's own header, as in ``mail_eml``; the
date of a separator line names no zone and is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ...evidence.segment import RECORD, UNPARSED, Segment
from ..bounds import MAX_FIELD_BYTES, fit
from ..charset import encoding_notes, encoding_of
from ..cutting.headed_text import stretches
from ..mail.mail_lines import line_end_notes, line_ends
from ..mail.mail_message import FIELD, Mail, read_mail
from ..mail.mail_view import view_mail
from ..reader import HEAD_BYTES, MAX_RECORD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text

NAME = "mail-mbox/1"

_ZONE = rb"(?: (?:[A-Z]{1,5}|[+-]\d{4}))?"
_ASCTIME = (
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb" [ \d]?\d \d\d:\d\d(?::\d\d)?" + _ZONE + rb" \d{4}" + _ZONE + rb"(?: remote from \S{1,200})?"
)
_LINE = rb"(?:\xef\xbb\xbf)?From (?:-|(?:-|[^\s]{1,400}) {1,3}" + _ASCTIME + rb")[ \t]*+"
_SEPARATOR = re.compile(rb"\n" + _LINE + rb"(?=\r?\n|\r?$)")
_BEGIN = re.compile(_LINE + rb"\r?\n" + FIELD.pattern)
_FIELD_NEXT = re.compile(rb"\r?\n" + FIELD.pattern)
_FROM_INSIDE = re.compile(rb"\nFrom ")
_SLACK: Final = 4
"""A mail's body is followed by an empty line, which writers count differently."""


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a separator line and a header field as the very first lines."""
    head = source.head(HEAD_BYTES)
    if not _BEGIN.match(head):
        return ()
    return (Reason("MBOX_SEPARATORS", sum(1 for _ in _SEPARATOR.finditer(b"\n" + head))),)


class _Letter(NamedTuple):
    """A stretch from one separator to the next; ``data`` begins after the separator's text."""

    length: int
    head: bytes | None
    data: bytes | None
    spaced: bool
    """Is there an empty line, or nothing, before the separator."""


@dataclass
class _Survey:
    """What the whole file shows."""

    records: int = 0
    dated: int = 0
    with_length: int = 0
    agreeing: int = 0
    quoted: bool = False
    quoted_twice: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    last: int | None = None

    def add(self, name: str, index: int) -> None:
        """Count a segment under a name."""
        self.tallies.setdefault(name, Tally()).add(index)

    @property
    def measured(self) -> bool:
        """Do most of the mails that state a length have it."""
        return self.agreeing * 2 > self.with_length

    def variant(self) -> str:
        """Return the dialect, as far as the file shows it."""
        if self.measured:
            return "mboxcl"
        if self.quoted_twice:
            return "mboxrd"
        return "mboxo-or-mboxrd" if self.quoted else "mbox"


def read(source: Source) -> Reading:
    """Read a mailbox: one pass to survey it, another for each call of ``segments``."""
    seen = _Survey()
    _survey(source, seen, measured=False)
    measured = seen.measured
    if measured:  # only now is it known which mails disagree
        seen = _Survey()
        _survey(source, seen, measured=True)
    ends = line_ends(source)
    encoding = encoding_of(source)

    def segments() -> Iterator[Segment]:
        return _cut(source, _Survey(), measured=measured)

    without_id = seen.tallies.get("NO_NATIVE_ID", Tally()).count
    return Reading(
        NAME,
        f"{seen.variant()} {ends}",
        "instant" if seen.dated else "none",
        encoding,
        (*_notes(seen), *line_end_notes(ends), *encoding_notes(encoding)),
        segments,
        ids="native" if without_id < seen.records else "none",
    )


def _survey(source: Source, seen: _Survey, *, measured: bool) -> None:
    for index, segment in enumerate(_cut(source, seen, measured=measured)):
        if len(segment.time) + len(segment.sender) + len(segment.native_id) <= MAX_FIELD_BYTES:
            continue
        if fit(segment) is not segment:
            seen.add("FIELD_TOO_LONG", index)


def _notes(seen: _Survey) -> tuple[Note, ...]:
    notes = [Note("COUNT_APPARENT", seen.records), Note("FILTER_POSSIBLE", seen.records)]
    if seen.dated:
        notes.append(Note("DECLARED_TIME_ONLY", seen.dated))
    for name in (
        "MBOX_AMBIGUOUS no-empty-line", "MBOX_AMBIGUOUS inside-body", "MBOX_AMBIGUOUS content-length",
        "DUPLICATE_KEYS mail-header", "TIME_UNREADABLE", "TIME_NOT_MONOTONE", "NO_NATIVE_ID",
        "RECEIVED_ABSENT", "RECEIVED_DIFFERS", "DKIM_NOT_CHECKED", "DKIM_ABSENT",
        "RECORD_TOO_LARGE", "FIELD_TOO_LONG",
    ):  # fmt: skip
        tally = seen.tallies.get(name)
        if tally is not None:
            code, _, detail = name.partition(" ")
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    return tuple(notes)


def _cut(source: Source, seen: _Survey, *, measured: bool) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``; ``measured`` says that stated lengths are meant."""
    for index, letter in enumerate(_letters(source)):
        if letter.head is None or letter.data is None:
            if letter.length > MAX_RECORD_BYTES:
                seen.add("RECORD_TOO_LARGE", index)
            yield Segment(UNPARSED, letter.length)
            continue
        data = letter.data
        start = data.find(b"\n") + 1
        mail = read_mail(data[start:])
        doubts = _doubts(letter, mail, len(data) - start, seen, measured=measured)
        for doubt in doubts:
            seen.add(f"MBOX_AMBIGUOUS {doubt}", index)
        _count(seen, index, mail)
        seen.quoted = seen.quoted or b"\n>From " in data
        seen.quoted_twice = seen.quoted_twice or b"\n>>From " in data
        yield Segment(
            RECORD, letter.length, mail.time, mail.te_lo, mail.te_hi, None, mail.sender,
            mail.native_id, flags=(*mail.flags, "header_ambiguous") if doubts else mail.flags,
        )  # fmt: skip


def _doubts(
    letter: _Letter, mail: Mail, length: int, seen: _Survey, *, measured: bool
) -> list[str]:
    """Return what speaks against the cut of one mail; ``length`` is that of header and body."""
    doubts = [] if letter.spaced else ["no-empty-line"]
    if letter.data is not None and _FROM_INSIDE.search(letter.data):
        doubts.append("inside-body")
    if mail.content_length is not None:
        body = length - mail.body
        agrees = body - _SLACK <= mail.content_length <= body
        seen.with_length += 1
        seen.agreeing += agrees
        if measured and not agrees:
            doubts.append("content-length")
    return doubts


def _count(seen: _Survey, index: int, mail: Mail) -> None:
    seen.records += 1
    seen.add("DKIM_NOT_CHECKED" if mail.signed else "DKIM_ABSENT", index)
    if not mail.native_id:
        seen.add("NO_NATIVE_ID", index)
    if not mail.received:
        seen.add("RECEIVED_ABSENT", index)
    if mail.flags:
        if "duplicate_key" in mail.flags:
            seen.add("DUPLICATE_KEYS mail-header", index)
        if "received_differs" in mail.flags:
            seen.add("RECEIVED_DIFFERS", index)
    if mail.te_lo is None:
        seen.add("TIME_UNREADABLE", index)
        return
    seen.dated += 1
    if seen.last is not None and mail.te_lo < seen.last:
        seen.add("TIME_NOT_MONOTONE", index)
    seen.last = mail.te_lo


def _letters(source: Source) -> Iterator[_Letter]:
    """Yield the stretches of the file, those after which no header field follows joined on."""
    held: _Held | None = None
    for length, head, data in stretches(source.chunks(), _SEPARATOR, lambda match: match[0]):
        if held is None:
            held = _Held(head, length, [data], spaced=True)
        elif data is not None and not _FIELD_NEXT.match(data):
            held.join(length, head or b"", data)
        else:
            before = held.parts[-1] if held.parts else None
            yield held.letter()
            spaced = before is None or before.endswith((b"\n", b"\n\r"))
            held = _Held(head, length, [data], spaced)
    if held is not None:
        yield held.letter()


@dataclass
class _Held:
    """A stretch, and those joined to it, whose end is not known yet."""

    head: bytes | None
    length: int
    parts: list[bytes | None]
    spaced: bool

    def join(self, length: int, head: bytes, data: bytes) -> None:
        """Add a stretch; let the bytes go where that gets too long for a record."""
        self.length += length
        if self.length > MAX_RECORD_BYTES:
            self.parts = [None, data]
        else:
            self.parts += [head, data]

    def letter(self) -> _Letter:
        """Return the whole."""
        known = [part for part in self.parts if part is not None]
        data = b"".join(known) if len(known) == len(self.parts) else None
        return _Letter(self.length, self.head, data, self.spaced)


REASONS: Final = {
    "MBOX_SEPARATORS": Text(
        "第一行为邮箱文件的分隔行，其后为邮件头；开头部分有这样的分隔行。",
        "The first line is a mailbox separator with a mail header after it; "
        "separators near the beginning.",
    ),
}

READER = Reader(
    NAME,
    Text("电子邮箱文件（mbox）", "mailbox (mbox)"),
    detect,
    read,
    REASONS,
    view=view_mail,
    material="mail",
)
