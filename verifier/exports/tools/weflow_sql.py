"""WeFlow's PostgreSQL export of WeChat conversations.

    BEGIN;
    CREATE TABLE IF NOT EXISTS weflow_messages (…);
    INSERT INTO weflow_messages (session_id, local_id, …) VALUES ('wxid_yi', '12', …);
    COMMIT;

A record is one INSERT with one row; other statements that the tool writes are
framing and any other is unparsed. The file is cut on bytes and never executed.
Fields are bytes as written between the quotes: ``time`` is ``create_time`` (Unix
seconds), ``native_id`` is ``local_id``, ``type`` is ``local_type``.

Here ``local_id`` is the database's own and counted one by one within one
conversation, so in a file of one conversation with rising ids the ids are
"running" and each gap is noted; in any other file they are "native" only. The
tool's filters leave no trace, and voice may be replaced by machine transcription.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..cutting.sql_cut import statements
from ..reader import HEAD_BYTES, MAX_RECORD_BYTES, Ids, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from ..view import View, plain
from .wechat_words import RECALLED

NAME = "weflow-sql/1"

_TABLE = re.compile(rb"(?i)\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?weflow_messages\s*\(")
_BEGIN = re.compile(
    rb"(?i)(?:\xef\xbb\xbf)?\s{0,100}+(?:--[^\n]{0,400}\n\s{0,100}+){0,50}(?:BEGIN\s*;|CREATE\s|INSERT\s)"
)
_ROW = re.compile(rb"(?i)(?:^|(?<=\n))INSERT\s+INTO\s+weflow_messages\s*\(\s*session_id\s*,")
_COLUMNS: Final = (
    b"session_id", b"local_id", b"message_id", b"create_time", b"sender", b"is_send", b"local_type",
    b"media_type", b"content", b"media_path",
)  # fmt: skip
_INSERT = re.compile(
    rb"\s*+INSERT\s+INTO\s+weflow_messages\s*+\(\s*+" + rb"\s*+,\s*+".join(_COLUMNS)
    + rb"\s*+\)\s*+VALUES\s*+\(\s*+"
    + rb"\s*+,\s*+".join([rb"('(?:[^']++|'')*+'|NULL|TRUE|FALSE|-?\d{1,20})"] * len(_COLUMNS))
    + rb"\s*+\)\s*+;\s*+",
    re.IGNORECASE,
)  # fmt: skip
_FRAME = re.compile(
    rb"\s*+(?:BEGIN|COMMIT|CREATE\s+(?:TABLE|INDEX)\s"
    rb"(?=[^;']{0,4096}?weflow_messages)[^;']{0,8192}+)\s*+;\s*+",
    re.IGNORECASE,
)
_MAX_SECONDS: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_REMOTE = re.compile(rb"(?i)[a-z][a-z0-9+.-]{1,20}:")
_TRANSCRIBED: Final = "[语音转文字]".encode()


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise SQL that begins with the tool's own table, or with a row for it."""
    head = source.head(HEAD_BYTES)
    if not _BEGIN.match(head):
        return ()
    table = (Reason("WEFLOW_TABLE"),) if _TABLE.search(head) else ()
    rows = sum(1 for _ in _ROW.finditer(head))
    if not table and not _ROW.match(head.lstrip()):
        return ()
    return (*table, Reason("WEFLOW_INSERTS", rows)) if rows else table


def read(source: Source) -> Reading:
    """Read the statements: one pass to survey them, another for each call of ``segments``."""
    seen = _Survey()
    for index, segment in enumerate(_cut(source, seen)):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    encoding = encoding_of(source)

    def segments() -> Iterator[Segment]:
        return _cut(source, _Survey())

    return Reading(
        NAME, "postgresql", "instant" if seen.dated else "none", encoding,
        (*_notes(seen), *encoding_notes(encoding)), segments, generator="WeFlow", ids=seen.ids(),
    )  # fmt: skip


