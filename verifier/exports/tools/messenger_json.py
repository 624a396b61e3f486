r"""A conversation in the data download of Facebook Messenger or Instagram.

    {"participants": [{"name": …}], "messages": [{"sender_name": …, "timestamp_ms": …}], …}

A record is one object of ``messages``, the newest first. ``timestamp_ms`` is an
instant; senders are names, and there are no ids. Text is written with each byte of its
UTF-8 as a character of its own (``\u00e4\u00bd\u00a0`` for one): a view puts
them together again, the fields are left as written.
"""

from __future__ import annotations

from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..families.instants import unix_milliseconds
from ..families.json_chat import JsonChat, first_records, is_relative
from ..families.json_survey import KEPT, Message
from ..reader import Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..text import Text
from ..view import View

NAME = "messenger-json/1"

_LISTS: Final = ("photos", "videos", "audio_files", "gifs", "files")
_WANTED: Final = frozenset(
    ("sender_name", "timestamp_ms", "content", "type", "is_unsent", "sticker", "call_duration",
     "share", *_LISTS)
)  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the participants, and messages with this service's time and sender."""
    records, frame = first_records(source, "messages")
    found = sum({"sender_name", "timestamp_ms"} <= each.values.keys() for each in records)
    if "participants" not in frame.values or not found:
        return ()
    return (Reason("MESSENGER_PARTICIPANTS"), Reason("MESSENGER_MESSAGES", found))


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), "messages"), _message, _WANTED)
    notes = [Note("FILTER_POSSIBLE", chat.seen.records)]
    return chat.reading(NAME, "json", notes, ids="none")


def _message(record: Record) -> Message:
    values, text = record.values, record.text
    te_lo, te_hi = record.span("timestamp_ms", unix_milliseconds)
    media = []
    for key in _LISTS:
        if key in values:
            media += [each.text("uri") for each in record.objects(key)]
    if "sticker" in values:
        media.append(record.object("sticker").text("uri"))
    names = tuple(
        unescape(uri).encode("utf-8", "surrogatepass")
        for uri in media
        if is_relative(unescape(uri))
    )
    flags: tuple[str, ...] = ()
    if text("is_unsent") == b"true":
        flags = ("deleted", KEPT) if text("content") else ("deleted",)
    if len(names) < len(media):
        flags += ("media_remote",)
    sender = text("sender_name")
    return Message(
        text("timestamp_ms"), te_lo, te_hi, sender, b"", text("type"), names, flags,
        codes=("SENDER_NAME_ONLY",) if sender else (),
    )  # fmt: skip


def view(data: bytes) -> View:
    """Show the words of a message, its characters put together from their bytes."""
    text = unescape(read_record(data, _WANTED).text("content"))
    try:
        return View(text.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return View(text)


REASONS: Final = {
    "MESSENGER_PARTICIPANTS": Text(
        "有参与者名单 participants。", "There is a list of participants."
    ),
    "MESSENGER_MESSAGES": Text(
        "记录带有 sender_name 与 timestamp_ms。", "Records have a sender_name and a timestamp_ms."
    ),
}

READER = Reader(
    NAME,
    Text(
        "Facebook Messenger 或 Instagram 下载的聊天记录（JSON）",
        "Messenger or Instagram download (JSON)",
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
