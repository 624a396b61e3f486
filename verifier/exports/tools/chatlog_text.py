"""chatlog's plain-text answer for a WeChat conversation.

    甲(wxid_jia) 2024-05-01 10:30:05
    好的

    乙(我) 10:31:00
    知道了

A record is a line of name, account and time with its text and an empty line;
the exporting side's account is written ``我``. How much of the time is there
depends on the period that was asked for: within one year the year is missing,
within one day the date (``DATE_PARTIAL``). It then stands in the request alone,
and nothing is filled in. ``sender`` is name and account as written. A quoted
message stands first in a body, every line of it, its header too, behind ``> ``.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Said, body_of, look
from ..families.wall_time import midnight, midnight_of, time_of_day
from ..reader import Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View
from .wechat_words import PLACEHOLDERS, TRANSFER, is_recall

NAME = "chatlog-txt/1"

_DATE = rb"(?:(\d{4}-)?(\d\d-\d\d) )?"
_OPENING = re.compile(
    rb"\n"
    + BOM
    + rb"(?=[^\r\n]{9,800}+(?<=\d)"
    + END_OF_LINE
    + rb")([^\s>|][^\r\n]{0,700}?) "
    + _DATE
    + rb"(\d\d:\d\d:\d\d)"
    + END_OF_LINE
)
_ACCOUNT = "(?:[A-Za-z][A-Za-z0-9_.@-]{3,80}|[0-9]{5,20}@chatroom|我)".encode()
_SENDER = re.compile(
    rb"(?:[^\r\n]{0,500}[^\s\r\n]\(" + _ACCOUNT + rb"\)|(?:wxid|gh)_[A-Za-z0-9]{4,40}|"
    + "我".encode() + rb")(?: \[[^\r\n]{1,300}\]){0,2}"
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb"[\n\r](?!> )[^\r\n]{0,500}?(?:\("
    + _ACCOUNT
    + rb"\)|(?:wxid|gh)_[A-Za-z0-9]{4,40})[^\r\n]{0,300}? "
    rb"(?:(?:\d{4}-)?\d{1,2}-\d{1,2} )?\d{1,2}:\d\d(?::\d\d)?[ \t]*(?=\r?\n|\r?$)"
)
_OWN: Final = "我".encode()
_CERTAIN = re.compile(rb"wxid_|@chatroom|\bgh_[0-9a-f]{6}|" + "(我)".encode())


_UNKNOWN = re.compile(rb"Type: \d{1,12} Content: ")
"""What the tool does not know it cuts off after 120 bytes."""


def _parse(match: re.Match[bytes]) -> Head | None:
    sender, year, day, clock = match.groups()
    second = time_of_day(clock)
    if second is None or _SENDER.fullmatch(sender) is None:
        return None
    account = sender != _OWN
    if year:
        start = midnight_of(year + day)
        written = year + day + b" " + clock
        return (
            None
            if start is None
            else Head(written, (start + second,), 0, sender, b"full", account=account)
        )
    if day:  # leap years have every day that any year has
        start = midnight(b"2000", day[:2], day[3:])
        written = day + b" " + clock
        if start is None:
            return None
        return Head(
            written,
            (start + second,),
            0,
            sender,
            b"no-year",
            partial="year-missing",
            account=account,
        )
    return Head(
        clock, (second,), 0, sender, b"no-date", partial="time-of-day-only", account=account
    )


def _said(head: Head, body: bytes) -> Said:
    text = body.strip()
    if text in PLACEHOLDERS:
        return Said(head.sender, ("media_omitted",))
    if is_recall(text):
        return Said(head.sender, ("system", "recalled"))
    if TRANSFER.match(text):
        return Said(head.sender, ("transfer",))
    if text.startswith(b"> "):
        return Said(head.sender, ("quote",))
    if text.startswith(b"Type: ") and _UNKNOWN.match(text):
        return Said(head.sender, ("content_dropped",))
    return Said(head.sender)


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    gaps=True,
    codes=("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE", "SELF_IDENTITY_GUESSED"),
    flag_codes=(
        ("recalled", "RECALLED"),
        ("media_omitted", "MEDIA_OMITTED"),
        ("content_dropped", "CONTENT_DROPPED_BY_TOOL"),
    ),
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a first line of name, account and time, and an account of WeChat's kind."""
    seen = look(source, FORMAT)
    if not isinstance(seen.first, Head) or seen.lines == len(seen.heads):
        return ()
    if not any(_CERTAIN.search(head.sender) for head in seen.heads):
        return ()
    return (Reason("CHATLOG_HEADERS", len(seen.heads)),)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


def view(data: bytes) -> View:
    """Show one record; the quoted lines, which stand first, apart."""
    lines = body_of(data, FORMAT).split("\n")
    first = next((n for n, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    quoted = [line.removeprefix("> ") for line in lines[1:first]]  # the first names the sender
    return View("\n".join(lines[first:]).strip("\r\n"), quoted="\n".join(quoted))


REASONS: Final = {
    "CHATLOG_HEADERS": Text(
        "文件由“姓名(微信号) 时间”行开始，与 chatlog 的文本输出一致。",
        "The file begins with a line of name, account and time, as chatlog's text does.",
    ),
}

READER = Reader(
    NAME,
    Text("chatlog 输出的微信聊天记录（文本）", "WeChat chat written by chatlog (text)"),
    detect,
    read,
    REASONS,
    view=view,
)
