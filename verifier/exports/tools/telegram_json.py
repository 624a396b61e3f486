r"""Telegram Desktop's JSON export of one chat or of a whole account.

    {"name": …, "type": "personal_chat", "id": 7, "messages": [{…}, {…}]}
    {"about": …, "chats": {"about": …, "list": [{…, "messages": [{…}]}, …]}, "left_chats": …}

A record is one object of a ``messages`` array. The program writes control
characters as ``\x07`` and once wrote ``document_id`` without quotes: both are
refused by every parser, cut here, and flagged ``syntax_invalid``.

Known, and noted: dates, kinds of media and chats are chosen when exporting and
deleted messages are absent, both without a trace. Message ids are counted one
by one only within a supergroup or channel; in private chats and small groups
one count runs through all chats of the account, so its gaps are normal.
"""

from __future__ import annotations

import re
from typing import Final

from ..cutting.json_path_cut import PathCutter
from ..families.instants import unix_seconds
from ..families.json_chat import JsonChat, first_records
from ..reader import HEAD_BYTES, Ids, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .telegram_message import WANTED, read_message, view

NAME = "telegram-json/1"

PATHS: Final = ("messages", "chats.list[].messages", "left_chats.list[].messages")
_RUNNING: Final = {
    b"private_supergroup", b"public_supergroup", b"private_channel", b"public_channel",
}  # fmt: skip
_CHATS: Final = _RUNNING | {b"saved_messages", b"personal_chat", b"bot_chat", b"private_group"}
_KINDS: Final = {b"message", b"service", b"unsupported"}
_CHAT_TYPE = re.compile(rb'"type"\s*+:\s*+"(?:' + b"|".join(sorted(_CHATS)) + rb')"')


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the account's or chat's own header, or messages with this program's two times."""
    records, frame = first_records(source, *PATHS)
    reasons = []
    if "user_id" in frame.object("personal_information").values or (
        "chats" in frame.values and _CHAT_TYPE.search(source.head(HEAD_BYTES))
    ):
        reasons.append(Reason("TELEGRAM_ACCOUNT"))
    elif frame.text("type") in _CHATS and frame.text("id") and "messages" in frame.values:
        reasons.append(Reason("TELEGRAM_CHAT"))
    found = sum(
        each.text("type") in _KINDS and unix_seconds(each.text("date_unixtime")) is not None
        for each in records
    )
    if found:
        reasons.append(Reason("TELEGRAM_MESSAGES", found))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a chat or an account: one pass to survey it, another for each call of ``segments``."""
    chat = JsonChat(source, lambda: PathCutter(source.chunks(), *PATHS), read_message, WANTED)
    account = chat.used.depth > 2 or "chats" in chat.frame.values
    kind = chat.frame.text("type")
    ids: Ids = "running" if kind in _RUNNING and not account else "native"
    notes = [Note("FILTER_POSSIBLE", chat.seen.records)]
    if account and chat.conversations > 1:
        notes.append(Note("SEVERAL_CONVERSATIONS", chat.conversations))
    variant = kind.decode() if kind in _CHATS else "chat"
    return chat.reading(NAME, f"json {'account' if account else variant}", notes, ids=ids)


REASONS: Final = {
    "TELEGRAM_ACCOUNT": Text(
        "有 Telegram Desktop 账号导出的文件头。", "There is the header of an account export."
    ),
    "TELEGRAM_CHAT": Text(
        "有 Telegram Desktop 单个聊天导出的文件头。", "There is the header of a chat's export."
    ),
    "TELEGRAM_MESSAGES": Text(
        "记录带有该程序的消息类型与 date_unixtime。",
        "Records have this program's types and a date_unixtime.",
    ),
}

_MEDIA: Final = ("media",)
_INSTANT: Final = b'{"id":0,"type":"message","date_unixtime":"0"}'


def _context(variant: str, clock: str) -> bytes:
    """Return the beginning of a chat; with a record in it that tells its clock, which one may not."""
    begin = b'{"chats":{"list":[{"messages":[' if variant == "json account" else b'{"messages":['
    return begin + _INSTANT + b"," if clock == "instant" else begin


def _ahead(_variant: str, clock: str) -> bytes:
    """Return a whole chat of one record that tells the clock, to stand before the file's own beginning."""
    return b'{"messages":[' + _INSTANT + b"]}" if clock == "instant" else b""


READER = Reader(
    NAME,
    Text("Telegram Desktop 导出的聊天记录（JSON）", "Telegram Desktop export (JSON)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "calls"),
    types={
        b"voice_message": ("media", "voice"),
        b"video_message": _MEDIA,
        b"video_file": _MEDIA,
        b"audio_file": _MEDIA,
        b"animation": _MEDIA,
        b"sticker": _MEDIA,
        b"phone_call": ("calls",),
        b"group_call": ("calls",),
    },
    escaped=True,
    view=view,
    context=_context,
    between=b",",
    ahead=_ahead,
)
