"""DiscordChatExporter's JSON of one channel.

    {"guild": {…}, "channel": {…}, "dateRange": {"after": …, "before": …}, "exportedAt": …,
     "messages": [{"id": …, "type": …, "timestamp": …, "author": {"id": …}, …}], "messageCount": 3}

A record is one object of ``messages``. ``timestamp`` is RFC 3339. The id of a
message holds the millisecond of its making, ``(id >> 22) + 1420070400000``; one
that does not agree with ``timestamp`` is flagged ``snowflake_mismatch``.
Deleted messages are absent, and such ids show no gap.
"""

from __future__ import annotations

from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..families.instants import rfc3339, rfc3339_milliseconds
from ..families.json_chat import JsonChat, count_of, first_records, is_relative
from ..families.json_survey import Message
from ..reader import Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from ..view import View

NAME = "discord-json/1"

_WANTED: Final = frozenset((
    "id", "type", "timestamp", "timestampEdited", "content", "author", "attachments", "reference",
    "forwardedMessage",
))  # fmt: skip
_EPOCH_MILLISECONDS: Final = 1_420_070_400_000
_NOTICES: Final = {
    b"RecipientAdd", b"RecipientRemove", b"Call", b"ChannelNameChange", b"ChannelIconChange",
    b"ChannelPinnedMessage", b"GuildMemberJoin", b"ThreadCreated",
}  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the three header objects together."""
    _, frame = first_records(source, "messages")
    if not {"guild", "channel", "dateRange", "messages"} <= frame.values.keys():
        return ()
    return (Reason("DISCORD_HEADER"),) if frame.object("channel").text("id") else ()


def read(source: Source) -> Reading:
    """Read a channel: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), "messages"), _message, _WANTED)
    dates = chat.frame.object("dateRange")
    notes = []
    if dates.text("after") or dates.text("before"):
        notes.append(Note("FILTER_DECLARED"))
    notes.append(Note("FILTER_POSSIBLE", chat.seen.records))
    declared = count_of(chat.frame.text("messageCount"))
    return chat.reading(
        NAME, "json", notes, ids="native", generator="DiscordChatExporter", declared=declared
    )


def _message(record: Record) -> Message:
    text = record.text
    time, kind, native_id = text("timestamp"), text("type"), text("id")
    te_lo, te_hi = record.span("timestamp", rfc3339)
    author = record.object("author")
    sender, name = author.text("id"), author.text("name")
    flags: tuple[str, ...] = ("system",) if kind in _NOTICES else ()
    if text("timestampEdited"):
        flags += ("edited",)
    if record.values.get("forwardedMessage") is not None:
        flags += ("forward",)
    if record.object("reference").text("messageId"):
        flags += ("quote",)
    if te_lo is not None and not _agrees(native_id, time):
        flags += ("snowflake_mismatch",)
    media = []
    for each in record.objects("attachments"):
        url = unescape(each.text("url"))
        if is_relative(url):
            media.append(url.encode("utf-8", "surrogatepass"))
        elif "media_remote" not in flags:
            flags += ("media_remote",)
    return Message(
        time, te_lo, te_hi, sender or name, native_id, kind, tuple(media), flags,
        codes=("SENDER_NAME_ONLY",) if name and not sender else (),
    )  # fmt: skip


def _agrees(native_id: bytes, time: bytes) -> bool:
    """Tell whether an id's time is the record's, to the precision that the record writes."""
    if not native_id.isdigit() or len(native_id) > 20:
        return False
    inside, written = (int(native_id) >> 22) + _EPOCH_MILLISECONDS, rfc3339_milliseconds(time)
    if written is None:
        return False
    return inside == written if b"." in time else inside // 1000 == written // 1000


def view(data: bytes) -> View:
    """Show the words of a message and the id of the one that it replies to."""
    record = read_record(data, _WANTED)
    reply = record.object("reference").text("messageId")
    return View(unescape(record.text("content")), reply)


REASONS: Final = {
    "DISCORD_HEADER": Text(
        "有 DiscordChatExporter 的 guild、channel 与 dateRange。",
        "There are DiscordChatExporter's guild, channel and dateRange.",
    ),
}

READER = Reader(
    NAME,
    Text(
        "DiscordChatExporter 导出的聊天记录（JSON）",
        "Discord channel by DiscordChatExporter (JSON)",
    ),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "calls"),
    types={b"Call": ("calls",)},
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b'{"messages":[',
    between=b",",
    ahead=nothing,
)
