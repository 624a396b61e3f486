"""DingTalk messages as third-party programs read them from the desktop's database.

    [{"id": 1, "senderId": "1001", "sender": …, "createdAt": 1714530605123, "text": …,
      "contentType": 1, "mediaIds": [], "source": "main"}, …]

A record is one object of the array. ``createdAt`` is Unix milliseconds. The
platform has no export for a user. A ``source`` of ``fts`` says that the words
come from the full-text index and the message is no longer in its table.
"""

from __future__ import annotations

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

NAME = "dingtalk-json/1"

_WANTED: Final = frozenset(
    ("id", "senderId", "sender", "createdAt", "text", "contentType", "mediaIds", "source")
)
_KEYS: Final = {"id", "senderId", "createdAt", "contentType", "source"}


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the keys of the first messages."""
    records, _ = first_records(source, "")
    found = sum(each.values.keys() >= _KEYS for each in records)
    return (Reason("DINGTALK_KEYS", found),) if found else ()


def read(source: Source) -> Reading:
    """Read the messages: one pass to survey them, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), ""), _message, _WANTED)
    notes = [Note("FILTER_POSSIBLE", chat.seen.records)]
    return chat.reading(NAME, "json", notes, ids="native")


def _message(record: Record) -> Message:
    text = record.text
    te_lo, te_hi = record.span("createdAt", unix_milliseconds)
    sender, name = text("senderId"), text("sender")
    flags: tuple[str, ...] = ("from_index",) if text("source") == b"fts" else ()
    if any(True for _ in record.elements("mediaIds")):
        flags += ("media_omitted",)
    return Message(
        text("createdAt"), te_lo, te_hi, sender or name, text("id"), text("contentType"), (), flags,
        codes=("SENDER_NAME_ONLY",) if name and not sender else (),
    )  # fmt: skip


def view(data: bytes) -> View:
    """Show the words of a message."""
    return View(unescape(read_record(data, _WANTED).text("text")))


REASONS: Final = {
    "DINGTALK_KEYS": Text(
        "记录带有钉钉数据库读取工具的一组字段（senderId、createdAt、source 等）。",
        "Records have the keys of a reader of DingTalk's database (senderId, createdAt, source).",
    ),
}

READER = Reader(
    NAME,
    Text("第三方工具读取的钉钉聊天记录（JSON）", "DingTalk messages by a third-party tool (JSON)"),
    detect,
    read,
    REASONS,
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b"[",
    between=b",",
    ahead=nothing,
)
