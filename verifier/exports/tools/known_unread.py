"""Files of tools that are known by their signature and not cut into messages here.

The whole file is one unparsed segment, as for any other file; what is added is
its name, so that a report can say which tool's file this is and that its
messages were not read (note ``KNOWN_NOT_READ``, whose detail is the kind).
``known_tools`` has the signatures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import UNPARSED, Segment
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .known_tools import known_as

NAME = "known-unread/1"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a signature of ``known_tools``."""
    return (Reason("KNOWN_SIGNATURE"),) if known_as(source) else ()


def read(source: Source) -> Reading:
    """Read a file as one UNPARSED segment and name its kind."""

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    slug = known_as(source)
    notes = (Note("KNOWN_NOT_READ", detail=slug), Note("NO_RECORDS"))
    return Reading(NAME, slug or "unknown", "none", "unknown", notes, segments)


REASONS: Final = {
    "KNOWN_SIGNATURE": Text("有该类文件特有的标识。", "The file has the signature of its kind."),
}

READER = Reader(
    NAME,
    Text("已识别、未读取的文件", "a known kind of file that is not read"),
    detect,
    read,
    REASONS,
    counted=(),
    material="none",
)
