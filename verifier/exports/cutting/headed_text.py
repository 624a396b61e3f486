"""Cut a text at its header lines: the work shared by readers of plain-text chats.

Such a text is a row of header lines, each followed by a body that runs to the
next header. What counts as a header is the caller's pattern. Everything is
done on bytes and in one pass; no more is held than one chunk and the stretch
being cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from ..reader import MAX_RECORD_BYTES
from ..source import MAX_LINE_BYTES

_END: Final = b""
H = TypeVar("H")


def stretches(
    chunks: Iterable[bytes],
    pattern: re.Pattern[bytes],
    parse: Callable[[re.Match[bytes]], H | None],
    lines: int = 1,
) -> Iterator[tuple[int, H | None, bytes | None]]:
    """Yield (length, head, body) for each stretch; the lengths sum to all the bytes.

    A stretch is a header line with all that follows up to the next one, or
    what stands before the first (``head`` None). ``head`` is what ``parse``
    made of the match; where it returns None the line is none and belongs to
    the body around it. ``body`` is what follows the matched part, with or
    without its last line feed, and None where the stretch is longer than a
    record may be.

    ``pattern`` starts with a literal LF, the one before the header's line (the
    first line is given one that is not in the file), matches fewer than ``lines``
    others and never its last line's own, needs at most 1 MiB of a line to decide
    and nests no unbounded repetitions. Of headers that overlap the longer one
    ends where the shorter does.
    The leading LF lets the expression engine search with memchr, several times
    as fast as ``^`` with re.MULTILINE.
    """
    buffer = b"\n"  # one byte that is not the stretch's always precedes it
    head: H | None = None
    body_at = 1  # the held stretch starts at 1, its body here
    scan = 0  # the line feed from which no header has been looked for yet
    start = 1
    after = 0  # where the last header that was found ends
    dropped = 0  # bytes of the held stretch already let go, because it is too long
    for chunk in _then_end(chunks):
        buffer += chunk
        start = 1
        line = buffer.rfind(b"\n", scan)
        # The last line counts when it is complete, or long enough to decide.
        whole = chunk is _END or len(buffer) - line > MAX_LINE_BYTES
        known = line  # what starts before it has been looked at with all its lines
        for _ in range(lines - 1):
            known = max(scan, buffer.rfind(b"\n", scan, known))
        for match in pattern.finditer(buffer, scan, len(buffer) if whole else line):
            parsed = parse(match)
            if parsed is None:
                continue
            at = match.start()
            length = at + 1 - start + dropped
            if length > MAX_RECORD_BYTES:
                yield length, head, None
            elif length:
                yield length, head, buffer[body_at:at]
            head, start, body_at, dropped = parsed, at + 1, match.end(), 0
            after = body_at
        if chunk is _END:
            break
        scan = max(start - 1, len(buffer) - 1 if whole else max(known, after))
        if len(buffer) - start > MAX_RECORD_BYTES:
            dropped += scan + 1 - start
            start = scan + 1
        buffer = buffer[start - 1 :]
        scan -= start - 1
        after = max(0, after - start + 1)
        body_at = max(1, body_at - start + 1)
    length = len(buffer) - start + dropped
    if length > MAX_RECORD_BYTES:
        yield length, head, None
    elif length:
        yield length, head, buffer[body_at:]


def _then_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if chunk:
            yield chunk
    yield _END
