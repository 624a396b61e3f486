"""Text messages as "SMS Backup & Restore" saves them (XML), and those who write the same.

    <smses count="2" backup_date="1714531200000" type="full">
      <sms address="+8613800000001" date="1714530605123" type="1" body="押金&#10;退" … />
      <mms date="1714530700000" msg_box="1" … > <parts>…</parts> <addrs>…</addrs> </mms>
    </smses>

Silence, TextSecure and Signal export the same elements, with characters
outside the basic plane as two references to surrogates (``&#55357;&#56838;``),
which no XML parser takes; they are flagged ``syntax_invalid`` and combined only
in the view. A document type or an entity is never resolved
(``DOCTYPE_IGNORED``).

A record is one ``sms`` or ``mms`` element; ``time`` is its ``date`` in
milliseconds, so the clock is "instant". Text messages have no id of the
network; an mms has ``m_id``. ``count`` is compared with what was found, and a
file that calls itself incremental is noted as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import RECORD, UNPARSED, Segment
from ..bounds import MAX_FIELD_BYTES
from ..charset import encoding_notes, encoding_of
from ..cutting.xml_cut import ElementCutter
from ..reader import HEAD_BYTES, MAX_RECORD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from .sms_message import MMS_MEDIA, attributes, read_message, view_message

NAME = "sms-xml/1"

_ROOT = re.compile(rb"<smses(?=[\s/>])([^<>]{0,4000})>")
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>"
    rb"|<!DOCTYPE[^\[<>]*+(?:\[[^\]]*+\]\s*+)?>)*+\Z",
    re.IGNORECASE,
)
_FIRST = re.compile(rb"<[sm]ms\s")
_COMMENT = re.compile(rb"<!--\s{0,8}File Created By ([\x21-\x7e][\x20-\x7e]{0,79}?)(?: on [^<>]{0,80})?\s{0,8}-->")  # fmt: skip
_COUNT = re.compile(rb"\d{1,15}")
_RECORDS: Final = frozenset((b"sms", b"mms"))
_OF_FLAG: Final = (
    ("syntax_invalid", "SYNTAX_INVALID"),
    ("duplicate_key", "DUPLICATE_KEYS"),
)
_NOT_SENT: Final = frozenset(("draft", "unsent", "failed"))


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the root element, with nothing but declarations and comments before it."""
    head = source.head(HEAD_BYTES)
    root = _ROOT.search(head)
    if root is None or not _BEFORE.match(head[: root.start()]):
        return ()
    fields = attributes(root[1])[0]
    first = _FIRST.search(head, root.end())
    if b"count" not in fields and first is None:
        return ()
    return (Reason("SMSES_ELEMENT"),) + ((Reason("SMS_ELEMENT"),) if first else ())


@dataclass
class _Survey:
    """What the whole file shows."""

    records: int = 0
    dated: int = 0
    ids: int = 0
    last: int | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    balanced: bool = True
    doctype: bool = False

    def add(self, code: str, index: int) -> None:
        """Count a segment under a note's code."""
        self.tallies.setdefault(code, Tally()).add(index)


def read(source: Source) -> Reading:
    """Read a backup: one pass to survey it, another for each call of ``segments``."""
    head = source.head(HEAD_BYTES)
    root = _ROOT.search(head)
    fields = attributes(root[1])[0] if root else {}
    count = fields.get(b"count", b"")
    declared = int(count) if _COUNT.fullmatch(count) else None
    made = _COMMENT.search(head)
    generator = made[1].decode("ascii").replace("&amp;", "&") if made else ""
    encoding = encoding_of(source)
    seen = _Survey()
    for _ in _cut(source, seen):
        pass
    incremental = fields.get(b"type") == b"incremental"
    kind = "incremental" if incremental else "full" if fields.get(b"type") == b"full" else "untyped"

    def segments() -> Iterator[Segment]:
        return _cut(source, _Survey())

    return Reading(
        NAME,
        f"sms xml {kind}",
        "instant" if seen.dated else "none",
        encoding,
        (*_notes(seen, declared, incremental), *encoding_notes(encoding)),
        segments,
        generator=generator,
        declared_records=declared,
        ids="native" if seen.ids else "none",
    )


def _cut(source: Source, seen: _Survey) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``."""
    cutter = ElementCutter(source.chunks(), _RECORDS, b"smses")
    for index, (kind, length, data) in enumerate(cutter):
        if kind != RECORD:
            if kind == UNPARSED and length > MAX_RECORD_BYTES:
                seen.add("RECORD_TOO_LARGE", index)
            yield Segment(kind, length)
            continue
        time, second, sender, native_id, type_, flags = read_message(data)
        seen.records += 1
        if flags:
            _count_flags(seen, index, flags)
        if native_id:
            seen.ids += 1
        else:
            seen.add("NO_NATIVE_ID", index)
        if second is None:
            seen.add("TIME_UNREADABLE", index)
        else:
            seen.dated += 1
            if seen.last is not None and second < seen.last:
                seen.add("TIME_NOT_MONOTONE", index)
            seen.last = second
        if max(len(time), len(sender), len(native_id)) > MAX_FIELD_BYTES:
            seen.add("FIELD_TOO_LONG", index)
        yield Segment(
            RECORD, length, time, second, second, None, sender, native_id, type_, (), flags
        )
    seen.balanced, seen.doctype = cutter.balanced, cutter.doctype


def _count_flags(seen: _Survey, index: int, flags: tuple[str, ...]) -> None:
    for flag, code in _OF_FLAG:
        if flag in flags:
            seen.add(code, index)
    if not _NOT_SENT.isdisjoint(flags):
        seen.add("NOT_SENT", index)


def _notes(seen: _Survey, declared: int | None, incremental: bool) -> tuple[Note, ...]:
    notes = [Note("FILTER_POSSIBLE", seen.records)]
    if incremental:
        notes.append(Note("INCREMENTAL_BACKUP"))
    if declared is not None and declared != seen.records:
        notes.append(
            Note("COUNT_MISMATCH", seen.records, detail=f"declared {declared} found {seen.records}")
        )
    for code in (
        "NO_NATIVE_ID", "NOT_SENT", "SYNTAX_INVALID", "DUPLICATE_KEYS", "TIME_UNREADABLE",
        "TIME_NOT_MONOTONE", "RECORD_TOO_LARGE", "FIELD_TOO_LONG",
    ):  # fmt: skip
        tally = seen.tallies.get(code)
        if tally is not None:
            notes.append(Note(code, tally.count, tuple(tally.places)))
    if seen.doctype:
        notes.append(Note("DOCTYPE_IGNORED"))
    if not seen.balanced:
        notes.append(Note("SYNTAX_INVALID", detail="outside-records"))
    return tuple(notes)


REASONS: Final = {
    "SMSES_ELEMENT": Text(
        "以短信备份的根元素 smses 开始。", "The root element is smses, as backups of messages have."
    ),
    "SMS_ELEMENT": Text("其中有 sms 或 mms 元素。", "There are sms or mms elements in it."),
}

READER = Reader(
    NAME,
    Text("短信备份（XML）", "backup of text messages (XML)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    types={MMS_MEDIA: ("media",)},
    view=view_message,
    material="sms",
)
