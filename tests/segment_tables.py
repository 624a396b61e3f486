"""A whole segment table at once; the client writes its rows as it reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from verifier.evidence.segment import Segment
from verifier.evidence.segment_table import HEADER, to_line


def write_table(segments: Iterable[Segment], out: BinaryIO) -> int:
    """Write the whole table and return the number of segments."""
    out.write(HEADER)
    count = 0
    for segment in segments:
        out.write(to_line(segment))
        count += 1
    return count
