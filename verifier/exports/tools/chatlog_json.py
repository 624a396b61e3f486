"""chatlog's JSON answer: a WeChat conversation as one array of messages.

    [{"seq": 1714530605000, "time": "2024-05-01T10:30:05+08:00", "talker": …, "isSelf": true, …}, …]

A record is one object of the array. ``time`` is RFC 3339 with an offset, so the
clock is "instant". ``seq`` is the second times 1000 plus a count and no id of
the platform: there is none, and ``native_id`` stays empty.

Known, and noted: ``isSelf`` is a guess with the newer databases; ``contents``
carries the address at which the program was asked, so two exports of one
message differ; the question (period, sender, words, page) leaves no trace.
"""

from __future__ import annotations

from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..families.instants import rfc3339
from ..families.json_chat import JsonChat, first_records
from ..families.json_survey import Message
from ..reader import Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from ..view import View

NAME = "chatlog-json/1"

_WANTED: Final = frozenset(("time", "sender", "isSelf", "type", "content", "contents"))
_KEYS: Final = {"seq", "time", "talker", "isChatRoom", "sender", "isSelf", "type"}
_SYSTEM: Final = b"10000"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the keys of the first messages."""
    records, _ = first_records(source, "")
    found = sum(each.values.keys() >= _KEYS for each in records)
    return (Reason("CHATLOG_KEYS", found),) if found else ()


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), ""), _message, _WANTED)
    notes = [Note("FILTER_POSSIBLE", chat.seen.records)]
    return chat.reading(NAME, "json", notes, ids="none")


def _message(record: Record) -> Message:
    text = record.text
    time = text("time")
    te_lo, te_hi = record.span("time", rfc3339)
    kind = text("type")
    flags: tuple[str, ...] = ()
    if kind == _SYSTEM:
        recalled = "撤回了一条消息" in unescape(text("content"))
        flags = ("system", "recalled") if recalled else ("system",)
    codes: tuple[str, ...] = ("SELF_IDENTITY_GUESSED",) if "isSelf" in record.values else ()
    if record.object("contents").text("host"):
        codes += ("HOST_IN_RECORDS",)
    return Message(time, te_lo, te_hi, text("sender"), b"", kind, (), flags, codes=codes)


def view(data: bytes) -> View:
    """Show the words of a message."""
    return View(unescape(read_record(data, _WANTED).text("content")))


REASONS: Final = {
    "CHATLOG_KEYS": Text(
        "记录带有 chatlog 的一组字段（seq、talker、isChatRoom、isSelf 等）。",
        "Records have chatlog's keys (seq, talker, isChatRoom, isSelf and others).",
    ),
}

READER = Reader(
    NAME,
    Text("chatlog 导出的微信聊天记录（JSON）", "WeChat chat exported by chatlog (JSON)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "calls"),  # a transfer shares its type with links
    types={
        b"3": ("media",),
        b"34": ("media", "voice"),
        b"43": ("media",),
        b"47": ("media",),
        b"50": ("calls",),
    },
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b"[",
    between=b",",
    ahead=nothing,
)
