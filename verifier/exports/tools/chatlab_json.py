"""The ChatLab exchange format, one JSON object.

    {"chatlab": {"version": "0.0.2", "exportedAt": …, "generator": …}, "meta": {…},
     "members": […], "messages": [{"sender": …, "timestamp": …, "type": 0, "content": …}, …]}

A record is one object of ``messages``. Many tools convert to this format; the
generator that it names says which, and what it was converted from is not in
the file.
"""

from __future__ import annotations

import re
from typing import Final

from ..cutting.json_path_cut import PathCutter
from ..families.json_chat import JsonChat, first_records
from ..reader import Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from .chatlab_message import COUNTED, TYPES, WANTED, described, own_notes, read_message, view

NAME = "chatlab-json/1"

_VERSION = re.compile(rb"\d+\.\d+(?:\.\d+)?")


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the header object with its version, and ``meta`` beside it."""
    _, frame = first_records(source, "messages")
    header = frame.object("chatlab")
    if not _VERSION.fullmatch(header.text("version")) or "meta" not in frame.values:
        return ()
    if "_type" in frame.values:
        return ()  # the first of JSON Lines
    reasons = [Reason("CHATLAB_HEADER")]
    if header.text("generator"):
        reasons.append(Reason("GENERATOR_NAMED"))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), "messages"), read_message, WANTED)
    variant, generator = described(chat.frame, "json")
    notes = own_notes(chat.frame, chat.seen.records)
    return chat.reading(NAME, variant, notes, ids="native", generator=generator)


REASONS: Final = {
    "CHATLAB_HEADER": Text(
        "有 ChatLab 格式的文件头和版本号。", "There is the header of the ChatLab format."
    ),
    "GENERATOR_NAMED": Text("文件写明了生成它的工具。", "The file names the tool that made it."),
}

READER = Reader(
    NAME,
    Text("ChatLab 通用格式的聊天记录（JSON）", "chat in the ChatLab exchange format (JSON)"),
    detect,
    read,
    REASONS,
    counted=COUNTED,
    types=TYPES,
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b'{"messages":[',
    between=b",",
    ahead=nothing,
)
