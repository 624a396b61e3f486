"""Any file at all: one stretch of bytes that nobody here claims to understand.

The last resort of the registry, and the right reader for a photo, a PDF or a
format without a reader. The bytes are anchored like any other; what is missing
is only that single messages could be shown apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import UNPARSED, Segment
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text

NAME = "any-file/1"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise everything."""
    return (Reason("ANY_FILE"),)


def read(source: Source) -> Reading:
    """Read a file as one UNPARSED segment; an empty file has none."""

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    variant = "opaque" if source.size else "empty"
    return Reading(NAME, variant, "none", "unknown", (Note("NO_RECORDS"),), segments)


REASONS: Final = {
    "ANY_FILE": Text("任何文件都可按字节读取。", "Any file can be read as bytes."),
}

READER = Reader(
    NAME,
    Text("其他文件", "any other file"),
    detect,
    read,
    REASONS,
    counted=(),
    material="none",
)
