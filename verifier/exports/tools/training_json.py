"""Chats rewritten for training language models, such as MemoTrace's AI-JSON: recognised, not read.

    [{"conversations": [{"role": "user", "content": …}, …]}, …]

Such tools join messages that follow each other, leave out others and replace
what looks like a number: what was said, by whom and when is not in the file any
more. It is one unparsed stretch, anchored whole, and no evidence of content.
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

NAME = "training-json/1"

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[\[{]")
_ARRAY = re.compile(rb'"conversations"\s*+:\s*+\[\s*+\{')
_TURN = re.compile(rb'[{,]\s*+"(?:role|from)"\s*+:\s*+"')


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise an array of conversations whose turns have a role."""
    head = source.head(HEAD_BYTES)
    match = _ARRAY.search(head) if _BEGIN.match(head) else None
    if match is None or not _TURN.search(head, match.end() - 1):
        return ()
    return (Reason("CONVERSATIONS_ARRAY"),)


def read(source: Source) -> Reading:
    """Read the file as one UNPARSED segment."""

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    encoding = encoding_of(source)
    notes = (Note("LOSSY_EXPORT"), Note("NO_RECORDS"), *encoding_notes(encoding))
    return Reading(NAME, "json", "none", encoding, notes, segments)


REASONS: Final = {
    "CONVERSATIONS_ARRAY": Text(
        "有供训练用的 conversations 数组。", "There is an array of conversations made for training."
    ),
}

READER = Reader(
    NAME,
    Text(
        "为训练改写的聊天记录（如留痕的 AI-JSON）",
        "chat rewritten for training (such as MemoTrace's AI-JSON)",
    ),
    detect,
    read,
    REASONS,
    counted=(),
)
