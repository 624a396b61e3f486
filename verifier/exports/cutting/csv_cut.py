r"""Cut a CSV file into rows and a row into cells, on bytes and streaming.

RFC 4180 as its writers practise it: a cell that *begins* with a quote runs to
the next single quote and may hold commas and line ends, ``""`` in it is one
quote; a quote anywhere else is a letter like any other. A row ends with CRLF,
LF or CR. A byte order mark in front belongs to the first row and to no cell.

No character set needs to be known. In UTF-8 no byte of a longer character is
below 0x80. In GB18030 second bytes are 0x40-0x7E and 0x80-0xFE, second and
fourth bytes of four are 0x30-0x39: never a quote (0x22), comma (0x2C), TAB,
CR, LF or space, though ``[``, ``\``, ``|`` and digits do occur (a test goes
through every character). UTF-16 is not cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ..reader import MAX_RECORD_BYTES

BOM: Final = b"\xef\xbb\xbf"

_REST: Final = rb"[^,\r\n]*+"
_CELL = rb'(?:"(?:[^"]++|"")*+"' + _REST + rb'|[^",\r\n]' + _REST + rb")?+"
_END = rb"(?:\r\n?+|\n)"
_ROW = re.compile(_CELL + rb"(?:," + _CELL + rb")*+" + _END)
_LINE = re.compile(rb"[^\r\n]*+" + _END)

_WHOLE_CELLS = re.compile(rb"(?:" + _CELL + rb",)*+")
_WITHIN = re.compile(rb'(?:[^"]++|"")*+')
_BARE = re.compile(_REST)
_TO_END = re.compile(rb"[^\r\n]*+")

_SPLIT = re.compile(rb'"((?:[^"]++|"")*+)"([^,]*+),|([^,]*+),')
_CLEAN_CELL = rb'(?:"(?:[^"]++|"")*+"[ \t]*+|[^",][^,]*+)?+'
_CLEAN = re.compile(_CLEAN_CELL + rb"(?:," + _CLEAN_CELL + rb")*+")


class Row(NamedTuple):
    """One row of the file.

    ``length`` counts its line end; ``data`` is the row without it and without
    a byte order mark, None where the row is longer than a record may be. A row
    that is not ``closed`` opens a quote that nothing ends: it is all the rest
    of the file.
    """

    length: int
    data: bytes | None
    closed: bool


def rows(chunks: Iterable[bytes], *, quoted: bool = True) -> Iterator[Row]:
    """Yield the rows; their lengths sum to all the bytes.

    Not ``quoted``: every line is a row, whatever quotes are in it. That is for
    writers who end a row at every line end and do not always quote.
    """
    return _Cutter(chunks, quoted=quoted).rows()


_START, _IN, _OUT = range(3)
"""At the start of a cell; within quotes; after them or in a cell without."""


class _Cutter:
    """The file being cut: what is held of it, and how far the row being cut was read.

    Whole rows are found in one step. A row that reaches past what is held is
    gone on with where it stopped, so no byte is looked at more than twice for
    each chunk that a record may be long.
    """

    def __init__(self, chunks: Iterable[bytes], *, quoted: bool) -> None:
        self._chunks = iter(chunks)
        self._quoted = quoted
        self._buffer = b""
        self._at = 0  # where the row starts
        self._scan = 0
        self._state = _START
        self._dropped = 0  # bytes of the row already let go, because it is too long
        self._last = False

    def rows(self) -> Iterator[Row]:
        while len(self._buffer) < len(BOM) and self._more():
            pass
        lead = len(BOM) if self._buffer.startswith(BOM) else 0
        self._at = lead
        pattern = _ROW if self._quoted else _LINE
        new = tuple.__new__
        while True:
            buffer, at = self._buffer, self._at
            match = pattern.match(buffer, at)
            while match and (match.end() < len(buffer) or self._sure(match.end())):
                end = match.end()
                length = end - at + lead
                lead = 0
                whole = length <= MAX_RECORD_BYTES
                yield new(Row, (length, buffer[at:end].rstrip(b"\r\n") if whole else None, True))
                at = end
                match = pattern.match(buffer, at)
            self._at = self._scan = at
            self._state = _START
            end = self._long_row()
            length = end - self._at + self._dropped + lead
            if length:
                closed = self._state != _IN
                whole = closed and length <= MAX_RECORD_BYTES
                data = self._buffer[self._at : end].rstrip(b"\r\n") if whole else None
                yield Row(length, data, closed)
            lead = self._dropped = 0
            self._at = end
            if self._last and end == len(self._buffer):
                return

    def _more(self) -> bool:
        """Read on, letting go of what is no longer needed; False at the end of the file."""
        if self._last:
            return False
        chunk = next(self._chunks, b"")
        while not chunk:
            following = next(self._chunks, None)
            if following is None:
                self._last = True
                break
            chunk = following
        keep = self._at
        if self._scan - self._at > MAX_RECORD_BYTES:
            self._dropped += self._scan - self._at
            keep = self._scan
        self._buffer = self._buffer[keep:] + chunk
        self._scan -= keep
        self._at = 0
        return not self._last

    def _sure(self, end: int) -> bool:
        """Tell whether a row that ends with what is held ends there; CR may be half of CRLF."""
        return self._last or self._buffer[end - 1 : end] != b"\r"

    def _long_row(self) -> int:
        """Return where the row that starts at ``_at`` ends, reading on as it needs to."""
        while True:
            end = self._go_on()
            if end >= 0:
                return end
            if not self._more() and self._last:
                end = self._go_on()
                return end if end >= 0 else len(self._buffer)

    def _go_on(self) -> int:
        """Read the held bytes from ``_scan``: the end of the row, -1 where it needs more."""
        buffer = self._buffer
        size = len(buffer)
        while self._scan < size:
            if self._state == _START and self._quoted:
                self._scan = _matched(_WHOLE_CELLS, buffer, self._scan)
                if self._scan == size:
                    return -1
                quote = buffer[self._scan : self._scan + 1] == b'"'
                self._state = _IN if quote else _OUT
                self._scan += quote
            elif self._state == _IN:
                self._scan = _matched(_WITHIN, buffer, self._scan)
                # A quote at the very end may be the first of two.
                if self._scan >= size - (not self._last):
                    return -1
                self._scan += 1
                self._state = _OUT
            else:
                self._state = _OUT
                self._scan = _matched(_BARE if self._quoted else _TO_END, buffer, self._scan)
                if self._scan == size:
                    return -1
                if buffer[self._scan : self._scan + 1] == b",":
                    self._scan += 1
                    self._state = _START
                elif buffer[self._scan : self._scan + 2] == b"\r\n":
                    return self._scan + 2
                elif self._scan + 1 < size or self._sure(size):
                    return self._scan + 1
                else:
                    return -1
        return -1


def _matched(pattern: re.Pattern[bytes], buffer: bytes, at: int) -> int:
    match = pattern.match(buffer, at)
    assert match is not None, "the pattern matches the empty string"
    return match.end()


def cells(data: bytes) -> list[bytes]:
    """Return the cells of a row as written, without the quotes around them.

    Doubled quotes stay doubled, and what stands between the closing quote and
    the comma (some writers put a TAB there) is part of the cell. A quote that
    nothing in the row ends is a letter.
    """
    if b'"' not in data:
        return data.split(b",")
    return [inner + after + bare for inner, after, bare in _SPLIT.findall(data + b",")]


def texts(data: bytes) -> list[bytes]:
    """Return the cells of a row as they read: without quotes, doubled ones single."""
    if b'"' not in data:
        return data.split(b",")
    found = _SPLIT.findall(data + b",")
    return [inner.replace(b'""', b'"') + after + bare for inner, after, bare in found]


def odd_quotes(data: bytes) -> bool:
    """Tell whether a cell goes on after its closing quote or never has one.

    No writer of CSV does that; blanks and a TAB after the quote are let pass.
    """
    return b'"' in data and _CLEAN.fullmatch(data) is None
