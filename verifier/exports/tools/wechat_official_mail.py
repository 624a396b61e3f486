"""WeChat's own share of a chat, as received by mail (.eml).

What the outer mail shows (Date, Message-ID, a signature of the sending
provider) is the *sending of the transcript*, not the chat.

Two ways to cut it, and the reading says which:

* The transcript stands in the file as plain text: it is cut like the text
  export; the mail's header is framing, what follows the part is unparsed, and
  the times are wall time of the chat.
* It is encoded (base64, quoted-printable) or HTML: its messages are no
  stretches of the file's bytes and cannot be shown one by one. The mail's
  header is the one record (time of sending, sender, Message-ID), the rest is
  unparsed, and how many messages the transcript has is not said. Note
  ``TRANSCRIPT_NOT_CUT``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..mail.mail_parts import HEADER_BYTES, Part, end_of, glimpse, header_of, text_parts
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .wechat_transcript import TITLE, again, cut, notes_of, survey, view

NAME = "wechat-official-mail/1"

_MONTHS: Final = (
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
)  # fmt: skip
_DATE = re.compile(
    rb"(?:[A-Z][a-z]{2}, {0,2})?(\d{1,2}) (" + b"|".join(_MONTHS) + rb") (\d{4})"
    rb" (\d{2}):(\d{2}):(\d{2}) (?:([+-])(\d{2})(\d{2})|GMT|UT)\b"
)
_AS_IT_IS = (b"7bit", b"8bit", b"binary")


class _Place(NamedTuple):
    """Where the transcript stands in the file."""

    start: int
    stop: int


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a mail whose text begins with the title of a transcript."""
    head = source.head(HEAD_BYTES)
    mail = header_of(head)
    if mail is None:
        return ()
    for part, _ in text_parts(head, mail):
        if TITLE.search(glimpse(head, part)[:8000]):
            return (Reason("MAIL_HEADER"), Reason("WECHAT_TITLE"))
    return ()


def read(source: Source) -> Reading:
    """Read a mail in one of the two ways above."""
    head = source.head(HEADER_BYTES)
    mail = header_of(head)
    place, why = (None, "no-mail-header") if mail is None else _find(source, head, mail)
    encoding = encoding_of(source)
    if place is not None:
        return _cut_reading(source, place, encoding)

    header = mail.start if mail else 0
    rest = source.size - header

    def segments() -> Iterator[Segment]:
        if mail is not None:
            yield _mail_record(mail)
        if rest:
            yield Segment(UNPARSED, rest)

    places = (1 if header else 0,) if rest else ()
    notes = (Note("TRANSCRIPT_NOT_CUT", len(places), places, why), *encoding_notes(encoding))
    if mail is not None and fit(_mail_record(mail)) != _mail_record(mail):
        notes += (Note("FIELD_TOO_LONG", 1, (0,)),)
    clock = _read_date(mail.fields.get(b"date", b"")) if mail else None
    return Reading(
        NAME, f"mail {why}", "none" if clock is None else "instant", encoding, notes, segments
    )


def _find(source: Source, head: bytes, mail: Part) -> tuple[_Place | None, str]:
    """Return where the transcript can be cut, or None and why it cannot."""
    why = "no-text-part"
    for part, delimiters in text_parts(head, mail):
        if not TITLE.search(glimpse(head, part)[:8000]):
            continue
        if part.coding not in _AS_IT_IS:
            known = part.coding in (b"base64", b"quoted-printable")
            why = part.coding.decode("ascii") if known else "unknown-encoding"
        elif part.kind != b"text/plain":
            why = "html"
        elif part.start < (stop := end_of(source, part, delimiters)):
            return _Place(part.start, stop), ""
    return None, why


def _cut_reading(source: Source, place: _Place, encoding: str) -> Reading:
    def chunks() -> Iterator[bytes]:
        return source.chunks(start=place.start, stop=place.stop)

    seen = survey(chunks(), first=1)

    def segments() -> Iterator[Segment]:
        yield Segment(FRAMING, place.start)
        yield from cut(chunks(), first=1, seen=again(seen))
        if place.stop < source.size:
            yield Segment(UNPARSED, source.size - place.stop)

    notes = (*notes_of(seen), *encoding_notes(encoding))
    return Reading(NAME, "mail plain-text", "wall", encoding, notes, segments)


def _mail_record(mail: Part) -> Segment:
    """Return the record for the mail itself: its header."""
    date = mail.fields.get(b"date", b"")
    sent = _read_date(date)
    if sent is not None and (match := _DATE.match(date)):
        date = match[0]  # without the comments that may follow
    return Segment(
        RECORD, mail.start, date, sent, sent,
        sender=mail.fields.get(b"from", b""), native_id=mail.fields.get(b"message-id", b""),
    )  # fmt: skip


def _read_date(written: bytes) -> int | None:
    """Return Unix seconds of a complete RFC 5322 date with its offset; None for anything less."""
    match = _DATE.match(written)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = match.groups(b"0")
    number = _MONTHS.index(month) + 1
    last = calendar.monthrange(int(year), number)[1] if int(year) >= 1970 else 0
    if not 1 <= int(day) <= last or int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    if int(off_hours) > 23 or int(off_minutes) > 59:
        return None
    offset = (int(off_hours) * 3600 + int(off_minutes) * 60) * (-1 if sign == b"-" else 1)
    parts = (int(year), number, int(day), int(hour), int(minute), int(second))
    seconds = calendar.timegm(parts) - offset
    return seconds if seconds >= 0 else None


REASONS: Final = {
    "MAIL_HEADER": Text("以邮件头开始。", "The file begins with a mail header."),
    "WECHAT_TITLE": Text(
        "有微信转发聊天记录的标题句。", "WeChat's title of a shared transcript is there."
    ),
}

_HEAD: Final = (
    "From: <a@example.org>\nTo: <b@example.org>\nSubject: -\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\n\n"
    "群 微信群上的聊天记录如下，请查收。\n\n"
).encode()


def _context(variant: str, _clock: str) -> bytes:
    """Return what may stand before any message of a transcript; the mail's own record needs nothing."""
    return _HEAD if variant == "mail plain-text" else b""


READER = Reader(
    NAME,
    Text("微信官方转发的聊天记录（邮件）", "WeChat's own shared chat (mail)"),
    detect,
    read,
    REASONS,
    context=_context,
    view=view,
)
