"""One e-mail as a file of its own (.eml, RFC 5322).

The record is the whole file: a mail is shown whole or not at all, and its
signature covers header and body. ``time`` is the ``Date`` field, which the
sender's program wrote (note ``DECLARED_TIME_ONLY``); the servers' own times
stand in the ``Received`` lines, and a mail whose first server was more than a
day away from ``Date`` is noted. ``sender`` is ``From`` and ``native_id`` is
``Message-ID``, as written.

A mail longer than a record may be: its header is the record, the rest is
unparsed. Whether a signature (DKIM) verifies is not asked here, since that
takes a key record (see ``dkim_check``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..mail.mail_lines import line_end_notes, line_ends
from ..mail.mail_message import Mail, is_mail, read_mail
from ..mail.mail_view import view_mail
from ..reader import HEAD_BYTES, MAX_RECORD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from . import known_unread, wechat_official_mail

NAME = "mail-eml/1"
_HEADER_BYTES: Final = 1 << 20
"""The header of a mail lies within so much; its fields are read from here."""


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a header with an address in From and a Date at the very beginning.

    A mail that holds WeChat's own transcript, or whose header makes it a file
    of another kind (RSMF, a saved page), is left to its reader.
    """
    if not is_mail(source.head(HEAD_BYTES)):
        return ()
    if wechat_official_mail.detect(source) or known_unread.detect(source):
        return ()
    return (Reason("MAIL_FIELDS"),)


def read(source: Source) -> Reading:
    """Read one mail: its header is looked at once, its line ends are counted."""
    if not is_mail(source.head(HEAD_BYTES)):
        return _no_mail(source)
    mail = read_mail(source.head(_HEADER_BYTES))
    ends = line_ends(source)
    encoding = encoding_of(source)
    whole = source.size <= MAX_RECORD_BYTES
    length = source.size if whole else mail.body

    def segments() -> Iterator[Segment]:
        yield _record(mail, length)
        if not whole:
            yield Segment(UNPARSED, source.size - length)

    notes = [Note("DECLARED_TIME_ONLY", 1, (0,))] if mail.te_lo is not None else []
    for code, said, detail in (
        ("TIME_UNREADABLE", mail.te_lo is None, ""),
        ("NO_NATIVE_ID", not mail.native_id, ""),
        ("RECEIVED_ABSENT", not mail.received, ""),
        ("RECEIVED_DIFFERS", "received_differs" in mail.flags, ""),
        ("DUPLICATE_KEYS", "duplicate_key" in mail.flags, "mail-header"),
        ("FIELD_TOO_LONG", fit(_record(mail, 1)) != _record(mail, 1), ""),
        ("DKIM_NOT_CHECKED", mail.signed, ""),
        ("DKIM_ABSENT", not mail.signed, ""),
    ):
        if said:
            notes.append(Note(code, 1, (0,), detail))
    if not whole:
        notes.append(Note("RECORD_TOO_LARGE", 1, (1,)))
    return Reading(
        NAME,
        f"eml {ends}",
        "none" if mail.te_lo is None else "instant",
        encoding,
        (*notes, *line_end_notes(ends), *encoding_notes(encoding)),
        segments,
        ids="native" if mail.native_id else "none",
    )


def _no_mail(source: Source) -> Reading:
    """Return the reading of what is no mail, such as the rest of a long one."""

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    return Reading(NAME, "eml none", "none", "unknown", (), segments)


def _record(mail: Mail, length: int) -> Segment:
    return Segment(
        RECORD, length, mail.time, mail.te_lo, mail.te_hi, None, mail.sender, mail.native_id,
        flags=mail.flags,
    )  # fmt: skip


REASONS: Final = {
    "MAIL_FIELDS": Text(
        "以邮件头开始，其中有发件人地址和日期。",
        "The file begins with a mail header that has a sender's address and a date.",
    ),
}

READER = Reader(
    NAME,
    Text("电子邮件", "e-mail"),
    detect,
    read,
    REASONS,
    view=view_mail,
    material="mail",
)
