"""One message of the ChatLab exchange format, in JSON and in JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_record import Record, read_record
from ..families.instants import unix_seconds
from ..families.json_chat import printable, version
from ..families.json_survey import Message
from ..reader import Note
from ..view import View

WANTED: Final = frozenset((
    "_type", "sender", "accountName", "timestamp", "type", "content", "platformMessageId",
    "replyToMessageId", "chatRecords",
))  # fmt: skip
_VOICE, _FORWARD, _SYSTEM, _RECALL = b"2", b"26", b"80", b"81"
_MONEY: Final = (b"20", b"21")
_DIGIT = re.compile(rb"\d")

COUNTED: Final = ("messages", "media", "voice", "transfers", "calls")
TYPES: Final[Mapping[bytes, tuple[str, ...]]] = {
    b"1": ("media",), b"2": ("media", "voice"), b"3": ("media",), b"4": ("media",),
    b"5": ("media",), b"20": ("transfers",), b"21": ("transfers",), b"23": ("calls",),
}  # fmt: skip


def read_message(record: Record) -> Message:
    """Return what a message shows; ``timestamp`` is Unix seconds."""
    text = record.text
    te_lo, te_hi = record.span("timestamp", unix_seconds)
    kind = text("type")
    sender, name = text("sender"), text("accountName")
    codes: tuple[str, ...] = ("SENDER_NAME_ONLY",) if name and not sender else ()
    if kind in _MONEY and not _DIGIT.search(text("content")):
        codes += ("TRANSFER_WITHOUT_CONTENT",)
    return Message(
        text("timestamp"), te_lo, te_hi, sender or name, text("platformMessageId"), kind, (),
        _flags(kind, text("content"), record), codes=codes,
    )  # fmt: skip


def _flags(kind: bytes, content: bytes, record: Record) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    if kind in (_SYSTEM, _RECALL):
        recalled = kind == _RECALL or "撤回了一条消息" in unescape(content)
        flags = ("system", "recalled") if recalled else ("system",)
    elif kind == _VOICE and content:
        said = unescape(content)
        if said.startswith("[语音转文字]") or not said.startswith("[语音"):
            flags = ("voice_transcript",)
    elif kind in _MONEY:
        flags = ("transfer",)
    if record.text("replyToMessageId"):
        flags += ("quote",)
    return (*flags, "forward") if "chatRecords" in record.values or kind == _FORWARD else flags


def view(data: bytes) -> View:
    """Show the words of a message and the id of the one that it replies to."""
    record = read_record(data, WANTED)
    return View(unescape(record.text("content")), record.text("replyToMessageId"))


def described(header: Record, kind: str) -> tuple[str, str]:
    """Return the variant and the generator that a header names."""
    chatlab = header.object("chatlab")
    generator = printable(chatlab.text("generator"))
    return version(chatlab.text("version"), kind, "unversioned"), generator


def own_notes(header: Record, records: int) -> list[Note]:
    """Return the notes that follow from the format and the header."""
    notes = [Note("CONVERTED_FORMAT"), Note("FILTER_POSSIBLE", records)]
    sources = sum(1 for _ in header.object("meta").objects("sources"))
    if sources:
        notes.append(Note("MERGED_FILES", sources))
    return notes
