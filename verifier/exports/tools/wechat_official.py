"""WeChat's own multi-select share of a chat, as plain text.

    甲 和 乙 在微信上的聊天记录如下，请查收。

    —————  2026-04-06  —————


    乙  16:21

    有点事，一会儿回

A record is a ``name  HH:MM`` line (two spaces) with what follows; title and
date rows are framing. A record shows only the time of day: its date is that of
the last row with em dashes, and ``dated_by`` is that row's segment. A record
before any date row has no time at all.

The person who shared it picked the messages, so it is a selection by its
nature (``FILTER_POSSIBLE``); names are what the sharing phone calls people.
A body line can look like a header or a date row. What speaks against one, and
is then flagged: no empty line before or after where the others have one, an
hour filled with a zero where others are not, a step back in time, a name that
the title of a two-person chat does not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import Segment
from ..charset import encoding_notes, encoding_of
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .wechat_transcript import (
    OPENING,
    TITLE,
    Head,
    Line,
    Row,
    again,
    cut,
    notes_of,
    parse_line,
    survey,
    view,
)

NAME = "wechat-official/1"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the title near the beginning, or a date row as the first line, with headers."""
    head = source.head(HEAD_BYTES)
    reasons = []
    titled = TITLE.search(head[:2000]) is not None
    parsed = [parse_line(match) for match in OPENING.finditer(b"\n" + head)]
    rows = sum(isinstance(each, Row) for each in parsed)
    heads = sum(isinstance(each, Head) for each in parsed)
    if titled:
        reasons.append(Reason("WECHAT_TITLE"))
    if rows and heads and (titled or isinstance(_first_line(head), Row)):
        reasons.append(Reason("WECHAT_DATE_ROWS", rows))
    if reasons and heads:
        reasons.append(Reason("WECHAT_HEADERS", heads))
    return tuple(reasons)


def _first_line(head: bytes) -> Line | None:
    match = OPENING.match(b"\n" + head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return parse_line(match) if match else None


def read(source: Source) -> Reading:
    """Read a transcript: one pass to survey it, another for each call of ``segments``."""
    seen = survey(source.chunks(), first=0)
    encoding = encoding_of(source)

    def segments() -> Iterator[Segment]:
        return cut(source.chunks(), first=0, seen=again(seen))

    variant = "text two-person" if seen.people else "text"
    return Reading(
        NAME, variant, "wall", encoding, (*notes_of(seen), *encoding_notes(encoding)), segments
    )


REASONS: Final = {
    "WECHAT_TITLE": Text(
        "有微信转发聊天记录的标题句。", "WeChat's title of a shared transcript is there."
    ),
    "WECHAT_DATE_ROWS": Text("有破折号围成的日期行。", "There are date rows between em dashes."),
    "WECHAT_HEADERS": Text("有“姓名  时:分”形式的消息头。", "There are “name  HH:MM” headers."),
}

READER = Reader(
    NAME,
    Text("微信官方转发的聊天记录（文本）", "WeChat's own shared chat (text)"),
    detect,
    read,
    REASONS,
    view=view,
)
