"""The ``manifest.json`` beside the chunks of a QQChatExporter export: it holds no messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import UNPARSED, Segment
from ..charset import encoding_notes, encoding_of
from ..families.json_chat import first_records, version
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .qqchatexporter_message import is_header, own_notes

NAME = "qqchatexporter-manifest/1"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the tool's own header beside a list of chunks."""
    _, frame = first_records(source, "messages")
    chunked = is_header(frame) and "chunked" in frame.values and "messages" not in frame.values
    return (Reason("QCE_MANIFEST"),) if chunked else ()


def read(source: Source) -> Reading:
    """Read the file as one UNPARSED segment, and the header at its beginning."""
    _, frame = first_records(source, "messages")

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    written = frame.object("metadata").text("version")
    encoding = encoding_of(source)
    notes = [Note("PARTS_OF_ONE_EXPORT"), Note("NO_RECORDS"), *own_notes(frame, 0)]
    return Reading(
        NAME,
        version(written, "json manifest", "unversioned"),
        "none",
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
        generator=version(written, "QQChatExporter", "unversioned"),
    )


REASONS: Final = {
    "QCE_MANIFEST": Text(
        "文件头自称由 QQChatExporter 生成，并列出各分块。",
        "The header names QQChatExporter as the maker and lists chunks.",
    ),
}

READER = Reader(
    NAME,
    Text("QQChatExporter 分块导出的目录（JSON）", "list of chunks by QQChatExporter (JSON)"),
    detect,
    read,
    REASONS,
    counted=(),
    material="none",
)
