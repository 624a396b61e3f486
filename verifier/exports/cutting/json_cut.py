"""Cut a JSON file at the objects of one of its arrays, on bytes and streaming.

Genuine exports are often not valid JSON (control characters, odd escapes), and
a strict parser then gives nothing. This tokenizer knows only strings and
brackets: enough to say where an object begins and ends. Whether the object is
JSON is a second opinion for the caller to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ...evidence.segment import FRAMING, RECORD, UNPARSED
from ..reader import MAX_RECORD_BYTES

STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(STRING + rb'|[{}\[\]"]', re.DOTALL)
"""A whole string, a bracket, or a quote whose string does not end within the buffer."""
_RUN = re.compile(STRING + rb'|([{\[]++)|([}\]]++)|"', re.DOTALL)
"""The same with brackets of one direction taken together."""
_LEVELS: Final = 5


def nested(levels: int) -> bytes:
    """Return the pattern of a bracketed stretch with so many levels of brackets inside.

    As ``_RUN`` counts: any closing bracket closes any opening one.
    """
    inner = rb'[^"{}\[\]]++|' + STRING
    for _ in range(levels):
        inner = rb'[^"{}\[\]]++|' + STRING + rb"|[{\[](?:" + inner + rb")*+[}\]]"
    return rb"[{\[](?:" + inner + rb")*+[}\]]"


_SHALLOW = re.compile(nested(_LEVELS), re.DOTALL)
"""An object with few levels of brackets inside: found in one step, as nearly all messages are."""
_PUNCTUATION = re.compile(rb"[\s,]*+")
_BARE = re.compile(rb'[^"{}\[\],]++')
_BOM = b"\xef\xbb\xbf"
_LOOK_AHEAD = 256
"""So far after a key its colon and bracket are looked for; writers use one or two spaces."""


def closing(buffer: bytes, start: int, partial: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """Return where what opens at ``start`` is closed, -1 if not in the buffer; and how far it got.

    ``partial`` is (0, 0), or what an earlier call returned: the depth reached,
    and the number of bytes read.
    """
    depth, done = partial
    if not done:
        shallow = _SHALLOW.match(buffer, start)
        if shallow:
            return shallow.end(), (0, 0)
    at = start + done
    for match in _RUN.finditer(buffer, at):
        opened, closed = match.groups()
        if opened:
            depth += len(opened)
        elif closed:
            if len(closed) >= depth:
                return match.start() + depth, (0, 0)
            depth -= len(closed)
        elif match.end() - match.start() == 1:  # a string that does not end here
            at = match.start()
            break
        at = match.end()
    return -1, (depth, at - start)


class Cut(NamedTuple):
    """One stretch: its kind (as in ``segment``), its length, and the object if it is one."""

    kind: int
    length: int
    data: bytes


class ObjectCutter:
    """Cuts at the objects that are direct elements of the outermost object's array ``key``.

    Iterating yields cuts that partition the bytes: RECORD for such an object,
    FRAMING for what stands between and around them, UNPARSED where that is
    more than syntax, and for all that follows where brackets or strings do not
    close. Afterwards ``arrays`` says how many arrays of that name there were
    (more than one: a parser keeps only one of them, we cut them all) and
    ``balanced`` whether the whole file closed properly.
    """

    def __init__(self, chunks: Iterable[bytes], key: str) -> None:
        self._chunks = iter(chunks)
        self._key = b'"' + key.encode() + b'"'
        self._opening = re.compile(re.escape(self._key) + rb"\s{0,100}+:\s{0,100}+\[")
        self._buffer = b""
        self._at = 0
        self._depth = 0
        self._array = 0  # depth of the array being cut, 0 outside of one
        self._gap = 0  # bytes since the last object
        self._clean = True  # is the gap nothing but syntax
        self._last = False  # has the last chunk been read
        self._closed = False  # has the outermost value ended
        self._partial = (
            0,
            0,
        )  # of an element cut off by the buffer: depth, and how far it was read
        self.arrays = 0
        self.balanced = False

    def __iter__(self) -> Iterator[Cut]:
        while True:
            inside = bool(self._array) and self._depth == self._array
            if inside:
                end = self._element()
                if end > 0:
                    yield from self._flush()
                    yield Cut(RECORD, end - self._at, self._buffer[self._at : end])
                    self._at = end
                    continue
                moved = end == 0
            else:
                moved = self._outside()
            if not moved and not self._more():
                break
        rest = len(self._buffer) - self._at + sum(map(len, self._chunks))
        self.balanced = rest == 0 and self._depth == 0 and self._closed
        if rest:
            if not self._array:
                self._clean = False
                self._gap += rest
                rest = 0
            yield from self._flush()
        elif not self.balanced:
            self._clean = self._clean and bool(self._array)
        yield from self._flush()
        if rest:
            yield Cut(UNPARSED, rest, b"")

    def _flush(self) -> Iterator[Cut]:
        if self._gap:
            yield Cut(FRAMING if self._clean else UNPARSED, self._gap, b"")
        self._gap, self._clean = 0, True

    def _more(self) -> bool:
        """Read on; False where nothing is left or the token is longer than a record may be."""
        if self._last or len(self._buffer) - self._at > MAX_RECORD_BYTES:
            return False
        chunk = next(self._chunks, b"")
        self._last = not chunk
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return True

    def _take(self, end: int) -> bool:
        self._gap += end - self._at
        self._at = end
        return True

    def _element(self) -> int:
        """Go on between elements: the end of an object that starts here, 0 to go on, -1 for more."""
        buffer = self._buffer
        match = _PUNCTUATION.match(buffer, self._at)
        assert match is not None, "the pattern matches the empty string"
        self._take(match.end())
        start = self._at
        if start == len(buffer):
            return -1
        first = buffer[start : start + 1]
        if first == b"{":
            end = self._end_of(start)
            return end if 0 < end - start <= MAX_RECORD_BYTES else -1
        if first == b"]":
            self._depth -= 1
            self._array = 0
            self._take(start + 1)
            return 0
        if first == b"}":
            return -1
        if first == b"[":
            end = self._end_of(start)
        else:
            token = (_TOKEN if first == b'"' else _BARE).match(buffer, start)
            end = token.end() if token and token[0] != b'"' else -1
        if end < 0:
            return -1
        self._clean = False
        self._take(end)
        return 0

    def _end_of(self, start: int) -> int:
        """Return where the object or array that starts at ``start`` ends, -1 if not in the buffer.

        Where it is not, the next call goes on where this one stopped.
        """
        end, self._partial = closing(self._buffer, start, self._partial)
        return end

    def _outside(self) -> bool:
        """Go on outside the array up to and including one token; False for more bytes."""
        buffer, start = self._buffer, self._at
        match = _TOKEN.search(buffer, start)
        plain = buffer[start : match.start() if match else len(buffer)]
        if self._depth == 0 and plain.removeprefix(_BOM).strip():
            self._clean = False
        if match is None:
            self._take(len(buffer))
            return False
        token = match[0]
        if token == b'"':
            self._take(match.start())
            return False
        if token == self._key and self._depth == 1:
            opening = self._opening.match(buffer, match.start())
            if opening:
                self._depth = self._array = 2
                self.arrays += 1
                return self._take(opening.end())
            if not self._last and len(buffer) - match.end() < _LOOK_AHEAD:
                self._take(match.start())
                return False
        elif token in (b"{", b"["):
            self._clean = self._clean and not self._closed
            self._depth += 1
        elif token in (b"}", b"]"):
            if self._depth == 0:
                return False
            self._depth -= 1
            self._closed = self._closed or self._depth == 0
        elif self._depth == 0:
            self._clean = False
        return self._take(match.end())
