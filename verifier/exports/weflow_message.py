"""One message object of a WeFlow export: its fields as bytes, and what they say."""

from __future__ import annotations

import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final, NamedTuple

from .json_object import read_object, unescape

_SECONDS = re.compile(rb"\d{1,12}")
_MAX_SECONDS: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_LOCAL = re.compile(rb"(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)")
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()
_MEDIA = re.compile(
    r"(?:\.\./)?(?:[^/\s]{1,100}/){0,6}(?:images|voices|videos|emojis|files)/[^\r\n]{1,255}",
    re.ASCII,
)
_MAX_MEDIA_BYTES: Final = 12_000  # more than ``_MEDIA`` can match, were every character escaped
_WANTED: Final = frozenset((
    b"createTime", b"formattedTime", b"senderUsername", b"platformMessageId", b"type", b"content",
    b"localId",
))  # fmt: skip
_SYSTEM, _VOICE = "系统消息".encode(), "语音消息".encode()
_QUARTER = 900


class Message(NamedTuple):
    """What one object shows."""

    time: bytes
    te_lo: int | None
    te_hi: int | None
    sender: bytes
    native_id: bytes
    type: bytes
    media: tuple[bytes, ...]
    flags: tuple[str, ...]
    local_id: bool
    paired: bool
    """Are both times of the record readable."""
    offset: int | None
    """Seconds east of UTC that the two times give; None if that is no offset in use."""


def read_message(data: bytes) -> Message:
    """Return what a message object shows; never raises."""
    fields, earlier, flags = read_object(data, _WANTED)
    time = _text(fields, b"createTime")
    te_lo = te_hi = latest = _seconds(time)
    for key, value in earlier:
        if key == b"createTime" and te_lo is not None and te_hi is not None:
            second = _seconds(value)
            te_lo = None if second is None else min(te_lo, second)
            te_hi = None if second is None else max(te_hi, second)
    local = _local_seconds(_text(fields, b"formattedTime"))
    paired = te_lo is not None and local is not None
    offset = None
    if te_lo is not None and latest is not None and local is not None:
        offset = local - latest
        if offset % _QUARTER or not -12 * 3600 <= offset <= 14 * 3600:
            offset = None
    kind, content = _text(fields, b"type"), _text(fields, b"content")
    return Message(
        time=time,
        te_lo=te_lo,
        te_hi=te_hi,
        sender=_text(fields, b"senderUsername"),
        native_id=_text(fields, b"platformMessageId"),
        type=kind,
        media=_media(content),
        flags=flags + _content_flags(kind, content),
        local_id=b"localId" in fields,
        paired=paired,
        offset=offset,
    )


def _text(fields: dict[bytes, bytes], key: bytes) -> bytes:
    value = fields.get(key, b"")
    return b"" if value == b"null" else value


def _media(content: bytes) -> tuple[bytes, ...]:
    """Return the path of a file if that is all the content is."""
    if b"/" not in content or len(content) > _MAX_MEDIA_BYTES:
        return ()
    path = unescape(content)
    return (path.encode("utf-8", "surrogatepass"),) if _MEDIA.fullmatch(path) else ()


def _content_flags(kind: bytes, content: bytes) -> tuple[str, ...]:
    if b"\\" in kind:
        kind = unescape(kind).encode("utf-8", "surrogatepass")
    if kind == _SYSTEM:
        recalled = "撤回了一条消息" in unescape(content)
        return ("system", "recalled") if recalled else ("system",)
    if kind == _VOICE:
        said = unescape(content)
        if said.startswith("[语音转文字]") or not said.startswith("[语音"):
            return ("voice_transcript",)
    return ()


def _seconds(written: bytes) -> int | None:
    if not _SECONDS.fullmatch(written):
        return None
    value = int(written)
    return value if value <= _MAX_SECONDS else None


def _local_seconds(written: bytes) -> int | None:
    match = _LOCAL.fullmatch(written)
    if match is None:
        return None
    date, hour, minute, second = match.groups()
    midnight = _midnight(date)
    if midnight is None or hour > b"23" or minute > b"59" or second > b"59":
        return None
    return midnight + int(hour) * 3600 + int(minute) * 60 + int(second)


@lru_cache(maxsize=4096)
def _midnight(date: bytes) -> int | None:
    """Return the first second of a day written ``2024-05-13``, which a chat repeats."""
    try:
        day = calendar_date(int(date[:4]), int(date[5:7]), int(date[8:]))
    except ValueError:
        return None
    return (day.toordinal() - _EPOCH) * 86400


def offset_text(seconds: int) -> str:
    """Return an offset as ``+08:00``."""
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
