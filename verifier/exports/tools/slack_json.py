"""One day of one channel in a Slack export.

    [{"type": "message", "user": "U1", "text": "…", "ts": "1714530605.000100"}, …]

A record is one object of the array. ``ts`` is an instant and, within a channel,
the message's id. Deleted messages appear as ``tombstone`` or not at all, edits
as a mark, both without what was said before, unless the workspace keeps such
logs. A channel is split into one file a day, and standard plans export public
channels only.
"""

from __future__ import annotations

import re
from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..families.instants import unix_fraction
from ..families.json_chat import JsonChat, first_records
from ..families.json_survey import KEPT, Message
from ..reader import Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from ..view import View

NAME = "slack-json/1"

_WANTED: Final = frozenset((
    "type", "subtype", "user", "bot_id", "username", "text", "ts", "thread_ts", "edited", "files",
    "previous_message",
))  # fmt: skip
_TS = re.compile(rb"\d{10}\.\d{6}")
_TOKEN = re.compile(rb"xox[a-z]-[0-9A-Za-z-]{4}")
_WHO: Final = ("user", "bot_id", "username")
_DELETED: Final = (b"tombstone", b"message_deleted")
_NOTICES = re.compile(
    rb"(?:channel|group)_(?:join|leave|topic|purpose|name|archive|unarchive|posting_permissions)"
    rb"|pinned_item|unpinned_item|bot_add|bot_remove|reminder_add"
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise messages by their ``ts`` and a sender."""
    records, _ = first_records(source, "")
    found = sum(
        _TS.fullmatch(each.text("ts")) is not None
        and "text" in each.values
        and any(key in each.values for key in _WHO)
        for each in records
    )
    return (Reason("SLACK_TS", found),) if found else ()


def read(source: Source) -> Reading:
    """Read a day: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), ""), _message, _WANTED)
    notes = [Note("PARTS_OF_ONE_EXPORT"), Note("FILTER_POSSIBLE", chat.seen.records)]
    return chat.reading(NAME, "json day", notes, ids="native")


def _message(record: Record) -> Message:
    text, values = record.text, record.values
    te_lo, te_hi = record.span("ts", unix_fraction)
    kind = text("subtype") or text("type")
    sender = text("user") or text("bot_id")
    name = text("username")
    flags: tuple[str, ...] = ()
    codes: tuple[str, ...] = ("SENDER_NAME_ONLY",) if name and not sender else ()
    if kind in _DELETED:
        flags += ("deleted", KEPT) if "previous_message" in values else ("deleted",)
    elif _NOTICES.fullmatch(kind):
        flags += ("system",)
    if values.get("edited") is not None or kind == b"message_changed":
        flags += ("edited",)
    if "files" in values:
        urls = [
            each.text(key)
            for each in record.objects("files")
            for key in ("url_private", "url_private_download", "permalink")
        ]
        if any(urls):
            flags += ("media_remote",)
        if any(_TOKEN.search(url) for url in urls):
            codes += ("SECRETS_PRESENT",)
    return Message(text("ts"), te_lo, te_hi, sender or name, text("ts"), kind, (), flags, codes=codes)  # fmt: skip


def view(data: bytes) -> View:
    """Show the words of a message and, in a thread, the message that began it."""
    record = read_record(data, _WANTED)
    thread = record.text("thread_ts")
    return View(unescape(record.text("text")), b"" if thread == record.text("ts") else thread)


REASONS: Final = {
    "SLACK_TS": Text(
        "记录带有 Slack 的 ts 与发送者字段。", "Records have Slack's ts and a sender beside it."
    ),
}

READER = Reader(
    NAME,
    Text("Slack 导出的一日聊天记录（JSON）", "one day of a Slack export (JSON)"),
    detect,
    read,
    REASONS,
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b"[",
    between=b",",
    ahead=nothing,
)
