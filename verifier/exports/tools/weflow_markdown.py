"""WeFlow's Markdown export of a WeChat conversation.

    # 甲

    - 会话ID: `wxid_jia`
    - 消息数量: 2
    - 导出工具: WeFlow

    ---

    ## 2024-05-01 10:30:05 甲

    > 乙: 下周一

    好的

A record is a ``##`` heading of time and name with what follows. What stands
before the first is framing, and ``declared_records`` its number of messages.
A quoted message is a block quote before the answer. The tool escapes ``#`` in
what people wrote, so a heading in the middle of a text was hardly typed; the
number of records is apparent all the same.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Said, body_of, look
from ..families.wall_time import second_of
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View
from .weflow_text import CODES, FLAG_CODES
from .weflow_text import said as said_in_text

NAME = "weflow-md/1"

_OPENING = re.compile(
    rb"\n" + BOM + rb"## (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([^\r\n]{1,512}+)" + END_OF_LINE
)
_LOOKALIKE = re.compile(
    rb"[\n\r][ \t>|]{0,8}(?:\\?#){1,6} {0,4}\d{4}\\?[-/]\d{1,2}\\?[-/]\d{1,2} {1,2}\d{1,2}:\d\d"
)
_TOOL = "- 导出工具: WeFlow".encode()
_COUNT = re.compile(rb"\n" + "- 消息数量: ".encode() + rb"(\d{1,15})[ \t\r]*(?=\n|$)")
_PREAMBLE = re.compile(
    BOM + rb"\s{0,20}+# [^\r\n]{1,600}+\s{1,20}+(?:"
    + "- (?:会话ID|会话类型|消息数量|导出时间|导出工具): ".encode()
    + rb"[^\r\n]{0,300}+\s{1,20}+){1,8}+(?:---\s{0,20}+)?"
)  # fmt: skip
_LINK = re.compile(
    rb"(?:^|\n)!?\[[^\]\r\n]{0,300}+\]\(((?!https?:|data:|blob:)[^()\r\n]{1,1000}+)\)[ \t\r]*(?=\n|$)"
)


def _parse(match: re.Match[bytes]) -> Head | None:
    date, clock, name = match.groups(b"")
    second = second_of(date, clock)
    if second is None or not name.strip():
        return None
    return Head(date + b" " + clock, (second,), sender=name)


def _said(head: Head, body: bytes) -> Said:
    text = body.strip()
    said = said_in_text(head, text)
    media: tuple[bytes, ...] = ()
    if b"](" in text:
        media = tuple(unquote_to_bytes(name) for name in _LINK.findall(text))
    flags = (*said.flags, "quote") if text.startswith(b">") else said.flags
    return Said(head.sender, flags, media)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    preamble=_PREAMBLE,
    gaps=True,
    codes=CODES,
    flag_codes=FLAG_CODES,
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the line that names the tool before the first heading of time and name."""
    before = _before(source)
    if b"\n" + _TOOL not in before:
        return ()
    seen = look(source, FORMAT)
    headings = (Reason("WEFLOW_HEADINGS", len(seen.heads)),) if seen.heads else ()
    return (Reason("GENERATOR_NAMED"), *headings)


def _before(source: Source) -> bytes:
    head = b"\n" + source.head(HEAD_BYTES)
    first = _OPENING.search(head)
    return head[: first.start()] if first else head[:4096]


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    before = _before(source)
    count = _COUNT.search(before)
    named = b"\n" + _TOOL in before
    return read_chat(
        source,
        NAME,
        FORMAT,
        "markdown",
        generator="WeFlow" if named else "",
        declared=int(count[1]) if named and count else None,
    )


def view(data: bytes) -> View:
    """Show one record, its block quote apart."""
    text = body_of(data, FORMAT)
    if not text.startswith(">"):
        return View(text)
    quoted, _, answer = text.partition("\n\n")
    lines = [line.removeprefix(">").removeprefix(" ") for line in quoted.split("\n")]
    return View(
        answer.strip("\r\n"), quoted="\n".join(lines).partition(": ")[2] or "\n".join(lines)
    )


REASONS: Final = {
    "GENERATOR_NAMED": Text("文件自称由 WeFlow 导出。", "The file names WeFlow as its exporter."),
    "WEFLOW_HEADINGS": Text("有“## 时间 姓名”形式的标题。", "There are headings of time and name."),
}

READER = Reader(
    NAME,
    Text("WeFlow 导出的微信聊天记录（Markdown）", "WeChat chat exported by WeFlow (Markdown)"),
    detect,
    read,
    REASONS,
    view=view,
)
