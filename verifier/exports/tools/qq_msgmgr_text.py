"""QQ's own 消息管理器 text export (PC QQ before the NT versions).

    消息记录（此消息记录为文本格式，不支持重新导入）

    ================================================================
    消息分组:我的好友
    ================================================================
    消息对象:甲
    ================================================================

    2016-05-01 9:30:05 甲
    在吗

A record is a line of time and name with its text and an empty line; banners of
64 ``=`` with group and conversation are framing, and repeat in a file of many
conversations. In groups the name is followed by the account, ``(10001)`` or
``<a@qq.com>``, and perhaps preceded by a title in 【】; in private chats there is
no account at all (``SENDER_NAME_ONLY``). ``sender`` is all of that as written.
Hours have one digit or two, and a PC of another locale writes AM, PM, 上午 or
下午. Senders 10000 and 1000000 are the system's.

Pictures and stickers are only words. A piece without its banner is recognised
by the accounts of a group alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ..cutting.headed_text import stretches
from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Row, Said, look, view_of
from ..families.wall_time import any_clock, midnight
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .wechat_words import PLACEHOLDERS, is_recall

NAME = "qq-msgmgr-txt/1"


def _both(text: str) -> bytes:
    """Return an alternation of the text in UTF-8 and in GB18030."""
    return b"(?:" + re.escape(text.encode()) + b"|" + re.escape(text.encode("gb18030")) + b")"


_TITLE_WORDS = _both("消息记录（此消息记录为文本格式")
_TITLE = re.compile(BOM + rb"\s{0,20}+" + _TITLE_WORDS + rb"[^\r\n]{0,80}\s{0,20}+")
_BAR = rb"={64}[ \t]*"
_GROUP, _PARTNER = _both("消息分组:"), _both("消息对象:")
_HALF = (
    b"(?:"
    + b"|".join(_both(word) for word in ("上午", "下午", "凌晨", "早上", "中午", "晚上"))
    + b") ?"
)
_CLOCK = rb"(?:" + _HALF + rb")?\d{1,2}:\d\d:\d\d(?: ?[AaPp][Mm])?"
_OPENING = re.compile(
    rb"\n" + BOM + rb"(?:(\d{4})([-/])(\d\d)\2(\d\d) (" + _CLOCK + rb") ([^\r\n]{1,512}+)|("
    + _BAR + rb"))" + END_OF_LINE
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb"[\n\r](?:[ \t>|]{0,8}\d{4}[-/]\d{1,2}[-/]\d{1,2} {1,2}(?:" + _HALF
    + rb")?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])? {0,2}\S|[ \t]{0,8}(?:={32}|" + _GROUP + b"|" + _PARTNER + rb"))"
)  # fmt: skip
_FOLLOWS = re.compile(rb"(?:\r?\n(?:" + _GROUP + b"|" + _PARTNER + rb")[^\r\n]{0,600}+)?")
_ACCOUNT = re.compile(rb"[^\r\n]*(?:\((\d{4,12})\)|<([^<>\r\n]{3,200})>)[ \t]*")
_CONVERSATION = re.compile(rb"\n" + _PARTNER)
_SYSTEM: Final = frozenset((b"10000", b"1000000"))


def _parse(match: re.Match[bytes]) -> Head | Row | None:
    year, separator, month, day, written, name, bar = match.groups()
    if bar is not None:
        return Row(match.end() - match.start() - 1, _FOLLOWS, resets=True)
    start, clock = midnight(year, month, day), any_clock(written)
    if start is None or clock is None or not name.strip():
        return None
    account = _ACCOUNT.fullmatch(name)
    return Head(
        match.string[match.start(1) : match.end(5)],
        (start + clock.second,),
        clock.span,
        name,
        separator + clock.shape + (b"@" if account else b""),
        clock.padding,
        flags=("system",) if account and account[1] in _SYSTEM else (),
        account=account is not None,
    )


def _parse_any(match: re.Match[bytes]) -> Head | Row | None:
    """Read a header of a file with several conversations, where some show accounts."""
    head = _parse(match)
    if isinstance(head, Head):
        return head._replace(spelling=head.spelling.removesuffix(b"@"))
    return head


def _said(head: Head, body: bytes) -> Said:
    text = body.strip()
    if text in PLACEHOLDERS:
        return Said(head.sender, ("media_omitted",))
    if is_recall(text):
        return Said(head.sender, ("recalled",))
    return Said(head.sender)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    preamble=_TITLE,
    gaps=True,
    codes=("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE", "DISPLAY_NAMES_CHOSEN"),
    flag_codes=(("recalled", "RECALLED"), ("media_omitted", "MEDIA_OMITTED")),
)


_SEVERAL: Final = replace(FORMAT, parse=_parse_any)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the title or a banner at the beginning, or the accounts of a group in it."""
    head = source.head(HEAD_BYTES)
    seen = look(source, FORMAT)
    titled = _TITLE.match(head) is not None
    partners = len(re.findall(rb"\n" + _PARTNER, head))
    banner = isinstance(seen.first, Row) and partners > 0
    accounts = sum(_ACCOUNT.fullmatch(each.sender) is not None for each in seen.heads)
    reasons = []
    if titled:
        reasons.append(Reason("QQ_TITLE"))
    if (titled or banner) and partners:
        reasons.append(Reason("QQ_BANNERS", partners))
    whole = isinstance(seen.first, Head) and accounts >= 2 and accounts * 10 >= len(seen.heads) * 9
    if accounts and (reasons or (whole and seen.lines > accounts)):
        reasons.append(Reason("QQ_ACCOUNTS", accounts))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read an export: one pass to survey it, another for each call of ``segments``."""
    titled = _TITLE.match(source.head(HEAD_BYTES)) is not None
    found = stretches(source.chunks(), _CONVERSATION, bool)
    several = sum(head is not None for _, head, _ in found) > 1
    variant = "text" + (" several" if several else "") + ("" if titled else " untitled")
    return read_chat(source, NAME, _SEVERAL if several else FORMAT, variant)


REASONS: Final = {
    "QQ_TITLE": Text(
        "首行为 QQ 消息管理器的标题句。", "The first line is the title of QQ's message manager."
    ),
    "QQ_BANNERS": Text(
        "有写明消息分组与消息对象的分隔栏。", "There are banners naming group and conversation."
    ),
    "QQ_ACCOUNTS": Text(
        "有“时间 姓名(QQ号)”形式的消息头。", "There are headers of time, name and QQ account."
    ),
}

READER = Reader(
    NAME,
    Text("QQ 消息管理器导出的聊天记录（文本）", "QQ chat exported by its message manager (text)"),
    detect,
    read,
    REASONS,
    view=view_of(FORMAT),
)
