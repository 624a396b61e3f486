"""PyWxDump's CSV export of a WeChat conversation.

    id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime
    7,4073926741244663531,文本,1,wxid_self,wxid_friend,你好,,2024-10-04 11:43:05

``time`` is ``CreateTime``: wall time of the exporting computer without a zone,
to the second or, after a spreadsheet program, ``2024/10/4 11:43`` to the
minute; where the first message has Unix seconds the clock is "instant" and a
wall time is not read. ``sender`` is ``talker``: an account, or the word 我 for
the exporting person, which is no account (``SENDER_NAME_ONLY``). ``native_id``
is ``MsgSvrID``, the server's id, which jumps: ids are "native". ``id`` is the
database's row number, shared by all chats of WeChat 3.

Older versions have one column ``content`` with ``{"src": …, "msg": …}`` instead
of ``msg`` and ``src``. The oldest did not quote it, so its commas make cells: such
a row is flagged ``syntax_invalid``, with its time from the last cell.

A spreadsheet program keeps 15 digits of a number: ids in scientific notation,
or most long ids ending in zeros after the 15th digit, are not the platform's
any more (``ID_PRECISION_LOST``). Filters leave no trace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from ...evidence.segment import Segment
from ..charset import encoding_notes, encoding_of
from ..cutting.csv_cut import rows, texts
from ..cutting.json_object import read_object, unescape
from ..families.csv_chat import Columns, Form, Message, Survey, add_note, cut, notes_of, survey
from ..families.ymd_time import read_time
from ..reader import HEAD_BYTES, Clock, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally, merged
from ..text import Text
from ..view import View, plain

NAME = "pywxdump-csv/1"

_FRONT: Final = (b"id", b"MsgSvrID", b"type_name", b"is_sender", b"talker", b"room_name")
_LAYOUTS: Final[dict[Columns, str]] = {
    (*_FRONT, b"msg", b"src", b"CreateTime"): "msg-src",
    (*_FRONT, b"content", b"CreateTime"): "content",
}
_NUMBER = re.compile(rb"\d{1,19}", re.ASCII)
_SECONDS = re.compile(rb"\d{9,11}", re.ASCII)
_SCIENTIFIC = re.compile(rb"\d(?:\.\d{1,17})?[eE]\+?\d{1,3}", re.ASCII)
_LONG_ID = re.compile(rb"\d{17,20}", re.ASCII)
_ROUNDED = re.compile(rb"\d{15}0{2,5}", re.ASCII)

_SYSTEM: Final = frozenset(word.encode() for word in ("系统通知", "拍一拍"))
_QUOTE: Final = "引用回复".encode()
_RECALLED: Final = "撤回了一条消息".encode()
_TRANSFERS: Final = tuple(word.encode() for word in ("转账", "转账消息"))
_MEDIA: Final = {
    "图片": ("media",), "视频": ("media",), "动画表情": ("media",), "文件": ("media",),
    "用户上传的GIF表情": ("media",), "语音": ("media", "voice"),
}  # fmt: skip
_WITH_FILE: Final = frozenset(word.encode() for word in _MEDIA)
_LOCAL_PATH = re.compile(rb"(?!https?:)[^\r\n\"]{1,1000}")


def _reads(layout: Columns, *, instants: bool) -> Callable[[list[bytes]], Message | None]:
    """Return what reads the rows of a layout, with times as Unix seconds or as wall times."""
    width = len(layout)

    def parse(found: list[bytes]) -> Message | None:
        if len(found) != width and not (len(found) > 6 and _NUMBER.fullmatch(found[0])):
            return None
        time, kind = found[-1], found[2]
        if instants:
            te = (int(time),) * 2 if _SECONDS.fullmatch(time) else None
        else:
            te = read_time(time)
        content = found[6] if len(found) == width else b",".join(found[6:-1])
        flags: tuple[str, ...] = ()
        if kind in _SYSTEM:
            flags = ("system", "recalled") if _RECALLED in content else ("system",)
        elif kind == _QUOTE:
            flags = ("quote",)
        elif kind in _TRANSFERS:
            flags = ("transfer",)
        source = found[7] if len(found) == width == len(_FRONT) + 3 else b""
        named = kind in _WITH_FILE and _LOCAL_PATH.fullmatch(source)
        media = (source,) if named else ()
        shown = time if te is not None or len(found) == width else b""
        return Message(shown, te, found[4], found[1], kind, media, flags)

    return parse


def _form(*, instants: bool) -> Form:
    return Form(
        {layout: _reads(layout, instants=instants) for layout in _LAYOUTS},
        re.compile(rb"[\r\n]\d{1,19},\d[\d.eE+]{0,24},[^,\r\n]{1,60},[01],"),
    )


_WALL, _INSTANT = _form(instants=False), _form(instants=True)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the names of the tool's columns in the first row."""
    return (Reason("PYWXDUMP_COLUMNS"),) if _WALL.columns(source) is not None else ()


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    columns = _WALL.columns(source)
    clock: Clock = "instant" if _has_seconds(source, columns) else "wall"
    form = _INSTANT if clock == "instant" else _WALL
    encoding = encoding_of(source)
    ids = _Ids()
    seen = survey(source, form, ids.look)

    def segments() -> Iterator[Segment]:
        return cut(source, form, Survey())

    notes = [Note("FILTER_POSSIBLE", seen.records)]
    if clock == "wall":
        notes.append(Note("NO_TIMEZONE", seen.records))
    add_note(notes, "NO_NATIVE_ID", seen.no_id)
    add_note(notes, "ID_PRECISION_LOST", ids.lost())
    add_note(notes, "SENDER_NAME_ONLY", ids.self_only)
    notes += notes_of(seen)
    return Reading(
        NAME,
        f"csv {_LAYOUTS[columns] if columns is not None else 'unknown'} {clock}",
        clock,
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
        ids="native" if seen.no_id.count < seen.records else "none",
    )


