"""MemoTrace's text for training language models: recognised, and never cut into messages.

    ********************2024-05-01********************

    甲:我的电话是[phone xxx]

The tool merges what one side wrote in a row, drops the times and replaces
telephone numbers, addresses, identity numbers, passwords and accounts by words
in brackets. What was said is not in the file any more, so it shows no message;
the bytes can be anchored like any others (``LOSSY_EXPORT``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...evidence.segment import UNPARSED, Segment
from ..charset import encoding_notes, encoding_of
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text

NAME = "memotrace-ai-txt/1"

_DAY = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,20}+\*{20}\d{4}-\d\d-\d\d\*{20}[ \t\r]*(?=\n|$)")
_WORDS = re.compile(rb"\[(phone|email|id_card|password|account) xxx\]")


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the tool's day rows at the beginning, or two kinds of its replacing words, often."""
    head = source.head(HEAD_BYTES)
    words = _WORDS.findall(head)
    reasons = []
    if _DAY.match(head):
        reasons.append(Reason("MEMOTRACE_DAY_ROWS"))
    data = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<")
    often = len(set(words)) > 1 and len(words) * 20 >= head.count(b"\n")
    if words and (reasons or (often and not data)):
        reasons.append(Reason("REPLACED_WORDS", len(words)))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read the file as one UNPARSED segment; an empty file has none."""

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    encoding = encoding_of(source)
    notes = (Note("LOSSY_EXPORT"), Note("NO_RECORDS"), *encoding_notes(encoding))
    return Reading(NAME, "lossy", "none", encoding, notes, segments)


REASONS: Final = {
    "MEMOTRACE_DAY_ROWS": Text(
        "文件由星号围成的日期行开始，与留痕（MemoTrace）供模型训练用的文本一致。",
        "The file begins with a day row between asterisks, as MemoTrace's text for training does.",
    ),
    "REPLACED_WORDS": Text(
        "有“[phone xxx]”之类由工具替换原文的词。",
        "There are words such as “[phone xxx]” that the tool put in place of what was said.",
    ),
}

READER = Reader(
    NAME,
    Text("留痕（MemoTrace）供模型训练用的文本", "MemoTrace text for training language models"),
    detect,
    read,
    REASONS,
    counted=(),
)
