"""The ChatLab exchange format, JSON Lines.

    {"_type":"header","chatlab":{…},"meta":{…}}
    {"_type":"member","platformId":…}
    {"_type":"message","sender":…,"timestamp":…,"type":0,"content":…}

A record is a line whose ``_type`` is ``message``; header and members are
framing, as are blank lines and those that begin with ``#``. An object of any other ``_type`` is
counted as a record, so that none is passed over.
"""

from __future__ import annotations

import re
from typing import Final

from ..cutting.json_lines import LineCutter
from ..cutting.json_record import Record, read_record
from ..families.json_chat import JsonChat
from ..families.json_survey import Message
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .chatlab_message import COUNTED, TYPES, WANTED, described, own_notes, read_message, view

NAME = "chatlab-jsonl/1"

_AROUND: Final = (b"header", b"member")
_COMMENTS = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+[ \t]*+")


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the header line."""
    header = _header(source)
    if header.text("_type") != b"header" or "chatlab" not in header.values:
        return ()
    reasons = [Reason("CHATLAB_HEADER")]
    if header.object("chatlab").text("generator"):
        reasons.append(Reason("GENERATOR_NAMED"))
    return tuple(reasons)


def _header(source: Source) -> Record:
    head = source.head(HEAD_BYTES)
    match = _COMMENTS.match(head)
    line = head[match.end() if match else 0 :].partition(b"\n")[0].strip(b" \t\r")
    return read_record(line) if line.startswith(b"{") else Record({})


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: LineCutter(source), _message, WANTED)
    header = _header(source)
    variant, generator = described(header, "jsonl")
    notes = own_notes(header, chat.seen.records)
    return chat.reading(NAME, variant, notes, ids="native", generator=generator)


def _message(record: Record) -> Message | None:
    return None if record.text("_type") in _AROUND else read_message(record)


REASONS: Final = {
    "CHATLAB_HEADER": Text(
        "首行是 ChatLab 格式的文件头。", "The first line is the header of the ChatLab format."
    ),
    "GENERATOR_NAMED": Text("文件写明了生成它的工具。", "The file names the tool that made it."),
}

READER = Reader(
    NAME,
    Text("ChatLab 通用格式的聊天记录（JSONL）", "chat in the ChatLab exchange format (JSONL)"),
    detect,
    read,
    REASONS,
    counted=COUNTED,
    types=TYPES,
    escaped=True,
    view=view,
    context=lambda _variant, _clock: b"",
    between=b"\n",
)
