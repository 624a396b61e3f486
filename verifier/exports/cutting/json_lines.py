"""Cut a JSON Lines file at its lines, on bytes and streaming.

A line that is one object is a record; blank lines and lines that begin with
``#`` are framing; any other line is unparsed. A damaged line ends where it
ends and takes no other with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...evidence.segment import FRAMING, RECORD, UNPARSED
from ..reader import MAX_RECORD_BYTES
from ..source import Source
from .json_cut import Cut, closing
from .json_record import VALID

_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+")
_LATER = re.compile(rb"[ \t\r\n]*+")


class LineCutter:
    """Cuts at the objects that are a whole line; iterating yields cuts that partition the bytes.

    The other attributes are those of ``PathCutter``: what stands between lines
    says nothing, so ``frame`` is empty.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.arrays = self.depth = 1
        self.balanced = self.separated = self.frame_whole = True
        self.frame = b""
        self.valid = False

    def __iter__(self) -> Iterator[Cut]:
        kind, length = FRAMING, 0
        for cut in self._pieces():
            if cut.kind == RECORD or cut.kind != kind:
                if length:
                    yield Cut(kind, length, b"")
                kind, length = cut.kind, 0
            if cut.kind == RECORD:
                yield cut
                kind = FRAMING
            else:
                length += cut.length
        if length:
            yield Cut(kind, length, b"")

    def _pieces(self) -> Iterator[Cut]:
        """Yield each line's parts, some of them empty."""
        white, rest_of_line = _FIRST, False
        for line in self._source.lines(MAX_RECORD_BYTES):
            match = white.match(line)
            assert match is not None, "the pattern matches the empty string"
            start, ended = match.end(), line.endswith(b"\n")
            whole = not rest_of_line and (ended or len(line) < MAX_RECORD_BYTES)
            white, rest_of_line = _LATER, not ended
            first = line[start : start + 1]
            stop = self._object(line, start) if whole and first == b"{" else -1
            if stop > 0 and not line[stop:].strip(b" \t\r\n"):
                yield Cut(FRAMING, start, b"")
                yield Cut(RECORD, stop - start, line[start:stop])
                yield Cut(FRAMING, len(line) - stop, b"")
            else:
                blank = whole and first in (b"", b"#")
                yield Cut(FRAMING if blank else UNPARSED, len(line), b"")

    def _object(self, line: bytes, start: int) -> int:
        match = VALID.match(line, start)
        self.valid = match is not None
        return match.end() if match else closing(line, start, (0, 0))[0]
