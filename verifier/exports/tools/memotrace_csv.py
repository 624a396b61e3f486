"""MemoTrace's (WeChatMsg, 留痕) CSV export of a WeChat conversation.

    localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender
    501,12,1,0,1,1714530605,2,好的,2024-05-01 10:30:05,我,小周,wxid_self

UTF-8 with a byte order mark, CRLF, line ends within quotes. ``time`` is
``CreateTime`` (Unix seconds: the clock is "instant"), ``sender`` the account in
``Sender``, ``type`` the bytes of ``Type,SubType`` with the comma between them.
``StrTime`` is the exporting computer's wall time of the same second: the two
give its offset.

``native_id`` is ``localId``, the number of the row in one file of WeChat 3's
database. All chats of the account share that numbering and there are several
such files, so gaps and repetitions show nothing: ids are "native", not
"running". The server's id is not in the file; the tool cuts it off.

Known of the tool, and noted: what is compressed in the database (type 49:
quotes, files, forwards, transfers) has an empty ``StrContent``, so a transfer
of money is an empty row; a time filter leaves out records exactly on its
bounds; filters leave no trace. In some versions rows of two-person chats lack
the last three cells. In them who sent a message is known from ``IsSender``
alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...evidence.segment import Segment
from ..charset import encoding_notes, encoding_of
from ..cutting.csv_cut import rows, texts
from ..families.clock_offset import offset_of
from ..families.csv_chat import Columns, Form, Message, Survey, add_note, cut, notes_of, survey
from ..families.ymd_time import read_time
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from ..view import View, plain

NAME = "memotrace-csv/1"

COLUMNS = (
    b"localId", b"TalkerId", b"Type", b"SubType", b"IsSender", b"CreateTime",
    b"Status", b"StrContent", b"StrTime", b"Remark", b"NickName", b"Sender",
)  # fmt: skip
_SHORT: Final = 9
"""Columns that the database gives; the tool adds three."""
_LEADING = re.compile(rb"\d{1,19},\d{1,10},\d{1,10},\d{1,10},[01],\d{1,12}", re.ASCII)
_SECONDS = re.compile(rb"\d{1,12}", re.ASCII)
_MAX_SECONDS: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_SYSTEM: Final = b"10000"
_APP: Final = b"49"
_MONEY: Final = frozenset((b"2000", b"2001"))
_RECALLED: Final = "撤回了一条消息".encode()


def _parse(found: list[bytes]) -> Message | None:
    if len(found) not in (_SHORT, len(COLUMNS)) and not _LEADING.fullmatch(b",".join(found[:6])):
        return None
    _, _, kind, sub_kind, _, time = found[:6]
    te = None
    if _SECONDS.fullmatch(time) and int(time) <= _MAX_SECONDS:
        te = (int(time),) * 2
    if len(found) not in (_SHORT, len(COLUMNS)):
        return Message(time, te, b"", found[0], kind + b"," + sub_kind)
    content, written = found[7], found[8]
    flags: tuple[str, ...] = ()
    if kind == _APP:
        if sub_kind in _MONEY:
            flags = ("transfer",)
        elif sub_kind == b"57":
            flags = ("quote",)
        if not content:
            flags += ("content_dropped",)
    elif kind == _SYSTEM:
        flags = ("system", "recalled") if _RECALLED in content else ("system",)
    wall = read_time(written)
    paired = te is not None and wall is not None
    return Message(
        time,
        te,
        found[11] if len(found) > _SHORT else b"",
        found[0],
        kind + b"," + sub_kind,
        flags=flags,
        paired=paired,
        offset=offset_of(te[0], wall) if te is not None and wall is not None else None,
    )


FORM: Final = Form(
    {COLUMNS: _parse, COLUMNS[:_SHORT]: _parse},
    re.compile(rb"[\r\n]\d{1,19},\d{1,10},\d{1,10},\d{1,10},[01],\d{9,12},"),
    frozenset((_SHORT,)),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the names of the tool's columns in the first row."""
    return (Reason("MEMOTRACECOLUMNS"),) if FORM.columns(source) is not None else ()


def _variant(columns: Columns | None) -> str:
    return f"csv {len(columns or ())}-columns"


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    columns = FORM.columns(source)
    encoding = encoding_of(source)
    unpaid = Tally()

    def look(index: int, message: Message) -> None:
        if "transfer" in message.flags and "content_dropped" in message.flags:
            unpaid.add(index)

    seen = survey(source, FORM, look)
    usual = seen.offsets.usual()

    def segments() -> Iterator[Segment]:
        return cut(source, FORM, Survey(), usual)

    notes = [Note("FILTER_POSSIBLE", seen.records), Note("BOUNDARY_LOSS_POSSIBLE", seen.records)]
    notes += seen.offsets.notes()
    add_note(notes, "CONTENT_DROPPED_BY_TOOL", seen.flagged("content_dropped"))
    add_note(notes, "TRANSFER_WITHOUT_CONTENT", unpaid)
    notes += notes_of(seen)
    return Reading(
        NAME,
        _variant(columns),
        "instant",
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
        ids="native",
    )


def view(data: bytes) -> View:
    """Return what a row says: its ``StrContent``."""
    found = [each for row in rows([data]) for each in texts(row.data or b"")]
    return plain(found[7]) if len(found) in (_SHORT, len(COLUMNS)) else plain(data)


def _context(variant: str, _clock: str) -> bytes:
    """Return the row of names, without which a row is none."""
    names = COLUMNS[:_SHORT] if variant == _variant(COLUMNS[:_SHORT]) else COLUMNS
    return b",".join(names) + b"\r\n"


REASONS: Final = {
    "MEMOTRACECOLUMNS": Text(
        "第一行是留痕（MemoTrace）导出表的列名。",
        "The first row names the columns of a MemoTrace export.",
    ),
}

READER = Reader(
    NAME,
    Text("留痕（MemoTrace）导出的微信聊天记录（CSV）", "WeChat chat exported by MemoTrace (CSV)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "transfers", "calls"),
    types={
        b"3,0": ("media",),
        b"34,0": ("media", "voice"),
        b"43,0": ("media",),
        b"47,0": ("media",),
        b"49,6": ("media",),
        b"49,2000": ("transfers",),
        b"50,0": ("calls",),
    },
    view=view,
    context=_context,
)
