"""MemoTrace's (留痕, WeChatMsg) text export of a WeChat conversation.

    2024-05-01 10:30:05 甲
    好的
    引用:乙:下周一

    2024-05-01 10:33:10 "乙" 撤回了一条消息

A record is a ``time name`` line with its text and an empty line; a quoted
message follows as a line ``引用:name:text``. A notice of the app stands in the
header line itself, where others have the name, and nothing follows it: that
an empty body means a notice is the tool's own layout, and the only sign.

Known of the tool, and noted: the types and the period ticked in its dialog
leave no trace, the bounds of the period are left out themselves, and there is
no id. Times are wall time of the computer that exported. Files with one-digit
hours or CRLF are not as this tool writes them and are not recognised.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Said, body_of, look
from ..families.wall_time import second_of
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View
from .wechat_words import PLACEHOLDERS, RECALLED

NAME = "memotrace-txt/1"

_STAMP = rb"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)"
_OPENING = re.compile(rb"\n" + BOM + _STAMP + rb" ([^\r\n]{1,4096}+)" + END_OF_LINE)
_LOOKALIKE = re.compile(
    rb"[\n\r][ \t>|]{0,8}\d{4}[-/]\d{1,2}[-/]\d{1,2} {1,2}\d{1,2}:\d\d(?::\d\d)? \S"
)
_QUOTE = re.compile("(?:^|\n)引用:([^\r\n]{0,8192})".encode())
_LOG = re.compile(
    rb"(?i)[-\[(|{<]|(?:trace|debug|info|notice|warn(?:ing)?|error|fatal|critical|severe)\b"
    rb"|[^\r\n]{0,300}(?:\(\d{1,20}\)|<[^<>\r\n]{3,200}>)$|'[^\r\n]{0,300}'$"
)
"""What a name of this export does not look like: a program's log, QQ's numbers, WeFlow's quotes."""


def _parse(match: re.Match[bytes]) -> Head | None:
    date, clock, name = match.groups(b"")
    second = second_of(date, clock)
    if second is None or not name.strip():
        return None
    return Head(date + b" " + clock, (second,), sender=name)


def _said(head: Head, body: bytes) -> Said:
    text = body.strip()
    if text:
        if text in PLACEHOLDERS:
            return Said(head.sender, ("media_omitted",))
        if b"\xe5\xbc\x95\xe7\x94\xa8:" in text and _QUOTE.search(text):
            return Said(head.sender, ("quote",))
        return Said(head.sender)
    empty = body.replace(b"\r", b"") if len(body) <= 4 else body
    if empty not in (b"", b"\n"):
        return Said(head.sender)  # a message without text
    recalled = RECALLED in head.sender
    return Said(b"", ("system", "recalled") if recalled else ("system",), doubtful=not empty)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    gaps=True,
    codes=(
        "FILTER_POSSIBLE", "BOUNDARY_LOSS_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE",
    ),
    flag_codes=(("recalled", "RECALLED"), ("media_omitted", "MEDIA_OMITTED")),
)  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise ``time name`` lines that begin the file and stand after empty lines."""
    if b"\r\n" in source.head(HEAD_BYTES):
        return ()
    seen = look(source, FORMAT)
    n = len(seen.heads)
    if not isinstance(seen.first, Head) or seen.gaps * 10 < n * 6:
        return ()
    if seen.lines == n or sum(_LOG.match(head.sender) is not None for head in seen.heads) * 10 > n:
        return ()
    return (Reason("MEMOTRACE_HEADERS", n),)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


def view(data: bytes) -> View:
    """Show one record: its text without the quoted line, or a notice's own words."""
    text = body_of(data, FORMAT)
    if not text:
        head = _OPENING.match(b"\n" + data)
        return View(head[3].decode("utf-8", "replace") if head else "")
    said, mark, quoted = text.rpartition("\n引用:")
    if not mark:
        return View(text)
    return View(said, quoted=quoted.partition(":")[2] or quoted)


REASONS: Final = {
    "MEMOTRACE_HEADERS": Text(
        "文件由“时间 姓名”行开始，各条之间以空行相隔，与留痕（MemoTrace）的文本导出一致。",
        "The file begins with a line of time and name and has an empty line before each,"
        " as MemoTrace's text export does.",
    ),
}

READER = Reader(
    NAME,
    Text("留痕（MemoTrace）导出的微信聊天记录（文本）", "WeChat chat exported by MemoTrace (text)"),
    detect,
    read,
    REASONS,
    view=view,
)