def _has_seconds(source: Source, columns: Columns | None) -> bool:
    """Tell whether the first message that has a time has it in Unix seconds."""
    if columns is None:
        return False
    for row in rows([source.head(HEAD_BYTES)]):
        last = (row.data or b"").rpartition(b",")[2]
        if _SECONDS.fullmatch(last):
            return True
        if read_time(last) is not None:
            return False
    return False


class _Ids:
    """What the ids and senders of the whole file show."""

    def __init__(self) -> None:
        self.self_only = Tally()
        self._scientific = Tally()
        self._rounded = Tally()
        self._long = 0

    def look(self, index: int, message: Message) -> None:
        if message.sender == _ME:
            self.self_only.add(index)
        if _SCIENTIFIC.fullmatch(message.native_id):
            self._scientific.add(index)
        elif _LONG_ID.fullmatch(message.native_id):
            self._long += 1
            if _ROUNDED.fullmatch(message.native_id):
                self._rounded.add(index)

    def lost(self) -> Tally:
        """Return the records whose ids lost digits; one id in a hundred may end in zeros itself."""
        if self._rounded.count * 2 > self._long:
            return merged((self._scientific, self._rounded))
        return self._scientific


_ME: Final = "我".encode()

_QUOTED = re.compile(r"\n+\[引用\]\(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)[^\n:]{0,300}:", re.ASCII)


def view(data: bytes) -> View:
    """Return what a row says: its ``msg``, and what that quotes."""
    found = [each for row in rows([data]) for each in texts(row.data or b"")]
    if len(found) < 8:
        return plain(data)
    content = found[6]
    if len(found) == 8 and content.startswith(b"{"):
        fields, _, _ = read_object(content, frozenset((b"msg",)))
        text = unescape(fields.get(b"msg", b""))
    elif len(found) in (8, 9):
        text = plain(content).text
    else:
        return plain(data)
    match = _QUOTED.search(text)
    if match is None:
        return View(text)
    return View(text[: match.start()], quoted=text[match.end() :])


def _context(variant: str, _clock: str) -> bytes:
    """Return the row of names and a row whose time tells the clock, as the file's first one did."""
    for layout, word in _LAYOUTS.items():
        if variant.startswith(f"csv {word}"):
            time = b"100000000" if variant.endswith("instant") else b"1970-01-01 00:00:00"
            return b",".join(layout) + b"\r\n" + b"," * (len(layout) - 1) + time + b"\r\n"
    return b""


REASONS: Final = {
    "PYWXDUMP_COLUMNS": Text(
        "第一行是 PyWxDump 导出表的列名。",
        "The first row names the columns of a PyWxDump export.",
    ),
}

READER = Reader(
    NAME,
    Text("PyWxDump 导出的微信聊天记录（CSV）", "WeChat chat exported by PyWxDump (CSV)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "transfers"),
    types={word.encode(): means for word, means in _MEDIA.items()}
    | dict.fromkeys(_TRANSFERS, ("transfers",)),
    view=view,
    context=_context,
)
