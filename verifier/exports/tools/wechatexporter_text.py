"""WechatExporter's text export of a WeChat conversation, from an iPhone backup.

    甲 - 微信聊天记录

    乙 (2024-05-01 10:30:05):好的
    系统消息：你撤回了一条消息
    「乙：下周一」
    - - - - - - - - - - - - - - -
    可以

A record is a line of name, time and text. Two kinds have no such header:
notices (``系统消息``), and quotes, which begin with the quoted words between
「 and 」 and a dashed line and name neither sender nor time. Some of the tool's
templates end without a line feed, so that the next record goes on in the same
line; that is flagged, not guessed. A quote whose quoted words run over several
lines is not recognised as a record of its own and is flagged where it stands.

Known of the tool, and noted: the templates are files that its user can edit,
and some versions with asynchronous loading show only part of the messages.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, Format, Head, Said, body_of, look
from ..families.wall_time import second_of
from ..reader import Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View
from .wechat_words import RECALLED, TRANSFER

NAME = "wechatexporter-txt/1"

_STAMP = rb"\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\):"
_NOTICE = "系统消息(?::|：)".encode()
_DASHES = rb"- (?:- ){13}-"
_OPENING = re.compile(
    rb"\n" + BOM + rb"(?:([^\r\n]{1,256}?) " + _STAMP + rb"|(" + _NOTICE + rb")|("
    + "「[^\r\n]{1,4096}?」".encode() + rb")\r?\n" + _DASHES + rb"[ \t]*(?=\r?\n|\r?$))"
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb" \(\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d(?::\d\d)?\)(?::|\xef\xbc\x9a)|[\n\r][ \t>|]{0,8}(?:"
    + _NOTICE + rb"|" + _DASHES + rb")"
)  # fmt: skip
_TITLE = re.compile(
    BOM + rb"\s{0,20}+[^\r\n]{1,600}? - "
    + "(?:微信聊天记录|Weixin Chat History|WeChat Chat History)".encode() + rb"\s{0,20}+"
)  # fmt: skip
_MEDIA: Final = frozenset(
    word.encode()
    for word in (
        "[Photo]", "[照片]", "[图片]", "[音频]", "[Audio]", "[视频]", "[Video]", "[表情]", "[Emoji]", "[文件]",
    )
)  # fmt: skip


def _parse(match: re.Match[bytes]) -> Head | None:
    name, date, clock, notice, _ = match.groups()
    if name is not None:
        second = second_of(date, clock)
        if second is None or not name.strip():
            return None
        return Head(date + b" " + clock, (second,), sender=name)
    if notice is not None:
        return Head(b"", (), flags=("system",))
    return Head(b"", (), flags=("quote",))


def _said(head: Head, body: bytes) -> Said:
    inside = body.find(b"):") >= 0 and _LOOKALIKE.search(body) is not None
    text = body.strip()
    if not head.time:
        recalled = "system" in head.flags and RECALLED in text
        return Said(b"", ("recalled",) if recalled else (), doubtful=inside)
    if text in _MEDIA:
        return Said(head.sender, ("media_omitted",), doubtful=inside)
    if TRANSFER.match(text):
        return Said(head.sender, ("transfer",), doubtful=inside)
    return Said(head.sender, doubtful=inside)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    preamble=_TITLE,
    lines=2,
    codes=("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE", "TOOL_KNOWN_BUG"),
    flag_codes=(("recalled", "RECALLED"), ("media_omitted", "MEDIA_OMITTED")),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the title or, where it is cut off, a first line of name, time and text."""
    seen = look(source, FORMAT)
    titled = _TITLE.match(source.head(4096)) is not None
    timed = sum(bool(head.time) for head in seen.heads)
    first = isinstance(seen.first, Head) and bool(seen.first.time)
    if not timed or not (titled or (first and timed >= 2 and timed * 5 >= seen.lines)):
        return ()
    title = (Reason("WECHATEXPORTER_TITLE"),) if titled else ()
    return (*title, Reason("WECHATEXPORTER_HEADERS", timed))


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


def view(data: bytes) -> View:
    """Show one record; of a quote the quoted words apart."""
    match = _OPENING.match(b"\n" + data)
    text = body_of(data, FORMAT)
    if match is None or match[5] is None:
        return View(text)
    quoted = match[5].decode("utf-8", "replace").strip("「」")
    return View(text, quoted=quoted.partition("：")[2] or quoted)


REASONS: Final = {
    "WECHATEXPORTER_TITLE": Text(
        "首行为“… - 微信聊天记录”标题。", "The first line is the title of a WeChat chat history."
    ),
    "WECHATEXPORTER_HEADERS": Text(
        "有“姓名 (时间):正文”形式的行。", "There are lines of name, time in brackets and text."
    ),
}

READER = Reader(
    NAME,
    Text(
        "WechatExporter（iOS 备份）导出的微信聊天记录（文本）",
        "WeChat chat exported by WechatExporter from an iOS backup (text)",
    ),
    detect,
    read,
    REASONS,
    view=view,
)
