"""chatlog's CSV export of WeChat conversations.

    Time,SenderName,Sender,TalkerName,Talker,Content
    2024-05-01 10:30:05,小周,wxid_self,房东王姐,wxid_landlord,好的

``time`` is wall time of the computer that ran the tool, always with its date;
``sender`` is the account in ``Sender``. Some builds put ``MessageID`` in front,
the tool's sort key (Unix seconds and a counter), which is no id of the platform
and is left aside. One file can hold several conversations (``Talker``).

Known of the tool, and noted: no server id; a query picks time, sender, words
and pages without a trace in the file; messages of kinds that it does not know
are cut off after 120 bytes and end in ``<...>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from ...evidence.segment import Segment
from ..charset import encoding_notes, encoding_of
from ..cutting.csv_cut import rows, texts
from ..families.csv_chat import (
    RECALL_NOTICE,
    Columns,
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

NAME = "chatlog-csv/1"

_COLUMNS: Final = (b"Time", b"SenderName", b"Sender", b"TalkerName", b"Talker", b"Content")
_WITH_KEY: Final = (b"MessageID", *_COLUMNS)
_CUT_OFF = re.compile(rb"Type: \d{1,12} Content: .{0,300}<\.\.\.>", re.DOTALL | re.ASCII)


def _reads(skip: int) -> Callable[[list[bytes]], Message | None]:
    width = len(_COLUMNS) + skip

    def parse(found: list[bytes]) -> Message | None:
        if len(found) < 2 + skip:
            return None
        time = found[skip]
        te = read_time(time)
        if len(found) != width:
            return None if te is None else Message(time, te)
        content = found[-1]
        flags: tuple[str, ...] = ()
        if RECALL_NOTICE.fullmatch(content):
            flags = ("recalled",)
        elif _CUT_OFF.fullmatch(content):
            flags = ("content_dropped",)
        return Message(time, te, found[skip + 2], flags=flags)

    return parse


_LAYOUTS: Final[dict[Columns, str]] = {_COLUMNS: "plain", _WITH_KEY: "message-id"}
FORM: Final = Form(
    {_COLUMNS: _reads(0), _WITH_KEY: _reads(1)},
    re.compile(rb"[\r\n](?:\d{1,19},)?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,"),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the names of the tool's columns in the first row."""
    return (Reason("CHATLOG_COLUMNS"),) if FORM.columns(source) is not None else ()


def read(source: Source) -> Reading:
    """Read a file: one pass to survey it, another for each call of ``segments``."""
    columns = FORM.columns(source)
    encoding = encoding_of(source)
    seen = survey(source, FORM)

    def segments() -> Iterator[Segment]:
        return cut(source, FORM, Survey())

    notes = [
        Note("FILTER_POSSIBLE", seen.records),
        Note("NO_NATIVE_ID", seen.records),
        Note("NO_TIMEZONE", seen.records),
    ]
    add_note(notes, "CONTENT_DROPPED_BY_TOOL", seen.flagged("content_dropped"))
    notes += notes_of(seen)
    return Reading(
        NAME,
        f"csv {_LAYOUTS[columns] if columns is not None else 'unknown'}",
        "wall",
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
    )


def view(data: bytes) -> View:
    """Return what a row says: its ``Content``."""
    found = [each for row in rows([data]) for each in texts(row.data or b"")]
    return plain(found[-1]) if len(found) in (len(_COLUMNS), len(_WITH_KEY)) else plain(data)


def _context(variant: str, _clock: str) -> bytes:
    """Return the row of names, without which a row is none."""
    names = _WITH_KEY if variant.endswith(_LAYOUTS[_WITH_KEY]) else _COLUMNS
    return b",".join(names) + b"\n"


REASONS: Final = {
    "CHATLOG_COLUMNS": Text(
        "第一行是 chatlog 导出表的列名。",
        "The first row names the columns of a chatlog export.",
    ),
}

READER = Reader(
    NAME,
    Text("chatlog 导出的微信聊天记录（CSV）", "WeChat chat exported by chatlog (CSV)"),
    detect,
    read,
    REASONS,
    counted=("messages",),
    view=view,
    context=_context,
)
