"""Bytes that are only what they are bound to be: sources that compare a digest while being read."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import Malformed
from ..evidence.zip_container import Container
from ..exports.source import CHUNK_BYTES, MAX_LINE_BYTES, Source

HELD_BYTES: Final = 8 << 20
"""Up to this size a file is read once and looked at in memory."""
_BUFFER_BYTES: Final = 1 << 16


class Bound(Source):
    """Another source's bytes, with the digest that every whole pass must have.

    A pass that does not raises Malformed at its end, so nothing that was read
    on the way is kept. A part (head, tail, a piece) is compared with nothing:
    ``held`` first, or ``check`` after the last look at a part.
    """

    def __init__(self, source: Source, sha256: bytes, name: bytes) -> None:
        self._source, self.sha256 = source, sha256
        self.size, self.name = source.size, name
        self.file_name = name

    def head(self, size: int) -> bytes:
        return self._source.head(size)

    def tail(self, size: int) -> bytes:
        return self._source.tail(size)

    def chunks(
        self, size: int = CHUNK_BYTES, *, start: int = 0, stop: int | None = None
    ) -> Iterator[bytes]:
        pieces = self._source.chunks(size, start=start, stop=stop)
        whole = start == 0 and (stop is None or stop >= self.size)
        return self._checked(pieces) if whole else pieces

    def lines(self, maximum: int = MAX_LINE_BYTES) -> Iterator[bytes]:
        return self._checked(self._source.lines(maximum))

    def _checked(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
            yield piece
        if digest.digest() != self.sha256:
            raise Malformed("source: the bytes are not those that were bound")

    def check(self) -> None:
        """Read to the end once; raises Malformed if the bytes are others."""
        for _ in self.chunks():
            pass

    def held(self) -> Bound:
        """Return the same in memory, read once and compared, where it is small enough."""
        if self.size > HELD_BYTES:
            return self
        return Bound(Source(self.read_all()), self.sha256, self.file_name)

    def read_all(self) -> bytes:
        """Return the bytes of a small file, checked."""
        return b"".join(self.chunks())


class Member(Source):
    """A member of an open package as a source; closing the package ends it.

    Like a file on disk, it raises Malformed where the package's size or
    modification time is no longer what it was when this was made.
    """

    def __init__(self, container: Container, member: str, path: Path) -> None:
        self._container, self._member = container, member
        self._data = None
        self.size = container.members[member].size
        self.name = b""
        self._package = path
        self._seen = self._state()

    def _state(self) -> tuple[int, int]:
        state = os.stat(self._package)
        return state.st_size, state.st_mtime_ns

    def _open(self) -> BinaryIO:
        stream = self._container.open(self._member)
        self._check(stream)
        if isinstance(stream, io.BufferedReader):  # a look at 16 bytes need not read 1 MiB
            return io.BufferedReader(stream.detach(), _BUFFER_BYTES)
        return stream

    def _check(self, stream: BinaryIO) -> None:
        if self._state() != self._seen:
            raise Malformed("source: the package changed while it was being read")
