"""WeFlow's CSV export of a WeChat conversation, in the columns that WeClone reads.

    id,MsgSvrID,type_name,is_sender,talker,msg,src,CreateTime
    1,7437267147299592543,text,0,房东王姐,下周一,,2024-05-01T02:30:05.000Z

``time`` is ``CreateTime``, an instant in UTC. ``sender`` is ``talker``, a display
name that the exporter's settings choose; accounts are not in the file.
``native_id`` is ``MsgSvrID``, the server's id, which jumps: ids are "native".

Known of the tool, and noted: ``id`` is counted from 1 while exporting and shows
no gap; replies that quote a message are left out altogether; filters leave no
trace; voice may be replaced by machine transcription. ``type_name`` has seven
words only, so transfers, calls and notices are ``text`` like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...evidence.segment import Segment
from ..charset import encoding_notes, encoding_of
from ..cutting.csv_cut import rows, texts
from ..families.csv_chat import (
    RECALL_NOTICE,
    Form,
    Message,
    Survey,
    add_note,
    cut,
    notes_of,
    survey,
)
from ..families.ymd_time import read_time
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View, plain

NAME = "weflow-weclone-csv/1"

_COLUMNS = (
    b"id", b"MsgSvrID", b"type_name", b"is_sender", b"talker", b"msg", b"src", b"CreateTime",
)  # fmt: skip
_NUMBER = re.compile(rb"\d{1,10}", re.ASCII)
_INSTANT = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)
_WITH_FILE: Final = frozenset((b"image", b"video", b"voice", b"sticker", b"file"))
_PATH = re.compile(rb"(?!https?:)[^\r\n\"]{1,1000}")
_PLACEHOLDER: Final = b"["
_TRANSCRIBED: Final = "[语音转文字]".encode()


def _parse(found: list[bytes]) -> Message | None:
    exact = len(found) == len(_COLUMNS)
    if not exact and not (len(found) > 5 and _NUMBER.fullmatch(found[0])):
        return None
    time, kind = found[-1], found[2]
    match = _INSTANT.fullmatch(time)
    te = read_time(match[1]) if match else None
    if not exact:
        return Message(time if te else b"", te, found[4], found[1], kind)
    content, place = found[5], found[6]
    flags: tuple[str, ...] = ()
    if kind == b"voice" and (
        content.startswith(_TRANSCRIBED) or (content and not content.startswith(_PLACEHOLDER))
    ):
        flags = ("voice_transcript",)
    elif RECALL_NOTICE.fullmatch(content):
        flags = ("recalled",)
    named = kind in _WITH_FILE and _PATH.fullmatch(place)
    return Message(time, te, found[4], found[1], kind, (place,) if named else (), flags)


FORM: Final = Form(
    {_COLUMNS: _parse},
    re.compile(rb"[\r\n]\d{1,10},\d{0,20},[a-z]{1,12},[01],"),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the names of the columns, which lack PyWxDump's ``room_name``."""
    return (Reason("WECLONE_COLUMNS"),) if FORM.columns(source) is not None else ()


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    encoding = encoding_of(source)
    seen = survey(source, FORM)

    def segments() -> Iterator[Segment]:
        return cut(source, FORM, Survey())

    notes = [
        Note("FILTER_POSSIBLE", seen.records),
        Note("ID_RENUMBERED_BY_TOOL", seen.records, detail="id"),
        Note("RECORDS_DROPPED_BY_TOOL", seen.records, detail="quotes"),
        Note("SENDER_NAME_ONLY", seen.records),
        Note("DISPLAY_NAMES_CHOSEN", seen.records),
    ]
    add_note(notes, "NO_NATIVE_ID", seen.no_id)
    add_note(notes, "TRANSCRIPT_NOT_ORIGINAL", seen.flagged("voice_transcript"))
    notes += notes_of(seen)
    return Reading(
        NAME,
        "csv",
        "instant",
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
        ids="native" if seen.no_id.count < seen.records else "none",
    )


def view(data: bytes) -> View:
    """Return what a row says: its ``msg``."""
    found = [each for row in rows([data]) for each in texts(row.data or b"")]
    return plain(found[5]) if len(found) == len(_COLUMNS) else plain(data)


REASONS: Final = {
    "WECLONE_COLUMNS": Text(
        "第一行是 WeFlow 按 WeClone 格式导出的列名。",
        "The first row names the columns that WeFlow writes for WeClone.",
    ),
}

READER = Reader(
    NAME,
    Text(
        "WeFlow 导出的微信聊天记录（WeClone 格式 CSV）",
        "WeChat chat exported by WeFlow (CSV for WeClone)",
    ),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice"),
    types={
        b"image": ("media",),
        b"video": ("media",),
        b"sticker": ("media",),
        b"file": ("media",),
        b"voice": ("media", "voice"),
    },
    view=view,
    context=lambda _variant, _clock: b",".join(_COLUMNS) + b"\r\n",
)
