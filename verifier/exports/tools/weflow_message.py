"""One message object of a WeFlow export: its fields as bytes, and what they say."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..cutting.json_object import read_object, unescape
from ..families.instants import offset_between, unix_seconds, wall_seconds
from ..view import View

_MEDIA = re.compile(
    r"(?:\.\./)?(?:[^/\s]{1,100}/){0,6}(?:images|voices|videos|emojis|files)/[^\r\n]{1,255}",
    re.ASCII,
)
_MAX_MEDIA_BYTES: Final = 12_000  # more than ``_MEDIA`` can match, were every character escaped
_WANTED: Final = frozenset((
    b"createTime", b"formattedTime", b"senderUsername", b"platformMessageId", b"type", b"content",
    b"localId",
))  # fmt: skip
_VIEWED: Final = frozenset((b"content", b"replyToMessageId", b"quotedContent"))
_SYSTEM, _VOICE = "系统消息".encode(), "语音消息".encode()


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
    te_lo = te_hi = latest = unix_seconds(time)
    for key, value in earlier:
        if key == b"createTime" and te_lo is not None and te_hi is not None:
            second = unix_seconds(value)
            te_lo = None if second is None else min(te_lo, second)
            te_hi = None if second is None else max(te_hi, second)
    shown = _text(fields, b"formattedTime")
    local = wall_seconds(shown) if shown[10:11] == b" " else None
    paired = te_lo is not None and local is not None
    offset = None
    if te_lo is not None and latest is not None and local is not None:
        offset = offset_between(local, latest)
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


def view(data: bytes) -> View:
    """Show what was said, and what the tool says that it quotes."""
    fields, _, _ = read_object(data, _VIEWED)
    return View(
        unescape(_text(fields, b"content")),
        unescape(_text(fields, b"replyToMessageId")).encode("utf-8", "surrogatepass"),
        unescape(_text(fields, b"quotedContent")),
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
