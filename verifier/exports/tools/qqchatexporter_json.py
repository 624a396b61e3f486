"""QQChatExporter's JSON of one QQ conversation.

    {"metadata": {"name": "QQChatExporter V5 …", "version": …}, "chatInfo": {"type": "group", …},
     "statistics": {"totalMessages": 2, …}, "messages": [{…}, {…}], "exportOptions": {"filters": {}}}

A record is one object of ``messages``. In a group ``seq`` is counted by the
server one by one, so a gap is a message that is not here, and ``native_id`` is
``seq``; elsewhere it is ``id``.

Known, and noted: the tool drops messages without an id and sorts the others by
time; an early version wrote an empty ``filters`` whatever was chosen.
"""

from __future__ import annotations

from typing import Final

from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record
from ..families.json_chat import JsonChat, count_of, first_records, version
from ..families.json_survey import Message
from ..reader import Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from .qqchatexporter_message import WANTED, is_header, own_notes, read_message, view

NAME = "qqchatexporter-json/1"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the tool's own header, with messages in the same file."""
    _, frame = first_records(source, "messages")
    if not is_header(frame):
        return ()
    reasons = [Reason("QCE_HEADER")] if "chunked" not in frame.values else []
    if reasons and "messages" in frame.values:
        reasons.append(Reason("MESSAGES_ARRAY"))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    _, head = first_records(source, "messages")
    group = head.object("chatInfo").text("type") == b"group"
    number = "seq" if group else "id"

    def message(record: Record) -> Message:
        return read_message(record, number)

    chat = JsonChat(source, lambda: PathCutter(source.chunks(), "messages"), message, WANTED)
    written = chat.frame.object("metadata").text("version")
    return chat.reading(
        NAME,
        version(written, "json group" if group else "json private", "unversioned"),
        own_notes(chat.frame, chat.seen.records),
        ids="running" if group else "native",
        generator=version(written, "QQChatExporter", "unversioned"),
        declared=count_of(chat.frame.object("statistics").text("totalMessages")),
    )


REASONS: Final = {
    "QCE_HEADER": Text(
        "文件头自称由 QQChatExporter 生成。", "The header names QQChatExporter as the maker."
    ),
    "MESSAGES_ARRAY": Text("有名为 messages 的数组。", "There is an array named messages."),
}


def _context(variant: str, _clock: str) -> bytes:
    """Return the beginning of a conversation of that kind, which decides what the ids are."""
    kind = b"group" if variant.startswith("json group") else b"private"
    return b'{"chatInfo":{"type":"%b"},"messages":[' % kind


READER = Reader(
    NAME,
    Text("QQChatExporter 导出的 QQ 聊天记录（JSON）", "QQ chat by QQChatExporter (JSON)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    escaped=True,
    view=view,
    context=_context,
    between=b",",
    ahead=nothing,
)
