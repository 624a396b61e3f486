"""A reading's segments with the bytes of each record, in one pass over the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..evidence.segment import RECORD, Segment
from .source import Source


def with_bytes(segments: Iterable[Segment], source: Source) -> Iterator[tuple[Segment, bytes]]:
    """Yield each segment with its bytes if it is a record, with none otherwise."""
    chunks = source.chunks()
    buffer, at = b"", 0
    for segment in segments:
        end = at + segment.length
        if end <= len(buffer):
            data = buffer[at:end] if segment.kind == RECORD else b""
            at = end
        else:
            data, buffer, at = _across(segment, chunks, buffer, at)
        yield segment, data
    next(chunks, b"")  # to its end, where a source says whether the file stayed the same


def _across(
    segment: Segment, chunks: Iterator[bytes], buffer: bytes, at: int
) -> tuple[bytes, bytes, int]:
    """Return the bytes of a segment that reaches past the buffer, the new buffer and place."""
    wanted = segment.kind == RECORD
    parts = [buffer[at:]] if wanted else []
    left = segment.length - (len(buffer) - at)
    while left > 0:
        buffer = next(chunks, b"")
        if not buffer:
            return b"".join(parts), b"", 0
        at = min(left, len(buffer))
        left -= at
        if wanted:
            parts.append(buffer[:at])
    return b"".join(parts), buffer, at
