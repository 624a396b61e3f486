"""Pages of Feishu's (Lark's) open interface im/v1/messages, as command-line tools save them.

    {"code": 0, "data": {"has_more": true, "items": [{"message_id": "om_…", …}, …]}}

A record is one object of ``items``, in one page or in an array of pages.
``create_time`` is Unix milliseconds as a string. There is no export for a user:
such a file shows what an application was allowed to ask for, page by page.
``has_more`` of the last page says that messages follow.
"""

from __future__ import annotations

import re
from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..families.instants import unix_milliseconds
from ..families.json_chat import JsonChat, first_records
from ..families.json_survey import Message
from ..reader import Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from ..view import View

NAME = "feishu-json/1"

_PATHS: Final = ("data.items", "[].data.items")
_WANTED: Final = frozenset((
    "message_id", "parent_id", "msg_type", "create_time", "deleted", "updated", "sender", "body",
))  # fmt: skip
_ID = re.compile(rb"om_[0-9A-Za-z_-]{1,100}")
_MORE = re.compile(rb'(?<!\\)"has_more"\s*+:\s*+(true|false)')


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise messages by the form of their ids and their times."""
    records, _ = first_records(source, *_PATHS)
    found = sum(
        _ID.fullmatch(each.text("message_id")) is not None and "create_time" in each.values
        for each in records
    )
    return (Reason("FEISHU_MESSAGES", found),) if found else ()


def read(source: Source) -> Reading:
    """Read the pages: one pass to survey them, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), *_PATHS), _message, _WANTED)
    notes = [Note("FILTER_POSSIBLE", chat.seen.records)]
    more = _MORE.findall(chat.used.frame)
    if more and more[-1] == b"true":
        notes.append(Note("PAGINATION_INCOMPLETE"))
    return chat.reading(NAME, "json pages", notes, ids="native")


def _message(record: Record) -> Message:
    text = record.text
    te_lo, te_hi = record.span("create_time", unix_milliseconds)
    kind = text("msg_type")
    flags: tuple[str, ...] = ("system",) if kind == b"system" else ()
    if text("deleted") == b"true":
        flags += ("deleted",)
    if text("updated") == b"true":
        flags += ("edited",)
    if text("parent_id"):
        flags += ("quote",)
    if kind == b"merge_forward":
        flags += ("forward",)
    sender = record.object("sender").text("id")
    return Message(text("create_time"), te_lo, te_hi, sender, text("message_id"), kind, (), flags)


def view(data: bytes) -> View:
    """Show the words of a message: its body is JSON inside a string."""
    record = read_record(data, _WANTED)
    content = unescape(record.object("body").text("content"))
    raw = content.encode("utf-8", "surrogatepass")
    words = read_record(raw).text("text") if raw.startswith(b"{") else b""
    return View(unescape(words) if words else content, record.text("parent_id"))


REASONS: Final = {
    "FEISHU_MESSAGES": Text(
        "记录带有飞书的消息编号（om_ 开头）与 create_time。",
        "Records have Feishu's message ids (om_) and a create_time.",
    ),
}

_MEDIA: Final = ("media",)
READER = Reader(
    NAME,
    Text("飞书开放接口的消息分页（JSON）", "pages of Feishu's message interface (JSON)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice"),
    types={
        b"image": _MEDIA,
        b"file": _MEDIA,
        b"media": _MEDIA,
        b"sticker": _MEDIA,
        b"audio": ("media", "voice"),
    },
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b'{"data":{"items":[',
    between=b",",
    ahead=nothing,
)
