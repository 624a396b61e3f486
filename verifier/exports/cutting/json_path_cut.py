"""Cut a JSON file at the objects of arrays that lie anywhere in it, on bytes and streaming.

What ``json_cut`` does for one key of the outermost object, for paths: ``""`` is
the outermost array itself, ``data.items`` an array two objects deep,
``chats.list[].messages`` one array in each object of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from .json_cut import _BOM, _TOKEN, ObjectCutter
from .json_object import plain_key
from .json_record import VALID

MAX_FRAME: Final = 4 << 20
"""So many bytes outside of the arrays are kept to be read; writers need a few hundred."""

_BETWEEN = re.compile(rb"[ \t\n\r]*+,[ \t\n\r]*+")
_BLANK: Final = b" \t\n\r"
_MAX_BETWEEN: Final = 1 << 16


class _Node:
    """One step of the paths: where to go from here, and whether an array here is to be cut."""

    def __init__(self) -> None:
        self.end = False
        self.next: dict[bytes | None, _Node] = {}  # by key; None for the elements of an array


def _tree(paths: Iterable[str]) -> _Node:
    root = _Node()
    for path in paths:
        node = root
        for step in filter(None, path.replace("[]", ".[]").split(".")):
            node = node.next.setdefault(None if step == "[]" else step.encode(), _Node())
        node.end = True
    return root


class PathCutter(ObjectCutter):
    """Cuts at the objects that are direct elements of the arrays at ``paths``.

    Yields what ``ObjectCutter`` yields. Afterwards (and while cutting, up to
    here) ``arrays`` says how many arrays were cut and ``depth`` how deep the last lies, ``frame`` holds all bytes
    outside of them with the arrays empty, ``frame_whole`` whether it is all of
    them, and ``separated`` whether within the arrays one comma stood between
    two objects and nothing else. ``valid`` tells of the object yielded last that
    ``VALID`` matches it. A key counts however it is escaped.
    """

    def __init__(self, chunks: Iterable[bytes], *paths: str) -> None:
        super().__init__(chunks, "")
        self._root = _tree(paths)
        self._nodes: list[tuple[_Node, bytes]] = []  # containers on a path, and their bracket
        self._begun = False
        self._string: bytes | None = None  # the string before, if it may be a key
        self._colon = b""  # what stands after it, without white space
        self._frame = bytearray()
        self._room = MAX_FRAME
        self._between = b""
        self._usual = b","  # what stood between two objects last time
        self._some = False  # has the array an object yet
        self.valid = False
        self.depth = 0
        self.separated = True
        self.frame_whole = True

    @property
    def frame(self) -> bytes:
        """The bytes outside of the arrays, without a byte order mark."""
        return bytes(self._frame).removeprefix(_BOM)

    def _take(self, end: int) -> bool:
        if not self._array:
            if end - self._at <= self._room:
                self._frame += self._buffer[self._at : end]
                self._room -= end - self._at
            else:
                self._room = 0
                self.frame_whole = False
        return super()._take(end)

    def _element(self) -> int:
        before = self._at
        end = super()._element()
        if len(self._between) < _MAX_BETWEEN:
            self._between += self._buffer[before : self._at]
        if end > 0:
            self._separated(self._some)
            self._some = True
        elif not self._array:
            self._between = self._between.removesuffix(b"]")
            self._separated(False)
            del self._nodes[self._depth :]
            self._closed = self._closed or self._depth == 0
        elif not end:
            self._some, self._between, self.separated = False, b"", False
        return end

    def _end_of(self, start: int) -> int:
        if self._partial == (0, 0):
            match = VALID.match(self._buffer, start)
            if match:
                self.valid = True
                return match.end()
        self.valid = False
        return super()._end_of(start)

    def _separated(self, comma: bool) -> None:
        between, self._between = self._between, b""
        if not comma:
            self.separated = self.separated and not between.strip(_BLANK)
        elif between != self._usual:
            if _BETWEEN.fullmatch(between):
                self._usual = between
            else:
                self.separated = False

    def _outside(self) -> bool:
        buffer = self._buffer
        if not self._begun:
            if len(buffer) < len(_BOM) and not self._last:
                return False
            self._begun = True
            if buffer.startswith(_BOM):
                self._take(len(_BOM))
        start = self._at
        match = _TOKEN.search(buffer, start)
        plain = buffer[start : match.start() if match else len(buffer)]
        if self._depth == 0 and plain.strip():
            self._clean = False
        if self._string is not None and len(self._colon) < 2:
            self._colon += plain.strip()[:2]
        if match is None:
            self._take(len(buffer))
            return False
        token = match[0]
        if token == b'"':
            self._take(match.start())
            return False
        if token in (b"{", b"["):
            return self._opened(token, match.end())
        self._string = None
        if token in (b"}", b"]"):
            if self._depth == 0:
                return False
            self._depth -= 1
            del self._nodes[self._depth :]
            self._closed = self._closed or self._depth == 0
        elif self._depth == 0:
            self._clean = False
        elif self._depth == len(self._nodes):
            self._string, self._colon = token[1:-1], b""
        return self._take(match.end())

    def _opened(self, bracket: bytes, end: int) -> bool:
        self._clean = self._clean and not self._closed
        node = self._root if self._depth == 0 else None
        if self._depth and self._depth == len(self._nodes):
            parent, around = self._nodes[-1]
            if around == b"[":
                node = parent.next.get(None)
            elif self._string is not None and self._colon == b":":
                node = parent.next.get(plain_key(self._string))
        self._string = None
        self._depth += 1
        if node is not None:
            self._nodes.append((node, bracket))
            if node.end and bracket == b"[":
                self._take(end)
                self._array = self._depth
                self.arrays += 1
                self.depth = self._depth
                self._some, self._between = False, b""
                return True
        return self._take(end)