@dataclass
class _Survey:
    """What the whole file shows."""

    records: int = 0
    dated: int = 0
    sessions: set[bytes] = field(default_factory=set)
    last_id: int = -1
    rising: bool = True
    no_id: Tally = field(default_factory=Tally)
    gaps: Tally = field(default_factory=Tally)
    undated: Tally = field(default_factory=Tally)
    back: Tally = field(default_factory=Tally)
    others: Tally = field(default_factory=Tally)
    too_long: Tally = field(default_factory=Tally)
    too_large: Tally = field(default_factory=Tally)
    flags: dict[str, Tally] = field(default_factory=dict)

    def add(self, index: int, session: bytes, local_id: bytes) -> None:
        """Count a record and look at its number."""
        self.records += 1
        if len(self.sessions) < 2:
            self.sessions.add(session)
        if not local_id.isdigit() or len(local_id) > 20:
            self.no_id.add(index)
            self.rising = False
            return
        number = int(local_id)
        if 0 <= self.last_id < number - 1:
            self.gaps.add(index)
        self.rising = self.rising and number > self.last_id
        self.last_id = number

    def ids(self) -> Ids:
        """Return what the ids are in this file."""
        if self.no_id.count >= self.records:
            return "none"
        return "running" if self.rising and len(self.sessions) == 1 else "native"


def _cut(source: Source, seen: _Survey) -> Iterator[Segment]:
    last: int | None = None
    for index, (length, statement) in enumerate(statements(source.chunks())):
        values = _INSERT.fullmatch(statement) if statement is not None else None
        if statement is None or (values is None and _FRAME.fullmatch(statement) is None):
            if statement is not None and not statement.strip(b" \t\r\n\xef\xbb\xbf"):
                yield Segment(FRAMING, length)
                continue
            if statement is None and length > MAX_RECORD_BYTES:
                seen.too_large.add(index)
            seen.others.add(index)
            yield Segment(UNPARSED, length)
            continue
        if values is None:
            yield Segment(FRAMING, length)
            continue
        session, local_id, _, created, sender, _, kind, _, content, path = map(
            _bare, values.groups()
        )
        seen.add(index, session, local_id)
        second = int(created) if created.isdigit() else -1
        time = created if 0 <= second <= _MAX_SECONDS else b""
        te = second if time else None
        if te is None:
            seen.undated.add(index)
        else:
            seen.dated += 1
            if last is not None and te < last:
                seen.back.add(index)
            last = te
        flags = _flags(kind, content)
        for flag in flags:
            seen.flags.setdefault(flag, Tally()).add(index)
        media = (path.replace(b"''", b"'"),) if path and not _REMOTE.match(path) else ()
        yield Segment(
            RECORD, length, time, te, te, None, sender, local_id, kind, media, flags
        )  # fmt: skip


def _bare(value: bytes) -> bytes:
    """Return what stands between the quotes, nothing for NULL."""
    if value[:1] == b"'":
        return value[1:-1]
    return b"" if value.upper() == b"NULL" else value


def _flags(kind: bytes, content: bytes) -> tuple[str, ...]:
    if kind == b"10000":
        return ("system", "recalled") if RECALLED in content else ("system",)
    if kind == b"34" and (
        content.startswith(_TRANSCRIBED) or not content.startswith("[语音".encode())
    ):
        return ("voice_transcript",)
    return ()


def _notes(seen: _Survey) -> tuple[Note, ...]:
    notes = [Note("FILTER_POSSIBLE", seen.records)]
    for code, tally, detail in (
        ("NO_NATIVE_ID", seen.no_id, ""),
        ("ID_GAP", seen.gaps if seen.ids() == "running" else Tally(), ""),
        ("RECALLED", seen.flags.get("recalled", Tally()), ""),
        ("TRANSCRIPT_NOT_ORIGINAL", seen.flags.get("voice_transcript", Tally()), ""),
        ("TIME_UNREADABLE", seen.undated, ""),
        ("TIME_NOT_MONOTONE", seen.back, ""),
        ("RECORD_TOO_LARGE", seen.too_large, ""),
        ("FIELD_TOO_LONG", seen.too_long, ""),
        ("SYNTAX_INVALID", seen.others, "outside-records"),
    ):
        if tally.count:
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    return tuple(notes)


def view(data: bytes) -> View:
    """Show one row's content, its quotes undone."""
    values = _INSERT.fullmatch(data)
    return plain(_bare(values[9]).replace(b"''", b"'") if values else data)


REASONS: Final = {
    "WEFLOW_TABLE": Text(
        "文件建立名为 weflow_messages 的表。", "The file creates a table named weflow_messages."
    ),
    "WEFLOW_INSERTS": Text(
        "有向该表写入消息的语句。", "There are statements that fill that table."
    ),
}

READER = Reader(
    NAME,
    Text("WeFlow 导出的微信聊天记录（SQL）", "WeChat chat exported by WeFlow (SQL)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice"),
    types={b"3": ("media",), b"34": ("media", "voice"), b"43": ("media",), b"47": ("media",)},
    view=view,
)
