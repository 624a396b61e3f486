"""One chunk of a QQChatExporter export in parts: ``chunks/c000001.jsonl``, a message a line.

The conversation, the count and the filters stand in ``manifest.json`` beside
the chunks, which gives each part's size and no digest. Whether this is a group
is not in a chunk, so ``native_id`` is ``id`` and its gaps show nothing.
"""

from __future__ import annotations

from typing import Final

from ..cutting.json_lines import LineCutter
from ..cutting.json_record import Record, read_record
from ..families.json_chat import JsonChat
from ..families.json_survey import Message
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .qqchatexporter_message import WANTED, own_notes, read_message, view

NAME = "qqchatexporter-jsonl/1"

_KEYS: Final = {"id", "seq", "timestamp", "sender", "type", "content", "recalled", "system"}


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the keys of the first line's message."""
    line = source.head(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    record = read_record(line) if line.startswith(b"{") else Record({})
    content = record.object("content").values
    if not record.values.keys() >= _KEYS or "text" not in content or "elements" not in content:
        return ()
    return (Reason("QCE_MESSAGE_LINES"),)


def read(source: Source) -> Reading:
    """Read a chunk: one pass to survey it, another for each call of ``segments``."""

    def message(record: Record) -> Message:
        return read_message(record, "id")

    chat = JsonChat(source, lambda: LineCutter(source), message, WANTED)
    notes = [Note("PARTS_OF_ONE_EXPORT"), *own_notes(Record({}), chat.seen.records)]
    return chat.reading(NAME, "jsonl chunk", notes, ids="native", generator="QQChatExporter")


REASONS: Final = {
    "QCE_MESSAGE_LINES": Text(
        "首行是带有 QQChatExporter 全部字段的消息。",
        "The first line is a message with all of QQChatExporter's keys.",
    ),
}

READER = Reader(
    NAME,
    Text("QQChatExporter 分块导出的一部分（JSONL）", "one chunk by QQChatExporter (JSONL)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b"",
    between=b"\n",
)
