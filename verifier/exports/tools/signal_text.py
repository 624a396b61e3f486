"""signal-export's text (or Markdown) of a Signal conversation.

    [2019-05-29, 15:04] Me: see you there
    (- Alice: 👍 -)
    ![photo.jpg](./media/photo.jpg)

A record is a line of bracketed time, name and text with what follows. Older
versions write minutes, newer ones seconds and no comma. Reactions, stickers and
attachments stand in the body; quotes are lines that begin with ``>``. There is no
id and no zone. Lines of a program's log look like the newer form, so that one
needs another sign: a sender ``Me``, or words that only this tool writes.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, Format, Head, Said, body_of, look
from ..families.wall_time import midnight_of
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View

NAME = "signal-export-txt/1"

_OPENING = re.compile(
    rb"\n" + BOM + rb"\[(\d{4}-\d\d-\d\d)(,? )(\d\d):(\d\d)(?::(\d\d))?\] ([^:\r\n]{1,256}+):(?: |(?=\r?\n|\r?$))"
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb"[\n\r][ \t>|]{0,8}\[?\d{4}[-/]\d{1,2}[-/]\d{1,2},? {1,2}\d{1,2}:\d\d(?::\d\d)?\]? {0,2}\S"
)
_ATTACHMENT = re.compile(rb"!?\[[^\]\r\n]{0,300}+\]\(\./((?:media/)?[^()\r\n]{1,400}+)\)")
_REACTION = re.compile(rb"\n\(- [^\r\n]{1,4096}? -\)[ \t\r]*(?=\n|$)")
_DELETED = b"(This message was deleted)"
_OWN: Final = re.compile(rb"\]\(\./media/|\n\(- [^\r\n]{1,300}? -\)|" + re.escape(_DELETED))


def _parse(match: re.Match[bytes]) -> Head | None:
    date, join, hour, minute, second, name = match.groups()
    start = midnight_of(date)
    if start is None or hour > b"23" or minute > b"59" or (second or b"00") > b"59":
        return None
    written = date + join + hour + b":" + minute
    moment = start + int(hour) * 3600 + int(minute) * 60
    if second is None:
        return Head(written, (moment,), 59, name, join + b"m")
    return Head(written + b":" + second, (moment + int(second),), 0, name, join + b"s")


def _said(head: Head, body: bytes) -> Said:
    if body.strip() == _DELETED:
        return Said(head.sender, ("deleted",))
    media: tuple[bytes, ...] = ()
    if b"](./" in body:
        media = tuple(unquote_to_bytes(name) for name in _ATTACHMENT.findall(body))
    flags: tuple[str, ...] = ("quote",) if body.startswith(b">") or b"\n> " in body else ()
    if b"\n(- " in body and _REACTION.search(body):
        flags += ("reaction",)
    return Said(head.sender, flags, media)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    codes=("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE"),
    flag_codes=(("deleted", "RECALLED"),),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a first line in the tool's brackets, in the newer form with a sign of its own."""
    seen = look(source, FORMAT)
    if not isinstance(seen.first, Head):
        return ()
    own = sum(head.sender == b"Me" for head in seen.heads)
    words = _OWN.search(source.head(HEAD_BYTES)) is not None
    if seen.first.spelling != b", m" and not own and not words:
        return ()
    reasons = [Reason("SIGNAL_HEADERS", len(seen.heads))]
    if own or words:
        reasons.append(Reason("SIGNAL_OWN_WORDS"))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


def view(data: bytes) -> View:
    """Show one record, its quoted lines apart."""
    lines = body_of(data, FORMAT).split("\n")
    quoted = [line.removeprefix(">").strip() for line in lines if line.startswith(">")]
    said = [line for line in lines if not line.startswith(">")]
    return View("\n".join(said).strip("\r\n"), quoted="\n".join(quoted))


REASONS: Final = {
    "SIGNAL_HEADERS": Text(
        "文件由“[日期, 时:分] 姓名: 正文”形式的行开始。",
        "The file begins with a line of bracketed date and time, name and text.",
    ),
    "SIGNAL_OWN_WORDS": Text(
        "有 signal-export 自己的写法（Me、附件或回应）。",
        "There is what only signal-export writes: Me, attachments or reactions.",
    ),
}

READER = Reader(
    NAME,
    Text(
        "signal-export 导出的 Signal 聊天记录（文本）",
        "Signal chat exported by signal-export (text)",
    ),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    view=view,
)
