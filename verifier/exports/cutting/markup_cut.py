"""Cut a file at every place where a marker begins, streaming: for exports written as HTML.

A marker is a short literal, such as the tag that opens a message. What lies
before the first is a piece too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ..reader import MAX_RECORD_BYTES

LONGEST_MARKER: Final = 400
"""A marker's expression matches no more than so many bytes."""


def pieces(
    chunks: Iterable[bytes], marker: re.Pattern[bytes]
) -> Iterator[tuple[int, bytes | None]]:
    """Yield (length, bytes) for each piece, from one marker to the next.

    The bytes are None where a piece is longer than a record may be. The
    lengths sum to all the bytes. ``marker`` must tell with at most
    ``LONGEST_MARKER`` bytes whether it matches, and match at least one.
    """
    buffer = b""
    dropped = 0  # bytes of the held piece already let go
    scan = 0
    more = iter(chunks)
    ended = False
    while not ended:
        chunk = next(more, b"")
        ended = not chunk
        buffer += chunk
        start = 0
        end = len(buffer) if ended else max(scan, len(buffer) - LONGEST_MARKER)
        for match in marker.finditer(buffer, scan):
            at = match.start()
            if at >= end:
                break
            length = at - start + dropped
            if length:
                yield length, None if length > MAX_RECORD_BYTES else buffer[start:at]
            start, dropped = at, 0
            scan = match.end()
        scan = max(scan, end)
        if scan - start + dropped > MAX_RECORD_BYTES:
            dropped += scan - start
            start = scan
        buffer = buffer[start:]
        scan -= start
    length = len(buffer) + dropped
    if length:
        yield length, None if length > MAX_RECORD_BYTES else buffer
