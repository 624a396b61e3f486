"""QQChatExporter's text export of a QQ conversation.

    [QQChatExporter V5 / https://github.com/shuakami/qq-chat-exporter]
    …
    消息总数: 1

    [1]
    甲:
    时间: 2024-05-01 10:30:05
    类型: type_1
    内容: 好的

    ===============================================
                  导出完成
    ===============================================
    总计导出 1 条消息

A record is the name line (with the tool's own number before it, if that is
switched on) and the line ``时间:`` behind it, with everything up to the next;
text after ``内容:`` is written as it is. Title and closing lines are framing,
and ``declared_records`` is the number they name. An option writes dates
without times, times without dates or "3 天前": a date alone covers its whole
day (``TIME_DAY_ONLY``), the others are kept as written and give no second
(``DATE_PARTIAL``, ``TIME_FORMAT_RELATIVE``).

Known of the tool, and noted: it drops messages without an id and sorts by time,
and its numbers are its own count.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import Survey, read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Row, Said, body_of, look
from ..families.wall_time import midnight_of, second_of, time_of_day
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View
from .wechat_words import is_recall

NAME = "qqchatexporter-txt/1"

_BANNER = re.compile(
    BOM + rb"\s{0,20}+\[(QQChatExporter V[0-9.]{1,12}) / https?://[^\]\r\n]{1,200}\]"
)
_BAR = rb"={47}"
_NUMBER = rb"\[(\d{1,12})\]\r?\n"
_TIME = "时间: ".encode()
_RELATIVE = (
    "刚刚|昨天|前天|今天|[^\r\n]{0,20}(?:秒|分钟|小时|天|周|个月|月|年)前|just now|yesterday"
    "|[^\r\n]{0,20}(?:second|minute|hour|day|week|month|year)s? ago"
).encode()
_WHEN = (
    rb"(?:(\d{4}[-/]\d\d[-/]\d\d)(?: (\d\d:\d\d:\d\d))?|(\d\d:\d\d:\d\d)|(" + _RELATIVE + rb"))"
)  # fmt: skip
_OPENING = re.compile(
    rb"\n" + BOM + rb"(?:(?:" + _NUMBER + rb")?([^\r\n]{0,512}?):\r?\n" + _TIME + _WHEN
    + rb"|(" + _BAR + rb"\r?\n {0,40}" + "导出完成".encode() + rb"\r?\n" + _BAR + rb"))[ \t]*" + END_OF_LINE
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb"[\n\r][ \t>|]{0,8}(?:" + "时间(?::|：) ?".encode()
    + rb"[^\r\n]{0,20}\d|={40}|" + "总计导出 ".encode() + rb"|\[\d{1,12}\][ \t]*(?=\r?\n|\r?$))"
)  # fmt: skip
_COUNT = re.compile(
    "(?:消息总数: (\\d{1,15})|总计导出 (\\d{1,15}) 条消息)[ \\t\\r]*(?=\\n|$)".encode()
)
_CLOSING = re.compile(
    rb"(?:\r?\n(?:" + "总计导出 \\d{1,15} 条消息|导出时间: ".encode() + rb"[^\r\n]{0,100}))*+"
)  # fmt: skip
_PREAMBLE = re.compile(
    _BANNER.pattern + rb"(?:\s{1,20}+(?:" + _BAR + "|QQ聊天记录导出文件|\\[本软件是".encode()
    + rb"[^\r\n]{0,400}+|" + "(?:聊天名称|聊天类型|参与人数|导出时间|消息总数|时间范围|导出者|消息数量): ?".encode()
    + rb"[^\r\n]{0,600}+)){0,20}+\s{0,20}+"
)  # fmt: skip
_CONTENT = re.compile("(?:^|\n)内容: ?".encode())
_AFTER = re.compile("\n(?:资源: \\d{1,6} 个文件|提及: |回复: )".encode())
_FILE = re.compile(rb"\n  - [a-z_]{1,20}: ([^\r\n]{1,400}+)")
_REPLY = re.compile("\n回复: ([^\r\n]{1,4096}+)".encode())
_OWN: Final = re.compile("^[ \t]*\r?\n(?:类型|内容|资源|提及|回复): |^[ \t\r\n]*$".encode())


def _parse(match: re.Match[bytes]) -> Head | Row | None:
    written, sender, date, clock, alone, relative, closing = match.groups()
    if closing is not None:
        return Row(match.end() - match.start() - 1, _CLOSING, closes=True)
    number = int(written) if written else None
    spelling = b"#" if written else b""
    if relative is not None:
        return Head(relative, (), 0, sender, spelling + b"ago", "", "relative", number)
    if alone is not None:
        second = time_of_day(alone)
        if second is None:
            return None
        return Head(alone, (), 0, sender, spelling + b"time", "", "time-of-day-only", number)
    if clock is None:
        start = midnight_of(date)
        if start is None:
            return None
        return Head(date, (start,), 86399, sender, spelling + b"date", "", "", number)
    moment = second_of(date, clock)
    if moment is None:
        return None
    return Head(date + b" " + clock, (moment,), 0, sender, spelling + b"full", "", "", number)


def _said(head: Head, body: bytes) -> Said:
    doubtful = _OWN.match(body) is None
    flags: tuple[str, ...] = ()
    media: tuple[bytes, ...] = ()
    start = _CONTENT.search(body)
    after = _AFTER.search(body, start.end() if start else 0)
    if after:
        media = tuple(name.rstrip(b"\r") for name in _FILE.findall(body, after.start()))
        if _REPLY.search(body, after.start()):
            flags = ("quote",)
    content = body[start.end() :] if start else b""
    if is_recall(content.strip()):
        flags += ("recalled",)
    return Said(head.sender, flags, media, doubtful)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    preamble=_PREAMBLE,
    lines=3,
    codes=(
        "FILTER_POSSIBLE", "RECORDS_DROPPED_BY_TOOL", "REORDERED_BY_TOOL", "NO_NATIVE_ID", "NO_TIMEZONE",
    ),
    flag_codes=(("recalled", "RECALLED"),),
)  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the tool's own first line, or records and closing lines where it is cut off."""
    named = _BANNER.match(source.head(4096)) is not None
    seen = look(source, FORMAT)
    closing = "总计导出 ".encode() in source.tail(400)
    if not named and not (closing and len(seen.heads) >= 1 and isinstance(seen.first, Head)):
        return ()
    reasons = [Reason("QCE_BANNER")] if named else []
    if seen.heads:
        reasons.append(Reason("QCE_RECORDS", len(seen.heads)))
    if closing:
        reasons.append(Reason("QCE_CLOSING"))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    head = b"\n" + source.head(HEAD_BYTES)
    banner = _BANNER.match(head, 1)
    first = _OPENING.search(head)
    counts = [
        int(one or two)
        for text in (head[: first.start()] if first else head[:4096], source.tail(400))
        for one, two in _COUNT.findall(text)
    ]

    def also(seen: Survey) -> tuple[Note, ...]:
        notes = []
        if seen.numbered:
            notes.append(Note("ID_RENUMBERED_BY_TOOL", seen.numbered, detail="number-line"))
        others = [count for count in counts[:-1] if count != counts[-1]]
        if others and counts[-1] == seen.records:
            detail = f"declared {others[0]} found {seen.records}"
            notes.append(Note("COUNT_MISMATCH", seen.records, detail=detail))
        return tuple(notes)

    return read_chat(
        source, NAME, FORMAT, "text",
        generator=banner[1].decode("ascii") if banner else "",
        declared=counts[-1] if counts else None,
        also=also,
    )  # fmt: skip


def view(data: bytes) -> View:
    """Show one record's content, and who and what it says it answers."""
    text = body_of(data, FORMAT)
    _, mark, content = text.partition("内容: ")
    said = content if mark else ""
    for word in ("\n资源: ", "\n提及: ", "\n回复: "):
        said = said.partition(word)[0]
    reply = text.rpartition("\n回复: ")
    return View(said.strip("\r\n"), quoted=reply[2].partition(" - ")[2] if reply[1] else "")


REASONS: Final = {
    "QCE_BANNER": Text("首行为 QQChatExporter 的版本行。", "The first line names QQChatExporter."),
    "QCE_RECORDS": Text(
        "有“姓名:”与“时间:”相连的两行。", "There are pairs of a name line and a line of time."
    ),
    "QCE_CLOSING": Text("结尾写明总计导出的条数。", "The end names the number of messages."),
}

READER = Reader(
    NAME,
    Text("QQChatExporter 导出的 QQ 聊天记录（文本）", "QQ chat exported by QQChatExporter (text)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    view=view,
)
