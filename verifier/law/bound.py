"""Bytes that are only what they are bound to be: sources that compare a digest while being read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import Malformed
from ..evidence.zip_container import Container
from ..exports.source import CHUNK_BYTES, MAX_LINE_BYTES, Source


class Bound(Source):
    """Another source's bytes, with the digest that every whole pass must have.

    A pass that does not raises Malformed at its end, so nothing that was read
    on the way is kept.
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

    def read_all(self) -> bytes:
        """Return the bytes of a small file, checked."""
        return b"".join(self.chunks())


class Member(Source):
    """A member of an open package as a source; closing the package ends it."""

    def __init__(self, container: Container, member: str) -> None:
        self._container, self._member = container, member
        self._data = None
        self.size = container.members[member].size
        self.name = b""

    def _open(self) -> BinaryIO:
        return self._container.open(self._member)

    def _check(self, stream: BinaryIO) -> None:
        """Nothing: ``Bound`` compares the bytes themselves."""
