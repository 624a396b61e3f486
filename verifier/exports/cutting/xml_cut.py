"""Cut an XML file at the elements that are its records, on bytes and streaming.

Genuine backups are often not XML that a parser takes (references to
surrogates, control characters), and a parser would also have to be kept from
following what an XML file may ask it to fetch. This tokenizer knows tags,
quoted attributes, comments and where they end. Entities and document types are
skipped over, never resolved.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Final, NamedTuple

from ...evidence.segment import FRAMING, RECORD, UNPARSED
from ..reader import MAX_RECORD_BYTES
from .json_cut import Cut

_NAME = rb"[A-Za-z_][A-Za-z0-9_.:-]*+"
_KEY = rb"[^\s<>\"'/=]++"
_VALUE = rb"(?:\"[^\"]*+\"|'[^']*+')"
_PAIRS = rb"(?:\s++" + _KEY + rb"\s*+=\s*+" + _VALUE + rb")*+"
TAG: Final = re.compile(rb"<(/?)(" + _NAME + rb")(" + _PAIRS + rb")\s*+(/?)>")
"""A whole tag: is it an end tag, its name, its attributes, does it end itself."""
_PARTIAL = re.compile(
    rb"</?(?:" + _NAME + _PAIRS + rb"(?:\s++(?:" + _KEY
    + rb"\s*+(?:=\s*+(?:\"[^\"]*+|'[^']*+)?)?)?)?\s*+/?)?\Z"
)  # fmt: skip
"""A tag that the buffer cuts off."""
ATTRIBUTE: Final = re.compile(rb"\s(" + _KEY + rb")\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_SPECIAL: Final = (
    (b"<!--", re.compile(rb"-->")),
    (b"<?", re.compile(rb"\?>")),
    (b"<![CDATA[", re.compile(rb"\]\]>")),
)
_DOCTYPE: Final = b"<!DOCTYPE"
_DOCTYPE_END = re.compile(rb"[\[>]")
_SUBSET_END = re.compile(rb"\][ \t\r\n]{0,16}>")
_HOLD: Final = 32
"""So many bytes at the end of a buffer may be the beginning of a terminator or a special tag."""


class Skip(NamedTuple):
    """What ends the comment, instruction or document type that is being passed over."""

    end: re.Pattern[bytes]
    clean: bool


class ElementCutter:
    """Cuts at the elements named in ``records``; ``root`` is the element around them.

    Iterating yields cuts that partition the bytes: RECORD for such an element
    with all it holds, FRAMING for white space, comments and the root's tags,
    UNPARSED for the rest. Afterwards ``roots`` says how many root elements were
    opened, ``balanced`` whether there was one, closed, with all records inside
    and nothing after, and ``doctype`` whether a document type stood there.
    """

    def __init__(self, chunks: Iterable[bytes], records: frozenset[bytes], root: bytes) -> None:
        self._chunks = iter(chunks)
        self._records = records
        self._root = root
        self._buffer = b""
        self._at = 0
        self._from = 0  # where what has not been yielded begins
        self._clean = True  # is that nothing but framing
        self._open: tuple[bytes, int] | None = None  # a record whose end tag is awaited
        self._skip: Skip | None = None
        self._ended = False
        self._gap = 0  # bytes of the gap that have left the buffer
        self._inside = False
        self.roots = 0
        self.balanced = True
        self.doctype = False

    def __iter__(self) -> Iterator[Cut]:
        while True:
            moved = self._pass_over() if self._skip else (yield from self._step())
            if moved:
                continue
            if self._ended and self._at >= len(self._buffer):
                break
            if not self._ended:
                self._more()
            elif self._skip:
                self._skip, self._clean = None, False
                self._at = len(self._buffer)
        if self._open:
            self._open, self._clean = None, False
        self.balanced = self.balanced and self.roots == 1 and not self._inside
        yield from self._flush(len(self._buffer))

    def _more(self) -> None:
        """Read on, letting go of what is gap."""
        keep = self._open[1] if self._open else self._at
        self._gap += keep - self._from
        self._buffer = self._buffer[keep:]
        self._at -= keep
        self._from = 0
        if self._open:
            self._open = (self._open[0], 0)
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        self._buffer += chunk

    def _flush(self, end: int) -> Iterator[Cut]:
        """Yield the gap that ends at ``end``."""
        length = self._gap + end - self._from
        self.balanced = self.balanced and self._clean
        if length:
            yield Cut(FRAMING if self._clean else UNPARSED, length, b"")
        self._from, self._gap, self._clean = end, 0, True

    def _pass_over(self) -> bool:
        """Go on to the end of what is skipped; False for more bytes."""
        assert self._skip is not None
        match = self._skip.end.search(self._buffer, self._at)
        if match is None:
            self._at = max(self._at, len(self._buffer) - _HOLD)
            self._give_up_long()
            return False
        if match[0] == b"[":
            self._skip = Skip(_SUBSET_END, clean=False)
        else:
            self._clean = self._clean and (self._skip.clean or self._open is not None)
            self._skip = None
        self._at = match.end()
        return True

    def _give_up_long(self) -> None:
        """Let go of an open record that got longer than a record may be."""
        if self._open and self._at - self._open[1] > MAX_RECORD_BYTES:
            self._open, self._clean = None, False

    def _step(self) -> Generator[Cut, None, bool]:
        """Go on by one tag; the generator's value is False for more bytes."""
        buffer = self._buffer
        start = buffer.find(b"<", self._at)
        text = buffer[self._at : len(buffer) if start < 0 else start]
        if self._open is None and text.strip() not in (b"", b"\xef\xbb\xbf"):
            self._clean = False
        self._at = len(buffer) if start < 0 else start
        self._give_up_long()
        if start < 0:
            return False
        if len(buffer) - start < _HOLD and not self._ended:
            return False
        if buffer[start + 1 : start + 2] in (b"!", b"?") and self._special(start):
            return True
        match = TAG.match(buffer, start)
        if match is not None:
            yield from self._tag(match)
            return True
        if not self._ended and len(buffer) - start <= MAX_RECORD_BYTES:
            if _PARTIAL.match(buffer, start):
                return False
        if self._open is None:
            self._clean = False
        self._at = start + 1
        return True

    def _special(self, start: int) -> bool:
        for opening, end in _SPECIAL:
            if self._buffer.startswith(opening, start):
                self._skip = Skip(end, clean=opening != b"<![CDATA[")
                self._at = start + len(opening)
                return True
        if self._buffer[start : start + len(_DOCTYPE)].upper() == _DOCTYPE:
            self.doctype = True
            self._skip = Skip(_DOCTYPE_END, clean=False)
            self._at = start + len(_DOCTYPE)
            return True
        return False

    def _tag(self, match: re.Match[bytes]) -> Iterator[Cut]:
        ending, name, _, empty = match.groups()
        self._at = match.end()
        if name in self._records:
            yield from self._record(match.start(), name, bool(ending), bool(empty))
        elif name == self._root:
            if self._open:
                self._open, self._clean = None, False
            if ending:
                self._clean = self._clean and self._inside
                self._inside = False
            else:
                self.roots += 1
                self._inside = not empty
        elif self._open is None:
            self._clean = False

    def _record(self, start: int, name: bytes, ending: bool, empty: bool) -> Iterator[Cut]:
        if ending:
            if self._open is None or self._open[0] != name:
                self._clean = False
                return
            start = self._open[1]
        elif self._open:
            self._open, self._clean = None, False
        if not ending and not empty:
            yield from self._flush(start)
            self._open = (name, start)
            return
        if self._at - start > MAX_RECORD_BYTES:
            self._open, self._clean = None, False
            return
        self.balanced = self.balanced and self._inside
        if start > self._from or self._gap:
            yield from self._flush(start)
        self._open = None
        yield Cut(RECORD, self._at - start, self._buffer[start : self._at])
        self._from, self._gap, self._clean = self._at, 0, True
